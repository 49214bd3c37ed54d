#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/kernels/column_kernels.hpp"
#include "sim/pipeline/credit_ledger.hpp"

namespace breakeven::sim {

/// What a block of users uses in a month, by meter.
struct BlockUsage {
    std::span<const double* const> asked;   ///< before limits
    std::span<const double* const> served;  ///< after those that block and throttle
    std::uint32_t n = 0;
};

/// Bills blocks of users under one plan that has terms: the steps of core::InvoiceMaker over columns, without
/// rounding to cents and without tax, which is not the seller's.
class TermsBiller {
  public:
    /// A new block of users, whose months follow in order.
    void start(const CompiledTerms& terms, std::size_t months, std::uint32_t blockUsers);

    /// Bills a month (from 0).
    ///
    /// @param revenue  receives what each user pays
    /// @param lapsed   receives the credit that each user loses unused at the month's end
    void bill(const CompiledTerms& terms, std::size_t month, const BlockUsage& usage, double* revenue,
              double* lapsed);

  private:
    using Column = CreditLedger::Column;
    void billOverages(const CompiledTerms& terms, const BlockUsage& usage, double* revenue) const;
    void billLine(const CompiledLine& line, const BlockUsage& usage, double* out);
    const double* quantityOf(const CompiledLine& line, const BlockUsage& usage);
    void price(const CompiledLine& line, const double* q, const BlockUsage& usage, double* out);
    void openLines(std::size_t lines, const double* due, std::uint32_t n);

    CreditLedger ledger_;
    std::vector<Column> lines_;
    Column gross_;
    Column quantity_;
    std::vector<WeightedColumn> parts_;
};

}  // namespace breakeven::sim
