#pragma once

#include <cstddef>
#include <limits>
#include <span>

namespace breakeven::sim {

// The rules of core/pricing/rating over columns, for what column_kernels.hpp does not have: every tier term,
// percentages, capacity, what is done to a quantity before and to a line after its price. The operations are
// those of the rules' `double` instances in the same order, so every instruction set gives their bits.
// Quantities are >= 0; n is the length of every column.

inline constexpr double kUnbounded = std::numeric_limits<double>::infinity();

/// One step of a price with all that a tier can have.
struct ChargeTier {
    double from = 0.0;  ///< exclusive lower bound
    double upTo = kUnbounded;
    double unit = 0.0;  ///< per unit, or per started package
    double flat = 0.0;
    double most = kUnbounded;  ///< of the tier, flat amount included
    double packageSize = 0.0;  ///< 0: single units
};
struct TierTerms {
    std::span<const ChargeTier> tiers;
    bool isFlatAtZero = false;  ///< zero use pays the first tier's flat amount
};

/// out[i] = the sum over tiers of what q[i] has in them (rating::graduated).
void graduatedAmounts(const double* q, const TierTerms& terms, double* out, std::size_t n);
/// out[i] = all of q[i] at the tier that it falls in (rating::volume).
void volumeAmounts(const double* q, const TierTerms& terms, double* out, std::size_t n);

struct PackingTerms {
    double amount = 0.0;  ///< per package
    double size = 1.0;    ///< > 0
    double freeUnits = 0.0;
    double minPackages = 0.0;  ///< paid up to freeUnits
    bool isRoundedDown = false;
};
/// out[i] = the packages of q[i] (rating::packageAmount).
void packageAmounts(const double* q, const PackingTerms& terms, double* out, std::size_t n);

struct EventTerms {
    double ratePercent = 0.0;
    double fixed = 0.0;
    double least = -kUnbounded;
    double most = kUnbounded;
};
/// out[i] = q[i] as the value of one event (rating::percentageOfEvent).
void eventAmounts(const double* q, const EventTerms& terms, double* out, std::size_t n);

/// out[i] = ratePercent of what q[i] has beyond `free`.
void shareAmounts(const double* q, double free, double ratePercent, double* out, std::size_t n);

struct CapacityTerms {
    std::span<const double> limits;   ///< tier x meter; infinite: none
    std::span<const double> amounts;  ///< by tier
};
/// out[i] = the amount of the highest tier that any meter needs (rating::capacityAmount).
void capacityAmounts(std::span<const double* const> usage, const CapacityTerms& terms, double* out,
                     std::size_t n);

/// q[i] = max(q[i] - by[i], 0).
void takeOff(const double* by, double* q, std::size_t n);

enum class WholeUnits { HalfUp, Up, Down };
/// q[i] = q[i] in whole multiples of `per` (rating::roundedQuantity).
void roundQuantities(double per, WholeUnits rounding, double* q, std::size_t n);

struct CommitmentTerms {
    double amount = 0.0;
    double overageFactor = 1.0;
    bool hasTrueUp = false;
};
/// amounts[i] = what it costs under a commitment (rating::committedCharge).
void applyCommitment(const CommitmentTerms& terms, double* amounts, std::size_t n);

struct LineTerms {
    double discountPercent = 0.0;
    double minimum = 0.0;
    double maximum = kUnbounded;
};
/// amounts[i] less the discount, then at most the maximum, then at least the minimum (rating::boundedLine
/// without rounding).
void boundLines(const LineTerms& terms, double* amounts, std::size_t n);

/// Of use beyond `amount` the share `keptShare` happens.
struct ThrottleTerms {
    double amount = 0.0;
    double keptShare = 0.0;
};
/// served[i] = min(served[i], share of x[i] that happens) and touched[i] = 1 where x[i] > amount.
void throttleBeyond(const double* x, const ThrottleTerms& terms, double* served, double* touched,
                    std::size_t n);

/// touched[i] = 1 where x[i] > amount, else as it was.
void markBeyond(const double* x, double amount, double* touched, std::size_t n);

}  // namespace breakeven::sim
