#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "sim/kernels/scalar_math.hpp"

namespace breakeven::sim {

/// Q(z) in pieces: piece i holds for scores in (breaks[i - 1], breaks[i]], the last one beyond all breaks.
struct QuantilePieces {
    // How a piece makes its value of the polynomial P(t), t = (z - start) inverseWidth.
    static constexpr double kAtom = 0.0;    ///< the first coefficient
    static constexpr double kSmooth = 1.0;  ///< e^P
    static constexpr double kCount = 2.0;   ///< the whole number below e^P: rounded up, less one
    /// Numbers of a piece in `pieces`.
    enum Field : std::size_t {
        kStart,
        kInverseWidth,
        kFirstCoefficient,
        kLastCoefficient = 7,
        kKind,
        kFields
    };
    static constexpr double kReach = 12.0;  ///< scores beyond it are taken as it

    std::vector<double> breaks;  ///< 2^depth - 1 ascending scores; those beyond the last piece are infinite
    std::vector<double> pieces;  ///< kFields for each piece, coefficients from the constant up
    unsigned depth = 0;
    bool operator==(const QuantilePieces&) const = default;
};

/// out[i] = Q(z[i]). Compiled for every instruction set like block_kernels.hpp; every set gives the bits of
/// the scalar twin.
void pieceQuantiles(const QuantilePieces& table, const double* z, double* out, std::size_t n);

template <typename Arithmetic = Plain>
[[nodiscard]] double pieceQuantileScalar(const QuantilePieces& table, double score, Arithmetic how = {}) {
    using enum QuantilePieces::Field;
    const double z = std::min(std::max(score, -QuantilePieces::kReach), QuantilePieces::kReach);
    std::size_t index = 0;
    for (std::size_t step = std::size_t{1} << table.depth >> 1U; step > 0; step >>= 1U)
        index += table.breaks[index + step - 1] < z ? step : 0;
    const double* piece = table.pieces.data() + index * kFields;
    const double t = (z - piece[kStart]) * piece[kInverseWidth];
    double sum = piece[kLastCoefficient];
    for (std::size_t k = kLastCoefficient; k-- > kFirstCoefficient;)
        sum = Arithmetic::mulAdd(t, sum, piece[k]);
    if (piece[kKind] == QuantilePieces::kAtom) return piece[kFirstCoefficient];
    const double value = expScalar(sum, how);
    return piece[kKind] == QuantilePieces::kCount ? std::ceil(value) - 1.0 : value;
}

}  // namespace breakeven::sim
