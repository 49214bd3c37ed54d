#include "app/cli/interrupt.hpp"

#include <atomic>
#include <csignal>

namespace breakeven::app {
namespace {

std::atomic<int> interrupted = 0;

extern "C" void noteInterrupt(int) {
    interrupted = 1;
}

}  // namespace

InterruptWatch::InterruptWatch() {
    interrupted = 0;
    struct sigaction action {};
    action.sa_handler = noteInterrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

InterruptWatch::~InterruptWatch() {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
}

bool InterruptWatch::isInterrupted() const {
    return interrupted != 0;
}

}  // namespace breakeven::app
