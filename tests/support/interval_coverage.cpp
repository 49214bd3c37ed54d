#include "tests/support/interval_coverage.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/engine/simulate.hpp"
#include "sim/random/normal_quantile.hpp"
#include "tests/support/pro_200.hpp"

namespace breakeven::tests {
namespace {

constexpr double kCost = 0.3234;  // of a request
constexpr double kFee = 200.0;
constexpr double kCap = 500.0;
constexpr double kSaved = 0.9;  // of the cost of a request beyond the cap

double phi(double x) {
    return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

sim::Estimate metric(const sim::RunResult& result, const char* name) {
    return sim::findMetric(result, {"flat", sim::kAll, sim::kAll}, name)->estimate;
}

sim::Estimate quantile(const sim::RunResult& result, double level) {
    for (const sim::QuantileRow& row : result.quantiles) {
        if (row.key.plan == "flat" && row.quantity == "cost" && row.level == level)
            return {row.value, 0.0, row.low, row.high, {}, {}, {}};
    }
    return {0.0, 0.0, 1.0, -1.0, {}, {}, {}};
}

sim::Estimate marginDifference(const sim::RunResult& result) {
    for (const sim::DifferenceRow& row : result.differences) {
        if (row.key.segment == sim::kAll && row.key.month == sim::kAll && row.metric == "margin_per_user")
            return row.estimate;
    }
    return {0.0, 0.0, 1.0, -1.0, {}, {}, {}};
}

struct TrueValues {
    double mean = 0.0;
    double losses = 0.0;
    double p50 = 0.0;
    double p95 = 0.0;
    double p99 = 0.0;
    double gini = 0.0;
    double cvar = 0.0;
    double difference = 0.0;
};

std::vector<CoveredQuantity> quantitiesOf(const TrueValues& exact, bool isContinuous) {
    using sim::RunResult;
    return {
        {"mean", exact.mean, [](const RunResult& r) { return metric(r, "cost_per_user"); }},
        {"loss share", exact.losses, [](const RunResult& r) { return metric(r, "loss_making_users"); }},
        {"P50", exact.p50, [](const RunResult& r) { return quantile(r, 0.5); }, isContinuous},
        {"P95", exact.p95, [](const RunResult& r) { return quantile(r, 0.95); }, isContinuous},
        {"P99", exact.p99, [](const RunResult& r) { return quantile(r, 0.99); }, isContinuous},
        {"Gini", exact.gini, [](const RunResult& r) { return metric(r, "cost_gini"); }},
        {"CVaR", exact.cvar, [](const RunResult& r) { return metric(r, "cvar95_cost_per_user"); }},
        {"difference", exact.difference, [](const RunResult& r) { return marginDifference(r); }},
    };
}

core::Scenario scenarioOf(std::uint64_t users) {
    core::Scenario scenario = pro200();
    scenario.plans.resize(2);  // flat, soft-cap
    scenario.segments[0].usages[0].persistence = {1.0, {}};
    scenario.run.users = users;
    return scenario;
}

}  // namespace

CoverageCase lognormalCase(double sigma, std::uint64_t users) {
    core::Scenario scenario = scenarioOf(users);
    std::get<core::Lognormal>(scenario.segments[0].usages[0].distribution).spread = {sigma, {}};
    const double mu = std::log(180.0);
    const double mean = std::exp(mu + 0.5 * sigma * sigma);
    const auto at = [&](double level) { return kCost * std::exp(mu + sigma * sim::normalQuantile(level)); };
    const double capScore = (mu + sigma * sigma - std::log(kCap)) / sigma;
    const double beyondCap = mean * phi(capScore) - kCap * phi(capScore - sigma);
    const TrueValues exact{kCost * mean,
                           1.0 - phi((std::log(kFee / kCost) - mu) / sigma),
                           at(0.5),
                           at(0.95),
                           at(0.99),
                           2.0 * phi(sigma / std::sqrt(2.0)) - 1.0,
                           kCost * mean * phi(sigma - sim::normalQuantile(0.95)) / 0.05,
                           kSaved * kCost * beyondCap};
    return {"lognormal " + std::to_string(sigma).substr(0, 3) + ", " + std::to_string(users), scenario,
            quantitiesOf(exact, true)};
}

CoverageCase empiricalCase(std::uint64_t users) {
    constexpr std::size_t kSize = 997;  // prime: no level of ours falls between two values
    std::vector<double> requests;
    for (std::size_t i = 0; i < kSize; ++i)
        requests.push_back(
            std::round(180.0 * std::exp(1.2 * sim::normalQuantile((static_cast<double>(i) + 0.5) / kSize)) *
                       100.0) /
            100.0);
    core::Scenario scenario = scenarioOf(users);
    scenario.segments[0].usages[0].distribution =
        core::Empirical{"sample.csv", "requests", std::make_shared<const std::vector<double>>(requests)};
    const auto n = static_cast<double>(kSize);
    const double total = std::accumulate(requests.begin(), requests.end(), 0.0);
    const auto meanOf = [&](auto of) {
        double sum = 0.0;
        for (const double x : requests) sum += of(x);
        return sum / n;
    };
    const auto at = [&](double level) {
        return kCost * requests[static_cast<std::size_t>(std::ceil(level * n)) - 1];
    };
    double ranked = 0.0;
    for (std::size_t i = 0; i < kSize; ++i) ranked += static_cast<double>(i + 1) * requests[i];
    // The worst 5 % are the largest 49 values and 0.85 of the next.
    double tail = 0.0;
    double left = 0.05 * n;
    for (std::size_t i = kSize; i-- > 0 && left > 0.0; left -= 1.0) tail += std::min(left, 1.0) * requests[i];
    const TrueValues exact{kCost * total / n,
                           meanOf([](double x) { return kCost * x > kFee ? 1.0 : 0.0; }),
                           at(0.5),
                           at(0.95),
                           at(0.99),
                           2.0 * ranked / (n * total) - (n + 1.0) / n,
                           kCost * tail / (0.05 * n),
                           kSaved * kCost * meanOf([](double x) { return std::max(x - kCap, 0.0); })};
    return {"empirical, " + std::to_string(users), scenario, quantitiesOf(exact, false)};
}

std::vector<int> hitsOf(const CoverageCase& covered, core::Sampling sampling, std::uint64_t firstSeed,
                        std::uint64_t seeds) {
    std::vector<int> hits(covered.quantities.size(), 0);
    core::Scenario scenario = covered.scenario;
    scenario.run.sampling = sampling;
    sim::Hooks hooks;
    hooks.closedForms = false;
    for (std::uint64_t seed = firstSeed; seed < firstSeed + seeds; ++seed) {
        scenario.run.seed = seed;
        const auto result = sim::simulate(scenario, hooks);
        for (std::size_t i = 0; i < hits.size(); ++i) {
            const sim::Estimate found = covered.quantities[i].find(*result);
            // An atom's interval may be the atom itself; its last bits are those of another order of sums.
            const double rounding = 1e-12 * std::abs(covered.quantities[i].exact);
            const bool isHit = found.low - rounding <= covered.quantities[i].exact &&
                               covered.quantities[i].exact <= found.high + rounding;
            hits[i] += isHit ? 1 : 0;
        }
    }
    return hits;
}

}  // namespace breakeven::tests
