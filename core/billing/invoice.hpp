#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/billing/exact_plan.hpp"
#include "core/units/decimal.hpp"

namespace breakeven::core {

/// Why a line is on the invoice.
enum class LineKind {
    Fee,
    Charge,
    Overage,  ///< use beyond a limit
    Pack,     ///< packs bought beyond a limit
    Trial,    ///< taken off in a free period
    Coupon,
    Cap,      ///< taken off above the plan's maximum
    Minimum,  ///< added to reach the plan's minimum
    Credit,   ///< paid by credits
    TopUp,    ///< packs of credit bought
    Tax,
    Rounding,  ///< what one rounding of the whole differs by
};

/// The word of a kind in files: "fee", "top_up".
[[nodiscard]] std::string_view wordOf(LineKind kind);

/// One line; negative amounts are taken off.
struct InvoiceLine {
    LineKind kind = LineKind::Charge;
    std::size_t index = 0;  ///< of the charge, limit, credit or coupon in its plan
    Decimal quantity;       ///< billed quantity, packs or seats; 0 where there is none
    Decimal amount;
    rating::BoundedLine<Decimal> parts;  ///< charges: before and after discount, cap and minimum
};

/// What a subject owes for a period.
struct Invoice {
    std::vector<InvoiceLine> lines;
    Decimal total;
    void clear() {
        lines.clear();
        total = 0;
    }
};

/// What a subject (or pool) uses in a period.
struct PeriodUsage {
    std::vector<Decimal> quantities;  ///< one per meter of the scenario
    /// The rows that `quantities` are the sum of, for bucketed charges; empty: one row.
    std::vector<std::vector<Decimal>> rows;
    std::int64_t month = 0;       ///< of the period's start, counted from year 0; for expiry and trials
    std::int64_t seats = 1;       ///< subjects in the account
    std::int64_t activeDays = 1;  ///< of daysInPeriod; equal: not prorated
    std::int64_t daysInPeriod = 1;
};

/// What passes from one period of an account to the next, and what became of its credits so far:
/// granted = used + lapsed + left, to the last digit.
class Account {
  public:
    Decimal granted;
    Decimal used;
    Decimal lapsed;  ///< expired, or cut by rollover_max
    [[nodiscard]] Decimal left() const;

  private:
    friend class InvoiceMaker;
    struct Balance {
        std::size_t credit = 0;  ///< index into the plan's credits; their count: a top-up
        Decimal amount;
        std::int64_t granted = 0;  ///< month
        std::int64_t until = 0;    ///< first month in which it is gone
    };
    std::vector<Balance> balances_;
    std::int64_t firstMonth_ = 0;
    std::int64_t periods_ = 0;
};

/// Makes the invoices of one plan. Rounding, order and zero usage are those of the plan's semantics.
class InvoiceMaker {
  public:
    explicit InvoiceMaker(ExactPlan plan);

    [[nodiscard]] const ExactPlan& plan() const { return plan_; }

    /// Bills the next period of an account into `invoice`. Throws rating::Refused and std::runtime_error for
    /// numbers beyond exact arithmetic.
    void bill(const PeriodUsage& usage, Account& account, Invoice& invoice);

    /// What a line is, for people: "tokens: 1200 × graduated".
    [[nodiscard]] std::string reasonOf(const InvoiceLine& line) const;
    /// The id of the charge, limit, credit or coupon of a line; empty for the others.
    [[nodiscard]] std::string_view idOf(const InvoiceLine& line) const;

  private:
    void applyLimits(const PeriodUsage& usage, Invoice& invoice);
    [[nodiscard]] InvoiceLine chargeLine(std::size_t index) const;
    [[nodiscard]] static Decimal quantityOf(const ExactCharge& charge, const std::vector<Decimal>& kept);
    [[nodiscard]] static Decimal priceOf(const ExactCharge& charge, const Decimal& quantity,
                                         const std::vector<Decimal>& kept);
    void grant(const PeriodUsage& usage, Account& account) const;
    void payWithCredits(Account& account, const PeriodUsage& usage, Invoice& invoice, const Decimal& gross);
    [[nodiscard]] Decimal shared(const Decimal& amount, const PeriodUsage& usage) const;
    [[nodiscard]] Decimal rounded(const Decimal& amount) const;
    void add(Invoice& invoice, LineKind kind, std::size_t index, const Decimal& quantity,
             const Decimal& amount) const;

    ExactPlan plan_;
    std::vector<Decimal> kept_;                   ///< quantities after the limits
    std::vector<std::vector<Decimal>> keptRows_;  ///< the same by row, for bucketed charges
    std::vector<std::size_t> burnOrder_;
};

}  // namespace breakeven::core
