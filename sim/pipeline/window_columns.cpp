#include "sim/pipeline/window_columns.hpp"

#include <algorithm>
#include <cmath>

#include "sim/kernels/scalar_math.hpp"
#include "sim/random/normal_quantile.hpp"

namespace breakeven::sim {
namespace {

/// Events that are drawn one by one. Of more, those that come alone and are of one size are counted by hour;
/// of others each stands for several.
constexpr double kMostEvents = 32768.0;

}  // namespace

// What is drawn depends on the user and the segment alone, not on the limits: plans that are added, and
// windows that are varied, leave the events of others as they are.
void WindowColumns::drawEvents(const CompiledActivity& activity, DrawSequence& draws, double use) {
    // Events are whole: one more with the probability of the part that is left.
    const double whole = std::floor(use);
    events_.number = std::max(whole + (draws.next() < use - whole ? 1.0 : 0.0), 1.0);
    events_.areCounted = activity.countsSuffice && events_.number > kMostEvents;
    if (events_.areCounted) {
        drawHourCounts(*activity.terms.profile, events_.number, draws, events_.counts);
        spreadHours(events_.counts, 1.0 / events_.number, events_.times, events_.shares);
    } else {
        drawEventTimes(activity.terms, static_cast<std::size_t>(std::min(events_.number, kMostEvents)), draws,
                       events_.times);
    }
}

WindowUse WindowColumns::useOf(const CompiledActivity& activity, const WindowLimit& limit, std::size_t meter,
                               double use, DrawSequence sizes) {
    const std::size_t n = events_.times.size();
    const double sigma = activity.eventSigma[meter];
    if (events_.areCounted) {
        events_.uses.clear();
        for (const double share : events_.shares) events_.uses.push_back(share * use);
    } else {
        events_.uses.assign(n, use / static_cast<double>(n));
    }
    if (sigma > 0.0) {
        double sum = 0.0;
        for (double& size : events_.uses) sum += size = expScalar(sigma * normalQuantile(sizes.next()));
        for (double& size : events_.uses) size *= use / sum;
    }
    return useInWindows(events_.times, events_.uses, limit);
}

void WindowColumns::draw(const WorldModel& model, const CompiledSegment& segment, const UserMonths& users,
                         std::span<const std::vector<double>> usage) {
    overuse_.resize(model.windows.size());
    waitHours_.resize(model.windows.size());
    for (std::size_t w = 0; w < model.windows.size(); ++w) {
        overuse_[w].assign(users.n, 1.0);
        waitHours_[w].assign(users.n, 0.0);
    }
    if (!segment.activity) return;
    const CompiledActivity& activity = *segment.activity;
    for (std::uint32_t i = 0; i < users.n; ++i) {
        const auto isUsed = [&](const CompiledWindow& window) { return usage[window.meter][i] > 0.0; };
        if (std::ranges::none_of(model.windows, isUsed)) continue;
        DrawSequence draws(users.key, users.firstUser + i, users.world, users.month, activity.stream);
        drawEvents(activity, draws, usage[activity.meter][i]);
        for (std::size_t w = 0; w < model.windows.size(); ++w) {
            const CompiledWindow& window = model.windows[w];
            if (!isUsed(window)) continue;
            const DrawSequence sizes(users.key, users.firstUser + i, users.world, users.month,
                                     activity.sizeStream[window.meter]);
            const WindowUse found =
                useOf(activity, window.limit, window.meter, usage[window.meter][i], sizes);
            if (window.limit.queues) {
                overuse_[w][i] = found.touches ? 2.0 : 1.0;
            } else {
                overuse_[w][i] = 1.0 / found.within;
            }
            waitHours_[w][i] = found.waitHours;
        }
    }
}

}  // namespace breakeven::sim
