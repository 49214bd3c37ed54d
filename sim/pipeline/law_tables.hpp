#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/population/usage_law.hpp"
#include "core/scenario/scenario.hpp"
#include "sim/kernels/piece_kernels.hpp"
#include "sim/pipeline/copula_table.hpp"

namespace breakeven::sim {

/// What a law without a cheap closed quantile is read from: one of the two.
struct LawTable {
    std::vector<double> gamma;  ///< see quantile_table.hpp
    QuantilePieces pieces;      ///< see quantile_pieces.hpp
};

/// The table of a law; null for one that needs none.
[[nodiscard]] std::shared_ptr<const LawTable> makeTable(const core::UsageLaw& law);

/// Tables of a scenario's laws at base values, made once. A law that no belief moves is the same in every
/// world.
class LawTables {
  public:
    explicit LawTables(const core::Scenario& scenario);

    /// The table of a segment's usage whose law is `law` in some world: the common one where that is the base
    /// law, else a new one.
    [[nodiscard]] std::shared_ptr<const LawTable> of(std::size_t segment, std::size_t usage,
                                                     const core::UsageLaw& law) const;

    /// The t copula of a segment with these degrees of freedom in some world.
    [[nodiscard]] std::shared_ptr<const StudentCopula> copula(std::size_t segment,
                                                              double degreesOfFreedom) const;

  private:
    struct Entry {
        core::UsageLaw law;
        std::shared_ptr<const LawTable> table;
        std::vector<double> unitGamma;  ///< the table of the same shape and scale 1; a belief often moves the
                                        ///< scale alone
    };
    std::vector<std::vector<Entry>> entries_;                    ///< segment x usage
    std::vector<std::shared_ptr<const StudentCopula>> copulas_;  ///< by segment; null: not a t copula
};

}  // namespace breakeven::sim
