#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/pipeline/compiled_terms.hpp"

namespace breakeven::sim {

/// The credits of a block of users under one plan, carried over their months: a column for each credit and
/// month of grant that can still count. What core::Account and core::InvoiceMaker do for one account, without
/// rounding. Credit that a month's end makes worthless lapses in that month.
class CreditLedger {
  public:
    using Column = std::vector<double>;

    /// Forgets all credits: a new block of users.
    void start(const CompiledTerms& terms, std::size_t months, std::uint32_t blockUsers);

    /// Gives the credits of a month (from 0).
    void grant(const CompiledTerms& terms, std::size_t month, std::uint32_t n);

    /// Pays lines with credits, then buys packs for the rest where the plan has a top-up.
    ///
    /// @param open   by line: what may be paid; less what was paid afterwards
    /// @param total  of the bill, >= 0; less what was paid, plus what packs cost
    void pay(const CompiledTerms& terms, std::size_t month, std::vector<Column>& open, double* total,
             std::uint32_t n);

    /// Ends the month: lapsed[i] = what expires or may not roll over.
    void close(const CompiledTerms& terms, std::size_t month, double* lapsed, std::uint32_t n);

  private:
    /// Balances of one credit, by month of grant modulo their number.
    struct Balances {
        std::vector<Column> byGrant;
    };
    /// Months of grant that still count at the end of `month`, the oldest first.
    template <typename Visit>
    static void oldestFirst(Balances& balances, std::size_t month, Visit visit);
    void buyPacks(const CompiledTerms& terms, std::vector<Column>& open, double* total, std::uint32_t n);

    std::vector<Balances> credits_;
    Column packs_;  ///< what is left of bought packs
};

}  // namespace breakeven::sim
