#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/units/decimal.hpp"

namespace breakeven::core {

/// Mean and quantiles of many amounts. Exact up to a million of them; beyond that the quantiles come from
/// bins of 0.1 % width, so memory stays bounded.
class AmountSummary {
  public:
    void add(const Decimal& amount);

    [[nodiscard]] std::uint64_t count() const { return count_; }
    /// The mean to `places` decimals; 0 without amounts.
    [[nodiscard]] Decimal mean(int places) const;
    /// The q-quantile, linear between neighbours; 0 without amounts.
    [[nodiscard]] double quantile(double q) const;

  private:
    void spill();
    std::uint64_t count_ = 0;
    Decimal sum_;
    mutable std::vector<double> values_;  ///< until there are too many; sorted when asked
    std::map<std::int32_t, std::uint64_t> bins_;
};

}  // namespace breakeven::core
