#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/pipeline/month_events.hpp"
#include "sim/pipeline/world_model.hpp"
#include "sim/random/philox.hpp"

namespace breakeven::sim {

/// Users of a block in one month of one world.
struct UserMonths {
    PhiloxKey key{};
    std::uint32_t world = 0;
    std::uint32_t month = 1;  ///< from 1
    std::uint32_t firstUser = 0;
    std::uint32_t n = 0;
};

/// What the limits by window of all plans do to the users of a block. The events of a user and month are the
/// same for all of them.
class WindowColumns {
  public:
    /// @param usage  by meter, of the month
    void draw(const WorldModel& model, const CompiledSegment& segment, const UserMonths& users,
              std::span<const std::vector<double>> usage);

    /// By user: 1 / (share of the use that lies within the amounts of window limit `index`), what a monthly
    /// limit of 1 makes the same of; above 1 where the limit is touched. (Under a queue 2 there.)
    [[nodiscard]] const double* overuse(std::size_t index) const { return overuse_[index].data(); }
    /// By user: mean hours that a unit waits.
    [[nodiscard]] const double* waitHours(std::size_t index) const { return waitHours_[index].data(); }

  private:
    struct Events {
        double number = 1.0;
        bool areCounted = false;     ///< by hour; else each has its time
        std::vector<double> counts;  ///< by hour
        std::vector<double> shares;  ///< of the events, by time, where they are counted
        std::vector<double> times;
        std::vector<double> uses;
    };
    void drawEvents(const CompiledActivity& activity, DrawSequence& draws, double use);
    [[nodiscard]] WindowUse useOf(const CompiledActivity& activity, const WindowLimit& limit,
                                  std::size_t meter, double use, DrawSequence sizes);

    Events events_;
    std::vector<std::vector<double>> overuse_;
    std::vector<std::vector<double>> waitHours_;
};

}  // namespace breakeven::sim
