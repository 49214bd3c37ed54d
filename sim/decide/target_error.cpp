#include "sim/decide/target_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "sim/pipeline/layout.hpp"
#include "sim/random/normal_quantile.hpp"

namespace breakeven::sim {
namespace {

constexpr std::uint64_t kMostUsers = 4'294'967'295U;
constexpr std::uint64_t kMostWorlds = 1'000'000U;

core::Diagnostic problemAt(const std::string& source, std::size_t offset, std::string problem) {
    return {core::Severity::Error,
            {source, 1, static_cast<int>(offset + 1)},
            std::move(problem),
            "write METRIC=NUMBER or METRIC=NUMBER%, such as cost_per_user=0.5%"};
}

}  // namespace

ErrorTargetReading readErrorTarget(const std::string& text, const std::string& source) {
    ErrorTargetReading reading;
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
        reading.diagnostics.push_back(problemAt(source, 0, "there is no = between the metric and its error"));
        return reading;
    }
    ConditionReading of = readCondition(text.substr(0, equals) + " < 0", source);
    reading.diagnostics = std::move(of.diagnostics);
    ErrorTarget target;
    const char* end = text.data() + text.size();
    const auto [rest, status] = std::from_chars(text.data() + equals + 1, end, target.most);
    target.isShare = rest != end && *rest == '%';
    const bool isRead = status == std::errc() && rest + (target.isShare ? 1 : 0) == end;
    if (!isRead || !std::isfinite(target.most) || !(target.most > 0.0)) {
        reading.diagnostics.push_back(problemAt(
            source, equals + 1, fmt::format("\"{}\" is not a number above 0", text.substr(equals + 1))));
    }
    if (core::hasErrors(reading.diagnostics) || !of.condition) return reading;
    if (of.condition->worlds) {
        reading.diagnostics.push_back(problemAt(source, 0, "P(…) is no metric"));
        return reading;
    }
    if (target.isShare) target.most /= 100.0;
    target.of = *of.condition;
    target.of.text = text;
    reading.target = target;
    return reading;
}

double distanceFromTarget(const ErrorTarget& target, const RunResult& result, unsigned look) {
    const double spent = 0.05 * std::exp2(-static_cast<double>(look) - 1.0);
    const double wider = normalQuantile(1.0 - 0.5 * spent) / normalQuantile(0.975);
    double distance = 0.0;
    bool isFound = false;
    for (const MetricRow& row : result.metrics) {
        if (row.metric != target.of.metric || row.key.segment != kAll || row.key.month != kAll) continue;
        if (target.of.plan && row.key.plan != *target.of.plan) continue;
        isFound = true;
        const double half = 0.5 * (row.estimate.high - row.estimate.low) * wider;
        const double most = target.isShare ? target.most * std::abs(row.estimate.value) : target.most;
        if (!(half > 0.0)) continue;
        if (!(most > 0.0)) return std::numeric_limits<double>::infinity();
        distance = std::max(distance, half / most);
    }
    if (!isFound) {
        throw core::Error(core::Error::Kind::Input,
                          {core::Severity::Error,
                           {"--target-error", 1, 1},
                           fmt::format("the run has no metric {} of that plan", target.of.metric),
                           "name a metric that show prints"});
    }
    return distance;
}

std::optional<core::RunSettings> enlarged(const core::RunSettings& settings, double distance,
                                          std::uint64_t mostUserMonths) {
    // The error falls with the root of their number; 1.2 for luck.
    const double factor = std::clamp(1.2 * distance * distance, 1.5, 32.0);
    core::RunSettings next = settings;
    const auto grow = [&](std::uint64_t now, std::uint64_t most, std::uint64_t each) {
        const auto wanted = static_cast<std::uint64_t>(
            std::min(std::ceil(static_cast<double>(now) * factor), static_cast<double>(most)));
        return std::max(now, std::min(wanted, mostUserMonths / std::max<std::uint64_t>(each, 1)));
    };
    if (settings.worlds > 1) {
        next.worlds =
            static_cast<std::uint32_t>(grow(settings.worlds, kMostWorlds, settings.users * settings.months));
        if (next.worlds == settings.worlds) return std::nullopt;
    } else {
        next.users = grow(settings.users, kMostUsers, settings.months);
        // A Sobol sequence is balanced at powers of two in each of its batches.
        const std::uint64_t balanced = std::bit_ceil((next.users + kBatches - 1) / kBatches) * kBatches;
        if (settings.sampling == core::Sampling::Sobol && balanced <= kMostUsers &&
            balanced * settings.months <= mostUserMonths)
            next.users = balanced;
        if (next.users == settings.users) return std::nullopt;
    }
    return next;
}

}  // namespace breakeven::sim
