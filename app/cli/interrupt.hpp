#pragma once

namespace breakeven::app {

/// While it lives, the first Ctrl-C is noted and the next ends the program. SIGTERM is noted as often as it
/// comes, and once it came it is ignored for good: Slurm sends it several times before it kills, while what
/// is finished is still being kept. One at a time.
class InterruptWatch {
  public:
    InterruptWatch();
    ~InterruptWatch();
    InterruptWatch(const InterruptWatch&) = delete;
    InterruptWatch& operator=(const InterruptWatch&) = delete;

    [[nodiscard]] bool isInterrupted() const;
};

}  // namespace breakeven::app
