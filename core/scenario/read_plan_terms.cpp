#include <fmt/format.h>

#include <algorithm>

#include "core/scenario/toml_reading.hpp"

namespace breakeven::core::reading {
namespace {

constexpr std::uint64_t kMostMonths = 1200;

Credit readCredit(Reader& reader, const toml::table& table, const std::string& plan, std::size_t number,
                  const std::vector<Charge>& charges) {
    Credit credit;
    credit.id = table.contains("id") ? reader.id(table, "the credit") : std::to_string(number);
    const std::string path = fmt::format("{}.credit.{}", plan, credit.id);
    reader.onlyKeys(
        table, path,
        {"id", "amount", "every", "priority", "category", "expires_months", "rollover_max", "charges"});
    credit.amount = reader.number(table, "amount", path + ".amount", kAtLeastZero);
    credit.isOnce = reader.choice(table, "every", {"month", "once"}, "month") == 1;
    credit.isPromotional = reader.choice(table, "category", {"paid", "promotional"}, "paid") == 1;
    if (table.contains("priority"))
        credit.priority = static_cast<std::int64_t>(reader.whole(table, "priority", 0, 1'000'000, 0, path));
    if (table.contains("expires_months"))
        credit.expires = reader.whole(table, "expires_months", 1, kMostMonths, 1, path);
    if (table.contains("rollover_max"))
        credit.rolloverMax = reader.number(table, "rollover_max", path + ".rollover_max", kAtLeastZero);
    if (const toml::node* node = table.get("charges")) {
        const toml::array* names = node->as_array();
        if (names == nullptr || names->empty() || !names->is_homogeneous<std::string>()) {
            reader.error(*node, path + ": \"charges\" must be a list of charge ids",
                         "leave it out to pay them all");
            return credit;
        }
        for (const toml::node& name : *names) {
            if (const auto index =
                    findId(reader, name, name.value_or(std::string()), "charge", idsOf(charges)))
                credit.charges.push_back(*index);
        }
    }
    if (charges.empty())
        reader.lint(table, fmt::format("{}: the plan has no charge that this credit could pay", path),
                    "add a [[plan.charge]], or remove the credit");
    const bool expiresUnused =
        credit.rolloverMax && credit.rolloverMax->base == 0.0 && credit.expires && *credit.expires > 1;
    if (expiresUnused)
        reader.lint(*table.get("expires_months"),
                    fmt::format("{}: nothing rolls over, so the credit expires before its {} months are used",
                                path, *credit.expires),
                    "raise rollover_max, or set expires_months = 1");
    return credit;
}

PlanCoupon readCoupon(Reader& reader, const toml::table& table, const std::string& plan, std::size_t number) {
    PlanCoupon coupon;
    coupon.id = table.contains("id") ? reader.id(table, "the coupon") : std::to_string(number);
    const std::string path = fmt::format("{}.coupon.{}", plan, coupon.id);
    reader.onlyKeys(table, path, {"id", "percent", "amount", "months"});
    if (table.contains("percent") == table.contains("amount")) {
        reader.error(table, fmt::format("{}: a coupon has either a percent or an amount", path),
                     "give one of them");
        return coupon;
    }
    if (table.contains("percent"))
        coupon.percent = reader.number(table, "percent", path + ".percent", {0.0, 100.0, false});
    else
        coupon.amount = reader.number(table, "amount", path + ".amount", kAtLeastZero);
    if (table.contains("months")) coupon.months = reader.whole(table, "months", 1, kMostMonths, 1, path);
    return coupon;
}

}  // namespace

PlanTerms readPlanTerms(Reader& reader, const toml::table& table, const std::string& path,
                        const std::vector<Charge>& charges) {
    PlanTerms terms;
    std::size_t unordered = 0;
    reader.tables(table, "credit", [&](const toml::table& item) {
        Credit credit = readCredit(reader, item, path, terms.credits.size() + 1, charges);
        if (!credit.priority) ++unordered;
        const bool isTwin = credit.priority && std::ranges::any_of(terms.credits, [&](const Credit& other) {
                                return other.priority == credit.priority;
                            });
        if (isTwin || (unordered > 0 && !terms.credits.empty()))
            reader.error(item, fmt::format("{}: its credits have no order", path),
                         "give each its own `priority`; the lowest is burnt first");
        addUnique(reader, item, std::move(credit), terms.credits, "credits");
    });
    if (const toml::table* topUp = reader.table(table, "top_up")) {
        reader.onlyKeys(*topUp, path + ".top_up", {"amount", "price"});
        terms.topUp = TopUp{reader.number(*topUp, "amount", path + ".top_up.amount", kAboveZero),
                            reader.number(*topUp, "price", path + ".top_up.price", kAtLeastZero)};
    }
    reader.tables(table, "coupon", [&](const toml::table& item) {
        addUnique(reader, item, readCoupon(reader, item, path, terms.coupons.size() + 1), terms.coupons,
                  "coupons");
    });
    terms.taxPercent = reader.number(table, "tax_percent", path + ".tax_percent", kAtLeastZero, 0.0);
    terms.trialMonths = reader.whole(table, "trial_months", 0, kMostMonths, 0, path);
    terms.isTrialForAll = reader.choice(table, "trial_covers", {"fee", "all"}, "fee") == 1;
    terms.isProrated = reader.flag(table, "prorated", path);
    terms.isPooled = reader.flag(table, "pooled", path);
    // Users are drawn one by one: there is no account of several.
    if (terms.isPooled) reader.exactOnly(*table.get("pooled"), path + ": pooled");
    return terms;
}

}  // namespace breakeven::core::reading
