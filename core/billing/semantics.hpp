#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "core/pricing/rating/discounts.hpp"
#include "core/pricing/rating/proration.hpp"
#include "core/pricing/rating/tiers.hpp"

namespace breakeven::core {

/// Where amounts are rounded to the minor unit.
enum class RoundingScope {
    Line,     ///< once per invoice line
    Tier,     ///< every tier of a tiered price, then the line
    Invoice,  ///< once, the total
};

/// What happens to the sum of the lines.
enum class InvoiceStep { Discount, Cap, Minimum, Credit, Tax };

/// How a billing system reads a plan, where systems differ.
struct Semantics {
    std::string name = "breakeven";
    rating::FlatAtZero flatAtZero = rating::FlatAtZero::None;  ///< where the charge does not ask for it
    RoundingScope rounding = RoundingScope::Line;
    rating::ProrationMethod proration = rating::ProrationMethod::DaysInclusive;
    rating::CouponOrder coupons = rating::CouponOrder::AsGiven;
    std::array<InvoiceStep, 5> order = {InvoiceStep::Discount, InvoiceStep::Cap, InvoiceStep::Minimum,
                                        InvoiceStep::Credit, InvoiceStep::Tax};
    bool operator==(const Semantics&) const = default;
};

struct SemanticsReading {
    std::optional<Semantics> semantics;  ///< none beside an error
    std::vector<Diagnostic> diagnostics;
};

/// `NAME[,OPTION=VALUE…]`: a preset (breakeven, lago, openmeter, stripe, flexprice, meteroid, killbill) and
/// options that differ from it: flat_at_zero, rounding, proration, coupons, order. What each preset sets and
/// how that is known: scenarios/SEMANTICS.md.
///
/// @param option  the command line option that the text was given to, for messages
[[nodiscard]] SemanticsReading readSemantics(const std::string& text, const std::string& option);

}  // namespace breakeven::core
