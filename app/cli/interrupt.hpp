#pragma once

namespace breakeven::app {

/// While it lives, the first Ctrl-C (or SIGTERM) is noted and the next ends the program; one at a time.
class InterruptWatch {
  public:
    InterruptWatch();
    ~InterruptWatch();
    InterruptWatch(const InterruptWatch&) = delete;
    InterruptWatch& operator=(const InterruptWatch&) = delete;

    [[nodiscard]] bool isInterrupted() const;
};

}  // namespace breakeven::app
