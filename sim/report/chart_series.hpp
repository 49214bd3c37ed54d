#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/results/run_result.hpp"

namespace breakeven::sim {

/// Bars over a log axis.
struct LogHistogram {
    std::vector<double> edges;  ///< n + 1 ascending values > 0, equal ratios
    std::vector<double>
        shares;              ///< n shares of user-months; with `zeroShare` and those below 0 they sum to 1
    double zeroShare = 0.0;  ///< user-months at exactly 0, which a log axis can't show
};

/// A line; x ascending.
struct Line {
    std::vector<double> x;
    std::vector<double> y;
};

/// The positive part of a quantity's histogram, put into `bins` equal steps of the logarithm; no edges when
/// there is none. A bin of the result that straddles an edge is split in proportion to its log width.
[[nodiscard]] LogHistogram logHistogram(const RunResult& result, const RowKey& key,
                                        const std::string& quantity, std::size_t bins = 80);

/// Share of user-months at or below x.
[[nodiscard]] Line cumulativeCurve(const RunResult& result, const RowKey& key, const std::string& quantity);

/// The Lorenz curve of cost: x share of users from the lightest, y share of cost.
[[nodiscard]] Line lorenzCurve(const RunResult& result, const RowKey& key);

/// Probability that a plan loses against its monthly fee, all else unchanged.
struct LossCurve {
    std::vector<double> fee;          ///< ascending, currency units a month
    std::vector<double> probability;  ///< share of worlds whose break-even fee is above it
    std::vector<double> low;          ///< 95 % interval: Wilson's, as much wider as at the plan's own fee
    std::vector<double> high;
};

/// The curve over `points` fees from a little below the smallest break-even fee of all worlds to a little
/// above the largest; empty with fewer than two worlds, or where the bill is not linear in the fee. Fees
/// start at 0 where the smallest is below it.
[[nodiscard]] LossCurve lossCurve(const RunResult& result, const std::string& plan, std::size_t points = 200);

}  // namespace breakeven::sim
