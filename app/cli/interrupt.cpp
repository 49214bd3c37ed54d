#include "app/cli/interrupt.hpp"

#include <atomic>
#include <csignal>

namespace breakeven::app {
namespace {

std::atomic<int> interrupted = 0;

extern "C" void noteInterrupt(int signal) {
    interrupted = signal;
}

void noteAt(int signal, unsigned flags) {
    struct sigaction action {};
    action.sa_handler = noteInterrupt;
    action.sa_flags = static_cast<int>(flags);
    sigaction(signal, &action, nullptr);
}

}  // namespace

InterruptWatch::InterruptWatch() {
    interrupted = 0;
    noteAt(SIGINT, SA_RESETHAND);
    noteAt(SIGTERM, 0);
}

InterruptWatch::~InterruptWatch() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, interrupted == SIGTERM ? SIG_IGN : SIG_DFL);
}

bool InterruptWatch::isInterrupted() const {
    return interrupted != 0;
}

}  // namespace breakeven::app
