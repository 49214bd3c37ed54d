#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace breakeven::sim {

// Arithmetic over columns of doubles: what people use, what it costs and what they pay. Compiled for every
// instruction set like block_kernels.hpp; without fused multiply-add, so every set gives the bits of the
// scalar twins in scalar_columns.hpp. n is the length of every column.

struct WeightedColumn {
    const double* values = nullptr;
    double weight = 1.0;
};

/// out[i] = sum of weight x values[i], added in the order given; 0 without columns. `out` may be one of them.
void weightedSum(std::span<const WeightedColumn> columns, double* out, std::size_t n);

/// out[i] = value.
void fill(double value, double* out, std::size_t n);

/// x[i] *= by[i].
void multiply(const double* by, double* x, std::size_t n);

/// out[i] += x[i].
void addTo(const double* x, double* out, std::size_t n);

/// x[i] = 0 where u[i] < share.
void zeroBelow(const double* u, double share, double* x, std::size_t n);

/// active[i] = 1 where x[i] > 0, else as it was.
void markActive(const double* x, double* active, std::size_t n);

/// u[i] = the i-th of n strata at u[i]: (i + u[i]) / n, below 1.
void stratifyInOrder(double* u, std::size_t n);

/// Use beyond `amount` is refused: served[i] = min(served[i], amount / x[i]) and touched[i] = 1 where
/// x[i] > amount.
void blockBeyond(const double* x, double amount, double* served, double* touched, std::size_t n);

/// Served use beyond `amount` gets cheaper by `step` of its cost: reached[i] = min(reached[i], amount /
/// x[i]), costed[i] -= step max(served[i] - reached[i], 0), touched[i] = 1 where x[i] > amount.
struct DegradeTerms {
    double amount = 0.0;
    double step = 0.0;
};
void degradeBeyond(const double* x, const DegradeTerms& terms, const double* served, double* reached,
                   double* costed, double* touched, std::size_t n);

/// out[i] = share (list[i] costed[i]) + fixed; `costed` may be null: all of it.
void costOf(const double* list, const double* costed, double share, double fixed, double* out, std::size_t n);

/// One step of a price.
struct PriceTier {
    double from = 0.0;  ///< exclusive lower bound
    double upTo = 0.0;  ///< inclusive; infinite in the last
    double unit = 0.0;  ///< per unit
    double flat = 0.0;
};

/// A price for so many whole packages.
struct PackageTerms {
    double amount = 0.0;  ///< per package
    double size = 1.0;    ///< units in one
    double freeUnits = 0.0;
};

/// The revenue before a charge, if it is the same for all and not in the column yet.
using RevenueStart = std::optional<double>;

// Charges on the quantity q, added to the revenue.
void addPerUnit(const double* q, double unit, double* revenue, std::size_t n, const RevenueStart& start = {});
void addGraduated(const double* q, std::span<const PriceTier> tiers, double* revenue, std::size_t n,
                  const RevenueStart& start = {});
void addVolume(const double* q, std::span<const PriceTier> tiers, double* revenue, std::size_t n,
               const RevenueStart& start = {});
void addPackages(const double* q, const PackageTerms& terms, double* revenue, std::size_t n,
                 const RevenueStart& start = {});

/// Sum of values[0, n) over 8 virtual lanes (index modulo 8), the lanes added as a balanced tree.
[[nodiscard]] double laneSum(const double* values, std::size_t n);

/// A margin of so small a share of the cost is rounding.
inline constexpr double kRounding = 0x1p-40;

/// Sums over users of their margins' powers.
struct MarginSums {
    double squares = 0.0;
    double cubes = 0.0;
    double losses = 0.0;  ///< users whose margin is below 0
};

/// Sums over users of what one plan earns and costs.
struct PlanSums {
    double revenue = 0.0;
    double cost = 0.0;
    double subsidy = 0.0;  ///< of max(cost - revenue, 0)
    MarginSums margins;
};

/// revenue[i] is brought between minimum and maximum (the minimum wins); margin[i] = revenue[i] - cost[i],
/// and 0 where that is less than `kRounding` of the cost: a user who costs what they pay is no loss.
struct BillTerms {
    double minimum = 0.0;  ///< infinite: none
    double maximum = 0.0;  ///< infinite: none
};
/// @return all of PlanSums, added like laneSum
[[nodiscard]] PlanSums settle(const BillTerms& terms, const double* cost, double* revenue, double* margin,
                              std::size_t n);

/// All of MarginSums in one pass, added like laneSum.
[[nodiscard]] MarginSums marginSums(const double* margin, std::size_t n);

}  // namespace breakeven::sim
