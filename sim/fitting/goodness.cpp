#include "sim/fitting/goodness.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include "core/units/infinity.hpp"
#include "sim/kernels/quantile_kernels.hpp"
#include "sim/pipeline/quantile_table.hpp"
#include "sim/random/normal_quantile.hpp"
#include "sim/random/stream.hpp"

namespace breakeven::sim {
namespace {

constexpr double kMostTabled = 4e6;  // counts: 32 MB of cumulative shares

/// The law's share at or below x among what can be recorded.
class ConditionalShare {
  public:
    ConditionalShare(const Law& law, const FitSample& sample) : law_(law) {
        low_ = sample.above > 0.0 ? shareUpTo(law, sample.above) : 0.0;
        const bool isOpen = sample.below == kInfinity;
        const double top = isCounting(law.family) ? std::ceil(sample.below) - 1.0 : sample.below;
        window_ = (isOpen ? 1.0 : shareUpTo(law, top)) - low_;
    }
    [[nodiscard]] double operator()(double x) const {
        return std::clamp((shareUpTo(law_, x) - low_) / window_, 0.0, 1.0);
    }
    [[nodiscard]] double unconditional(double u) const { return low_ + u * window_; }

  private:
    const Law& law_;
    double low_ = 0.0;
    double window_ = 1.0;
};

/// Where values are cut short; infinite: nowhere.
double capOf(const FitSample& sample) {
    if (sample.capped.empty()) return kInfinity;
    return sample.capped.front();
}

double largestGap(const FitSample& sample, const ConditionalShare& share, bool isCount) {
    const auto n = static_cast<double>(sample.size());
    const double cap = capOf(sample);
    const std::vector<double>& x = sample.values;
    double gap = 0.0;
    for (std::size_t i = 0; i < x.size() && x[i] < cap;) {
        std::size_t end = i + 1;
        while (end < x.size() && x[end] == x[i]) ++end;
        const double at = share(x[i]);
        // A counting law jumps too: the gap just below a value is that at the whole number before.
        const double before = isCount ? (x[i] > 0.0 ? share(x[i] - 1.0) : 0.0) : at;
        gap = std::max({gap, std::abs(static_cast<double>(end) / n - at),
                        std::abs(static_cast<double>(i) / n - before)});
        i = end;
    }
    if (cap < kInfinity) {
        const auto below = static_cast<double>(std::ranges::lower_bound(x, cap) - x.begin());
        const double at = isCount ? share(std::ceil(cap) - 1.0) : share(cap);
        gap = std::max(gap, std::abs(below / n - at));
    }
    return gap;
}

/// Quantiles of a law, fast: a gamma law by interpolation, counts by a table of cumulative shares.
class Drawer {
  public:
    explicit Drawer(const Law& law) : law_(law) {
        if (law.family == Family::Gamma) gamma_ = gammaTable(law.parameters[0], law.parameters[1]);
        if (!isCounting(law.family)) return;
        const double last = quantileOf(law, 1.0 - 1e-9);
        if (last > kMostTabled) return;
        double sum = 0.0;
        for (std::size_t k = 0; k <= static_cast<std::size_t>(last); ++k) {
            sum += std::exp(logDensity(law, static_cast<double>(k)));
            upTo_.push_back(sum);
        }
    }
    [[nodiscard]] double operator()(double p) const {
        if (!gamma_.empty()) return tableQuantileScalar(gamma_.data(), normalQuantile(p));
        if (!upTo_.empty() && p < upTo_.back())
            return static_cast<double>(std::ranges::lower_bound(upTo_, p) - upTo_.begin());
        return quantileOf(law_, p);
    }

  private:
    const Law& law_;
    std::vector<double> gamma_;
    std::vector<double> upTo_;
};

FitSample drawWith(const Drawer& drawer, const ConditionalShare& share, const FitSample& sample,
                   std::uint64_t seed, std::uint32_t index) {
    static const std::uint32_t stream = streamId("fit", "bootstrap");
    FitSample drawn;
    drawn.above = sample.above;
    drawn.below = sample.below;
    const double cap = capOf(sample);
    const auto n = static_cast<std::uint32_t>(sample.size());
    drawn.values.reserve(n);
    for (std::uint32_t i = 0; i < n; i += 2) {
        const PhiloxCounter words = philoxBlock({i / 2, index, 0, stream}, philoxKey(seed));
        for (std::size_t half = 0; half < 2 && i + half < n; ++half) {
            const double u = uniformFrom(words[2 * half], words[2 * half + 1]);
            const double x = drawer(share.unconditional(u));
            if (x < cap)
                drawn.values.push_back(x);
            else
                drawn.capped.push_back(cap);
        }
    }
    std::ranges::sort(drawn.values);
    return drawn;
}

}  // namespace

Distances distancesOf(const Law& law, const FitSample& sample) {
    const ConditionalShare share(law, sample);
    Distances result;
    result.kolmogorovSmirnov = largestGap(sample, share, isCounting(law.family));
    if (isCounting(law.family) || !sample.capped.empty()) return result;
    const std::size_t count = sample.values.size();
    const auto n = static_cast<double>(count);
    std::vector<double> u(count);
    std::vector<double> logAbove(count);
    for (std::size_t i = 0; i < count; ++i) {
        u[i] = share(sample.values[i]);
        // Of the share above, not of one less the share below: in the far tail that would be 0.
        logAbove[i] = sample.isTruncated() ? std::log1p(-u[i]) : std::log(shareAbove(law, sample.values[i]));
    }
    double darling = 0.0;
    double mises = 1.0 / (12.0 * n);
    for (std::size_t i = 0; i < count; ++i) {
        const double weight = 2.0 * static_cast<double>(i) + 1.0;
        darling += weight * (std::log(u[i]) + logAbove[count - 1 - i]);
        mises += std::pow(u[i] - weight / (2.0 * n), 2);
    }
    if (std::isfinite(darling)) result.andersonDarling = -n - darling / n;
    result.cramerVonMises = mises;
    return result;
}

FitSample drawSample(const Law& law, const FitSample& sample, std::uint64_t seed, std::uint32_t index) {
    return drawWith(Drawer(law), ConditionalShare(law, sample), sample, seed, index);
}

std::optional<PValues> bootstrapPValues(const Fit& fit, const FitSample& sample,
                                        const BootstrapSettings& settings) {
    if (!sample.capped.empty() && sample.capped.front() != sample.capped.back()) return std::nullopt;
    const Distances seen = distancesOf(fit.law, sample);
    const Drawer drawer(fit.law);
    const ConditionalShare share(fit.law, sample);
    std::atomic<std::size_t> next = 0;
    std::atomic<std::size_t> fitted = 0;
    std::atomic<std::size_t> ksBeyond = 0;
    std::atomic<std::size_t> adBeyond = 0;
    const auto work = [&] {
        for (std::size_t j = next++; j < settings.draws; j = next++) {
            const FitSample drawn =
                drawWith(drawer, share, sample, settings.seed, static_cast<std::uint32_t>(j));
            if (drawn.values.empty() || drawn.values.front() == drawn.values.back()) continue;
            const FitOutcome outcome = fitFamily(fit.law.family, drawn);
            if (!outcome.fit) continue;  // drawn beyond the family's limit; such samples are left out
            const Distances distances = distancesOf(outcome.fit->law, drawn);
            ++fitted;
            if (distances.kolmogorovSmirnov >= seen.kolmogorovSmirnov) ++ksBeyond;
            // A distance that is not a number counts as beyond.
            if (seen.andersonDarling && !(distances.andersonDarling < seen.andersonDarling)) ++adBeyond;
        }
    };
    const unsigned machine = std::max(std::thread::hardware_concurrency(), 1U);
    const unsigned threads = settings.threads > 0 ? static_cast<unsigned>(settings.threads) : machine;
    {
        std::vector<std::jthread> workers;
        for (unsigned i = 1; i < threads; ++i) workers.emplace_back(work);
        work();
    }
    PValues result;
    result.draws = fitted;
    const double all = 1.0 + static_cast<double>(fitted);
    result.kolmogorovSmirnov = (1.0 + static_cast<double>(ksBeyond)) / all;
    if (seen.andersonDarling) result.andersonDarling = (1.0 + static_cast<double>(adBeyond)) / all;
    return result;
}

}  // namespace breakeven::sim
