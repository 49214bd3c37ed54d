#include "sim/fitting/panel.hpp"

#include <algorithm>
#include <boost/math/distributions/fisher_f.hpp>
#include <cmath>
#include <map>

#include "sim/stats/summaries.hpp"

namespace breakeven::sim {

std::optional<Persistence> persistenceOf(std::span<const std::size_t> subjects,
                                         std::span<const double> values) {
    struct Group {
        double count = 0.0;
        double sum = 0.0;
    };
    std::map<std::size_t, Group> groups;
    double sum = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        Group& group = groups[subjects[i]];
        group.count += 1.0;
        group.sum += values[i];
        sum += values[i];
    }
    const auto n = static_cast<double>(values.size());
    const auto k = static_cast<double>(groups.size());
    if (groups.size() < 2 || n <= k) return std::nullopt;
    double within = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Group& group = groups[subjects[i]];
        within += std::pow(values[i] - group.sum / group.count, 2);
    }
    double between = 0.0;
    double squares = 0.0;
    for (const auto& [subject, group] : groups) {
        between += group.count * std::pow(group.sum / group.count - sum / n, 2);
        squares += group.count * group.count;
    }
    if (!(within > 0.0)) return std::nullopt;
    between /= k - 1.0;
    within /= n - k;
    const double periods = (n - squares / n) / (k - 1.0);
    const auto correlation = [&](double f) { return (f - 1.0) / (f + periods - 1.0); };
    const double f = between / within;
    using boost::math::fisher_f;
    Persistence result;
    result.value = correlation(f);
    result.low = correlation(f / boost::math::quantile(fisher_f(k - 1.0, n - k), 0.975));
    result.high = correlation(f * boost::math::quantile(fisher_f(n - k, k - 1.0), 0.975));
    result.subjects = groups.size();
    result.periods = periods;
    result.designEffect = 1.0 + std::max((periods - 1.0) * result.value, 0.0);
    return result;
}

std::optional<RankCorrelation> rankCorrelationOf(std::span<const double> x, std::span<const double> y,
                                                 double designEffect) {
    const auto isConstant = [](std::span<const double> v) {
        return std::ranges::all_of(v, [&](double value) { return value == v.front(); });
    };
    if (x.size() < 5 || isConstant(x) || isConstant(y)) return std::nullopt;
    const double rho = rankCorrelation(x, y);
    const double n = std::max(static_cast<double>(x.size()) / designEffect, 5.0);
    const double centre = std::atanh(std::clamp(rho, -1.0 + 1e-12, 1.0 - 1e-12));
    const double reach = 1.959963984540054 * std::sqrt((1.0 + 0.5 * rho * rho) / (n - 3.0));
    return RankCorrelation{rho, std::tanh(centre - reach), std::tanh(centre + reach), x.size()};
}

}  // namespace breakeven::sim
