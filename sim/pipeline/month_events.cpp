#include "sim/pipeline/month_events.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/kernels/scalar_math.hpp"
#include "sim/random/count_quantile.hpp"

namespace breakeven::sim {
namespace {

/// Sums of the same events in another order differ by rounding: so much is not beyond an amount.
constexpr double kNearby = 1e-9;

/// Follows the use of one month through the windows of a limit.
class WindowMeter {
  public:
    explicit WindowMeter(const WindowLimit& limit) : limit_(limit) {}

    /// @param window  number, at least that of the call before
    void add(double window, double use) {
        if (window > current_) close(window);
        used_ += use;
    }

    [[nodiscard]] WindowUse finish() {
        close(current_ + 1.0);
        drain(std::numeric_limits<double>::infinity());
        WindowUse result;
        if (!(all_ > 0.0)) return result;
        result.within = limit_.queues ? 1.0 : 1.0 - beyond_ / all_;
        result.waitHours = waited_ / all_;
        result.touches = touches_;
        return result;
    }

  private:
    void close(double next) {
        all_ += used_;
        const double demand = used_ + waiting_;
        const double rest = demand - limit_.amount;
        if (rest > kNearby * limit_.amount) {
            touches_ = true;
            if (limit_.queues) {
                waiting_ = rest;
                waited_ += rest * limit_.hours;
            } else {
                beyond_ += rest;
            }
        } else {
            waiting_ = 0.0;
        }
        drain(next - current_ - 1.0);
        current_ = next;
        used_ = 0.0;
    }

    /// Windows without use of their own.
    void drain(double windows) {
        if (!(waiting_ > 0.0)) return;
        const double stages = std::min(windows, std::floor(waiting_ / limit_.amount));
        waited_ += limit_.hours * (stages * waiting_ - limit_.amount * stages * (stages + 1.0) / 2.0);
        waiting_ = windows > stages ? 0.0 : waiting_ - stages * limit_.amount;
    }

    const WindowLimit& limit_;
    double current_ = 0.0;
    double used_ = 0.0;
    double waiting_ = 0.0;
    double waited_ = 0.0;  ///< unit-hours
    double beyond_ = 0.0;
    double all_ = 0.0;
    bool touches_ = false;
};

}  // namespace

HourProfile::HourProfile(std::span<const double> shares) {
    if (shares.empty()) return;
    const auto hours = static_cast<std::size_t>(kMonthHours);
    upTo_.reserve(hours + 1);
    upTo_.push_back(0.0);
    for (std::size_t hour = 0; hour < hours; ++hour)
        upTo_.push_back(upTo_.back() + shares[hour % shares.size()]);
    for (double& sum : upTo_) sum /= upTo_.back();
}

double HourProfile::at(double u) const {
    if (upTo_.empty()) return u * kMonthHours;
    const auto next = std::ranges::upper_bound(upTo_.begin() + 1, upTo_.end() - 1, u);
    const double from = *(next - 1);
    const double width = *next - from;
    const auto hour = static_cast<double>(next - upTo_.begin() - 1);
    return hour + (width > 0.0 ? std::min((u - from) / width, 1.0) : 0.0);
}

double HourProfile::upTo(double hour) const {
    if (upTo_.empty()) return hour / kMonthHours;
    const auto whole = std::min(static_cast<std::size_t>(hour), upTo_.size() - 2);
    return upTo_[whole] + (hour - static_cast<double>(whole)) * (upTo_[whole + 1] - upTo_[whole]);
}

void drawEventTimes(const ActivityTerms& terms, std::size_t n, DrawSequence& draws,
                    std::vector<double>& times) {
    times.clear();
    const bool hasSessions = terms.sessionEvents > 1.0;
    const double logGoesOn = hasSessions ? std::log1p(-1.0 / terms.sessionEvents) : 0.0;
    while (times.size() < n) {
        double time = terms.profile->at(draws.next());
        times.push_back(time);
        if (!hasSessions) continue;
        const double more = std::floor(logScalar(draws.next()) / logGoesOn);
        for (double k = 0.0; k < more && times.size() < n; k += 1.0) {
            time -= terms.gapHours * logScalar(draws.next());
            times.push_back(time);
        }
    }
    std::ranges::sort(times);
}

void drawHourCounts(const HourProfile& profile, double n, DrawSequence& draws, std::vector<double>& counts) {
    counts.clear();
    double events = n;
    double left = 1.0;
    for (double hour = 0.0; hour < kMonthHours; hour += 1.0) {
        const double share = profile.between(hour, hour + 1.0);
        const bool isLast = hour + 1.0 >= kMonthHours;
        const double odds = left > 0.0 ? std::clamp(share / left, 0.0, 1.0) : 1.0;
        const double count = isLast ? events : binomialQuantile(events, odds, draws.next());
        counts.push_back(count);
        events -= count;
        left -= share;
    }
}

void spreadHours(std::span<const double> counts, double unit, std::vector<double>& times,
                 std::vector<double>& uses) {
    constexpr double kMostParts = 16.0;
    times.clear();
    uses.clear();
    for (std::size_t hour = 0; hour < counts.size(); ++hour) {
        const double parts = std::min(counts[hour], kMostParts);
        for (double part = 0.0; part < parts; part += 1.0) {
            times.push_back(static_cast<double>(hour) + (part + 0.5) / parts);
            uses.push_back(unit * (counts[hour] / parts));
        }
    }
}

WindowUse useInWindows(std::span<const double> times, std::span<const double> uses,
                       const WindowLimit& limit) {
    WindowMeter meter(limit);
    double window = 0.0;
    double opened = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < times.size(); ++i) {
        if (!limit.opensAtUse) {
            window = std::floor(times[i] / limit.hours);
        } else if (times[i] >= opened + limit.hours) {
            opened = times[i];
            window += 1.0;
        }
        meter.add(window, uses[i]);
    }
    return meter.finish();
}

}  // namespace breakeven::sim
