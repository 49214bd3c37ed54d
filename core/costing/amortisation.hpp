#pragma once

namespace breakeven::core {

/// Level payment per period that pays back 1 with interest over n periods: r / (1 - (1 + r)^-n); 1 / n
/// without interest. Source: annuity formula, Brealey, Myers & Allen, "Principles of Corporate Finance",
/// ch. 2.
///
/// @param rate     interest per period, >= 0
/// @param periods  > 0, may be broken
[[nodiscard]] double annuityFactor(double rate, double periods);

/// Monthly payment for an amount over so many months at a yearly rate, one twelfth of it a month.
[[nodiscard]] double monthlyAnnuity(double amount, double yearlyRate, double months);

/// Share that still serves after so many months when a hazard makes it obsolete each month: (1 - h)^months.
///
/// @param hazard  in (0, 1]: probability of obsolescence within a month; the mean life is 1 / h months
[[nodiscard]] double aliveShare(double hazard, double months);

/// Expected value of an investment that saves so much a month until it is obsolete: saving / h - amount.
[[nodiscard]] double obsolescenceValue(double monthlySaving, double hazard, double amount);

}  // namespace breakeven::core
