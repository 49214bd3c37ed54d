#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/random/draw_sequence.hpp"

namespace breakeven::sim {

// Events of one user and month, for rules that work inside it. Hours count from the month's start.

inline constexpr double kMonthHours = 730.0;  ///< 365 x 24 / 12

/// When in a month sessions begin.
class HourProfile {
  public:
    /// @param shares  24 or 168, by hour, repeated through the month; empty: even
    explicit HourProfile(std::span<const double> shares);
    /// The hour at probability u in (0, 1).
    [[nodiscard]] double at(double u) const;
    /// Probability of [from, to) hours, 0 <= from <= to <= kMonthHours.
    [[nodiscard]] double between(double from, double to) const { return upTo(to) - upTo(from); }

  private:
    [[nodiscard]] double upTo(double hour) const;
    std::vector<double> upTo_;  ///< by whole hour from 0; empty: even
};

/// How a segment's events fall in a month: the compiled core::Activity.
struct ActivityTerms {
    double sessionEvents = 1.0;  ///< mean of a geometric number
    double gapHours = 0.0;       ///< mean of an exponential
    std::shared_ptr<const HourProfile> profile;
};

/// The times of n events, ascending. Sessions of a geometric number of events begin independently of each
/// other, the last takes what is left of n; its later events can fall past the end of the month.
///
/// @param times  replaced
void drawEventTimes(const ActivityTerms& terms, std::size_t n, DrawSequence& draws,
                    std::vector<double>& times);

/// How many of n events without sessions fall in each hour of the month, in law what drawEventTimes gives,
/// without a time for each: the hours share them by binomial draws one after the other.
///
/// @param n       whole number >= 0
/// @param counts  replaced: by hour
void drawHourCounts(const HourProfile& profile, double n, DrawSequence& draws, std::vector<double>& counts);

/// Times and uses that stand for so many events by hour, each using `unit`: those of an hour as up to 16
/// equal parts at even distances. Exact for windows of whole hours by the clock; other windows cut an hour to
/// a 16th of it, and those that open at use follow each other without the gap of one event between them: with
/// E events in a window that moves at most 1 / (1 + E) of the use.
void spreadHours(std::span<const double> counts, double unit, std::vector<double>& times,
                 std::vector<double>& uses);

/// An amount of use for each window of time.
struct WindowLimit {
    double hours = 1.0;
    bool opensAtUse = false;
    bool queues = false;  ///< use beyond the amount waits for the next window; else it is beyond
    double amount = 0.0;  ///< in the unit of the use
    bool operator==(const WindowLimit&) const = default;
};

/// What a limit does to a user's month.
struct WindowUse {
    double within = 1.0;     ///< share of the use that lies within the amounts of its windows
    double waitHours = 0.0;  ///< of a unit, mean: from window to window, however early in it the unit came
    bool touches = false;
};

/// @param times  ascending
/// @param uses   of each event, same size
[[nodiscard]] WindowUse useInWindows(std::span<const double> times, std::span<const double> uses,
                                     const WindowLimit& limit);

}  // namespace breakeven::sim
