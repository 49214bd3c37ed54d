#include <fmt/format.h>

#include <algorithm>

#include "core/scenario/toml_reading.hpp"

namespace breakeven::core::reading {
namespace {

Limit readLimit(Reader& reader, const toml::table& table, const std::string& plan, std::size_t number,
                const std::vector<Meter>& meters) {
    Limit limit;
    limit.id = table.contains("id") ? reader.id(table, "the limit") : std::to_string(number);
    const std::string path = fmt::format("plan.{}.limit.{}", plan, limit.id);
    reader.onlyKeys(table, path,
                    {"id", "meter", "amount", "action", "cost_factor", "kept_share", "unit_amount", "per",
                     "pack_size", "pack_amount", "window_hours", "window_opens"});
    if (const toml::node* node = table.get("meter")) {
        if (const auto index = findId(reader, *node, reader.word(table, "meter"), "meter", idsOf(meters)))
            limit.meter = *index;
    } else {
        reader.error(table, path + ": the limit names no meter", "add `meter = \"…\"`");
    }
    limit.amount = reader.number(table, "amount", path + ".amount", kAtLeastZero);
    const std::initializer_list<std::string_view> actions = {"block", "degrade", "throttle",
                                                             "queue", "overage", "auto_buy"};
    const std::size_t before = reader.diagnostics.size();
    limit.action = static_cast<Limit::Action>(reader.choice(table, "action", actions, nullptr));
    if (reader.diagnostics.size() > before) return limit;
    using enum Limit::Action;
    const auto belongs = [&](std::string_view key, Limit::Action action) {
        if (limit.action == action || !table.contains(key)) return;
        const std::string_view word = *(actions.begin() + static_cast<std::ptrdiff_t>(action));
        reader.error(*table.get(key), fmt::format("{}: {} belongs to the action \"{}\"", path, key, word),
                     "remove it, or change the action");
    };
    belongs("cost_factor", Degrade);
    belongs("kept_share", Throttle);
    belongs("unit_amount", Overage);
    belongs("per", Overage);
    belongs("pack_size", AutoBuy);
    belongs("pack_amount", AutoBuy);
    const auto numberOf = [&](const char* key, Range range) {
        return reader.number(table, key, fmt::format("{}.{}", path, key), range);
    };
    if (limit.action == Degrade) limit.costFactor = numberOf("cost_factor", kShare);
    if (limit.action == Throttle) limit.keptShare = numberOf("kept_share", kShare);
    if (limit.action == Overage) {
        limit.price = numberOf("unit_amount", kAtLeastZero);
        limit.per = reader.number(table, "per", path + ".per", kAboveZero, 1.0);
    }
    if (limit.action == AutoBuy) {
        limit.per = numberOf("pack_size", kAboveZero);
        limit.price = numberOf("pack_amount", kAtLeastZero);
    }
    limit.window = readLimitWindow(reader, table, path, limit);
    return limit;
}

}  // namespace

Plan readPlan(Reader& reader, const toml::table& table, const std::vector<Meter>& meters,
              const std::vector<Segment>& segments) {
    reader.onlyKeys(table, "plan",
                    {"id", "fee", "minimum", "maximum", "segments", "charge", "limit", "cost", "credit",
                     "top_up", "coupon", "tax_percent", "trial_months", "trial_covers", "prorated", "pooled"},
                    {"allowance", "seats"});
    Plan plan;
    plan.id = reader.id(table, "the plan");
    const std::string path = "plan." + plan.id;
    const std::size_t before = reader.diagnostics.size();
    plan.fee = reader.number(table, "fee", path + ".fee", kAtLeastZero, 0.0);
    if (table.contains("minimum"))
        plan.minimum = reader.number(table, "minimum", path + ".minimum", kAtLeastZero);
    if (table.contains("maximum"))
        plan.maximum = reader.number(table, "maximum", path + ".maximum", kAtLeastZero);
    if (reader.diagnostics.size() == before && plan.minimum && plan.maximum &&
        plan.minimum->base > plan.maximum->base) {
        reader.error(*table.get("maximum"),
                     fmt::format("plan \"{}\": minimum {} is above maximum {}", plan.id, plan.minimum->base,
                                 plan.maximum->base),
                     "lower the minimum or raise the maximum");
    }
    if (const toml::node* node = table.get("segments")) {
        const toml::array* names = node->as_array();
        if (names == nullptr || names->empty() || !names->is_homogeneous<std::string>()) {
            reader.error(*node, path + ": \"segments\" must be a list of segment ids",
                         "leave it out to offer the plan to all");
        } else {
            for (const toml::node& name : *names) {
                const auto index =
                    findId(reader, name, name.value_or(std::string()), "segment", idsOf(segments));
                if (index && std::ranges::find(plan.segments, *index) == plan.segments.end())
                    plan.segments.push_back(*index);
            }
        }
    } else {
        for (std::size_t i = 0; i < segments.size(); ++i) plan.segments.push_back(i);
    }
    reader.tables(table, "charge", [&](const toml::table& item) {
        addUnique(reader, item, readCharge(reader, item, plan.id, plan.charges.size() + 1, meters),
                  plan.charges, "charges");
    });
    reader.tables(table, "limit", [&](const toml::table& item) {
        addUnique(reader, item, readLimit(reader, item, plan.id, plan.limits.size() + 1, meters), plan.limits,
                  "limits");
    });
    plan.terms = readPlanTerms(reader, table, path, plan.charges);
    if (reader.diagnostics.size() == before) checkWindows(reader, table, plan, segments, meters);
    if (reader.diagnostics.size() == before) lintPlan(reader, table, plan, segments);
    return plan;
}

}  // namespace breakeven::core::reading
