#include <fmt/format.h>

#include <algorithm>

#include "core/scenario/cost_view.hpp"

namespace breakeven::core::reading {
namespace {

/// How items of a list without ids of their own are named.
auto namer(const CostView& view, std::string_view what) {
    return [&view, what](const toml::table& item, std::size_t number) {
        return idOrNumber(view.reader(), item, number, what);
    };
}

/// Index of the rate that a key names.
std::size_t rateIndex(const CostView& item, const char* key, const std::vector<CostRate>& rates) {
    const std::string name = item.word(key);
    const toml::node* at = item.node(key);
    if (at == nullptr) return 0;
    return findId(item.reader(), *at, name, "rate", idsOf(rates)).value_or(0);
}


MultiplierCost::Part readPart(Reader& reader, const toml::table& table, const std::string& path,
                              bool isCapped) {
    MultiplierCost::Part part;
    reader.onlyKeys(table, path, {"share", "times", "median", "sigma", "least", "alpha"});
    if (table.contains("share")) part.share = reader.number(table, "share", path + ".share", kShare);
    const int kinds = static_cast<int>(table.contains("times")) + static_cast<int>(table.contains("median")) +
                      static_cast<int>(table.contains("least"));
    if (kinds != 1) {
        reader.error(table, fmt::format("{}: {} of times, median and least are given", path, kinds),
                     "give times, or median with sigma (lognormal), or least with alpha (Pareto)");
        return part;
    }
    const auto belongs = [&](const char* key, const char* to) {
        if (table.contains(key) && !table.contains(to))
            reader.error(*table.get(key), fmt::format("{}: {} belongs to {}", path, key, to), "remove it");
    };
    belongs("sigma", "median");
    belongs("alpha", "least");
    if (table.contains("times")) {
        part.a = reader.number(table, "times", path + ".times", kAboveZero);
    } else if (table.contains("median")) {
        part.kind = MultiplierPart::Kind::Lognormal;
        part.a = reader.number(table, "median", path + ".median", kAboveZero);
        part.b = reader.number(table, "sigma", path + ".sigma", kAboveZero);
    } else {
        part.kind = MultiplierPart::Kind::Pareto;
        part.a = reader.number(table, "least", path + ".least", kAboveZero);
        part.b = reader.number(table, "alpha", path + ".alpha", kAboveZero);
        const double lowest = reader.lowest(part.b);
        if (lowest <= 1.0 && !isCapped && table.contains("alpha"))
            reader.error(
                *table.get("alpha"),
                fmt::format("{}.alpha can be {}: at 1 and below the multiplier has no finite mean, so "
                            "no cost of an answer could be told",
                            path, lowest),
                "give the multiplier a cap, or an alpha above 1");
    }
    return part;
}

void checkPartShares(const CostView& item, const MultiplierCost& multiplier) {
    Reader& reader = item.reader();
    double sum = 0.0;
    double most = 0.0;
    bool hasRest = false;
    bool isCertain = true;
    for (const MultiplierCost::Part& part : multiplier.parts) {
        hasRest = hasRest || !part.share;
        if (!part.share) continue;
        sum += part.share->base;
        most += reader.highest(*part.share);
        isCertain = isCertain && !part.share->belief;
    }
    const toml::node& at = *item.node("parts");
    if (hasRest && most > 1.0 + 1e-9)
        reader.error(at, fmt::format("{}: the shares of its parts can sum to {}", item.path(), most),
                     "lower them so that they never exceed 1");
    if (!hasRest && std::abs(sum - 1.0) > 1e-9)
        reader.error(at, fmt::format("{}: the shares of its parts sum to {}, not 1", item.path(), sum),
                     "mend them, or leave one part without share: it takes the rest");
    else if (!hasRest && !isCertain)
        reader.error(
            at,
            fmt::format("{}: the shares of its parts are uncertain and no part takes the rest", item.path()),
            "leave one part without share, so that they sum to 1 in every world");
}

}  // namespace

void readAgents(const CostView& view, const std::vector<Meter>& meters, Cost& cost) {
    for (const NamedItem& entry : view.items("agent", namer(view, "the agent"))) {
        const auto& name = entry.first;
        const CostView& item = entry.second;
        item.onlyKeys("cost.agent", {"id", "meter", "input", "output", "steps", "mean_steps", "shape",
                                     "base_tokens", "added_tokens", "output_tokens"});
        AgentCost agent;
        agent.id = name;
        agent.meter = item.meter(meters);
        agent.inputRate = rateIndex(item, "input", cost.rates);
        agent.outputRate = rateIndex(item, "output", cost.rates);
        agent.steps =
            static_cast<StepLaw>(item.choice("steps", {"fixed", "geometric", "negative_binomial"}, "fixed"));
        agent.meanSteps = item.number("mean_steps", kAtLeastOne);
        if (agent.steps == StepLaw::NegativeBinomial) {
            agent.shape = item.number("shape", kAboveZero);
        } else if (const toml::node* shape = item.node("shape")) {
            item.reader().error(*shape, item.path() + ": shape belongs to the steps \"negative_binomial\"",
                                "remove it, or change the steps");
        }
        agent.baseTokens = item.number("base_tokens", kAtLeastZero);
        agent.addedTokens = item.number("added_tokens", kAtLeastZero, 0.0);
        agent.outputTokens = item.number("output_tokens", kAtLeastZero, 0.0);
        addUnique(item, std::move(agent), cost.agents, "agents");
    }
}

namespace {

/// Two multiples of one answer could not be drawn apart.
void checkDrawnOnce(const CostView& item, const MultiplierCost& multiplier, const std::vector<Meter>& meters,
                    const Cost& cost) {
    if (!multiplier.drawnPer) return;
    for (const std::size_t meter : multiplier.meters) {
        const bool isSecond = std::ranges::any_of(cost.multipliers, [&](const MultiplierCost& other) {
            return other.drawnPer && std::ranges::find(other.meters, meter) != other.meters.end();
        });
        if (isSecond)
            item.reader().error(*item.node("drawn_per"),
                                fmt::format("{}: another multiplier of \"{}\" is drawn already", item.path(),
                                            meters[meter].id),
                                "draw one of them, or join their parts in one multiplier");
    }
}

}  // namespace

void readMultipliers(const CostView& view, const std::vector<Meter>& meters, Cost& cost) {
    for (const NamedItem& entry : view.items("multiplier", namer(view, "the multiplier"))) {
        const auto& name = entry.first;
        const CostView& item = entry.second;
        item.onlyKeys("cost.multiplier", {"id", "meter", "meters", "parts", "cap", "drawn_per"});
        const std::size_t atFirst = item.reader().diagnostics.size();
        MultiplierCost multiplier;
        multiplier.id = name;
        multiplier.meters = item.meterList(meters);
        multiplier.cap = item.maybe("cap", kAtLeastOne);
        if (item.has("drawn_per")) multiplier.drawnPer = item.meter(meters, "drawn_per");
        const std::size_t before = item.reader().diagnostics.size();
        item.reader().tables(item.home("parts"), "parts", [&](const toml::table& table) {
            const std::string path = fmt::format("{}.{}", item.pathOf("parts"), multiplier.parts.size() + 1);
            multiplier.parts.push_back(readPart(item.reader(), table, path, multiplier.cap.has_value()));
        });
        if (multiplier.parts.empty() && item.reader().diagnostics.size() == before) {
            item.reader().error(item.table(), item.path() + ": the multiplier has no parts",
                                "add parts = [ { times = 8 } ]");
        } else if (item.reader().diagnostics.size() == before) {
            checkPartShares(item, multiplier);
        }
        if (item.reader().diagnostics.size() == atFirst) checkDrawnOnce(item, multiplier, meters, cost);
        addUnique(item, std::move(multiplier), cost.multipliers, "multipliers");
    }
}

void readRoutes(const CostView& view, const std::vector<Meter>& meters, Cost& cost) {
    for (const NamedItem& entry : view.items("route", namer(view, "the route"))) {
        const auto& name = entry.first;
        const CostView& item = entry.second;
        item.onlyKeys("cost.route", {"id", "meter", "student_share", "student_amount", "student_cost_share",
                                     "escalation", "router_amount"});
        RouteCost route;
        route.id = name;
        route.meter = item.meter(meters);
        route.studentShare = item.number("student_share", kShare);
        const bool isAmount = item.has("student_amount") && !item.isOverridden("student_cost_share");
        if (item.has("student_amount") && item.has("student_cost_share") &&
            item.isOverridden("student_amount") == item.isOverridden("student_cost_share")) {
            item.reader().error(*item.node("student_amount"),
                                item.path() + ": student_amount and student_cost_share are given together",
                                "keep one of the two");
        } else if (isAmount) {
            route.studentAmount = item.number("student_amount", kAtLeastZero);
        } else if (item.has("student_cost_share")) {
            route.studentCostShare = item.number("student_cost_share", kAtLeastZero);
        } else {
            item.reader().error(
                item.table(), item.path() + ": nothing says what the student costs",
                "add student_amount = … per unit, or student_cost_share = … of the teacher's");
        }
        route.escalation = item.number("escalation", kShare, 0.0);
        route.routerAmount = item.number("router_amount", kAtLeastZero, 0.0);
        addUnique(item, std::move(route), cost.routes, "routes");
    }
}

void readGuards(const CostView& view, const std::vector<Meter>& meters, Cost& cost) {
    for (const NamedItem& entry : view.items("guard", namer(view, "the guard"))) {
        const auto& name = entry.first;
        const CostView& item = entry.second;
        item.onlyKeys("cost.guard",
                      {"id", "meter", "overhead", "false_positive_share", "false_positive_amount",
                       "attack_rate", "attack_success", "loss", "drawn", "loss_sigma"});
        GuardCost guard;
        guard.id = name;
        guard.meter = item.meter(meters);
        guard.overhead = item.number("overhead", kAtLeastZero, 0.0);
        guard.falsePositiveShare = item.number("false_positive_share", kShare, 0.0);
        guard.falsePositiveAmount = item.number("false_positive_amount", kAtLeastZero, 0.0);
        guard.attackRate = item.number("attack_rate", kShare, 0.0);
        guard.attackSuccess = item.number("attack_success", kShare, 1.0);
        guard.loss = item.number("loss", kAtLeastZero, 0.0);
        guard.areIncidentsDrawn = item.flag("drawn");
        if (guard.areIncidentsDrawn) {
            guard.lossSigma = item.number("loss_sigma", kAtLeastZero, 0.0);
        } else if (item.has("loss_sigma")) {
            item.reader().error(*item.node("loss_sigma"),
                                item.path() + ": loss_sigma says how losses differ, and none is drawn",
                                "add drawn = true, or remove it");
        }
        addUnique(item, std::move(guard), cost.guards, "guards");
    }
}

void readRetries(const CostView& view, const std::vector<Meter>& meters, Cost& cost) {
    for (const NamedItem& entry : view.items("retry", namer(view, "the retry"))) {
        const auto& name = entry.first;
        const CostView& item = entry.second;
        item.onlyKeys("cost.retry", {"id", "meter", "meters", "success", "limit"});
        RetryCost retry;
        retry.id = name;
        retry.meters = item.meterList(meters);
        retry.success = item.number("success", kShareAboveZero);
        if (item.has("limit"))
            retry.limit = item.reader().whole(item.home("limit"), "limit", 1, 1'000'000, 1, item.path());
        addUnique(item, std::move(retry), cost.retries, "retries");
    }
}

void readScales(const CostView& view, const std::vector<Meter>& meters, Cost& cost) {
    for (const NamedItem& entry : view.items("scale", namer(view, "the cost by scale"))) {
        const auto& name = entry.first;
        const CostView& item = entry.second;
        item.onlyKeys("cost.scale", {"id", "meter", "size", "options"});
        ScaleCost scale;
        scale.id = name;
        scale.meter = item.meter(meters);
        scale.size = item.meter(meters, "size");
        Reader& reader = item.reader();
        const std::size_t before = reader.diagnostics.size();
        reader.tables(item.home("options"), "options", [&](const toml::table& table) {
            const std::string path = fmt::format("{}.{}", item.pathOf("options"), scale.options.size() + 1);
            reader.onlyKeys(table, path, {"growth", "base", "slope", "candidates", "kept_share"});
            ScaleCost::Option option;
            option.shape = static_cast<ScaleShape>(
                reader.choice(table, "growth", {"constant", "linear", "log2", "hybrid"}, nullptr));
            const auto number = [&](const char* key, Range range, double fallback) {
                return reader.number(table, key, fmt::format("{}.{}", path, key), range, fallback);
            };
            option.base = number("base", kAtLeastZero, 0.0);
            option.slope = number("slope", kAtLeastZero, 0.0);
            option.candidates = number("candidates", kAtLeastZero, 0.0);
            option.keptShare = number("kept_share", kShare, 0.0);
            scale.options.push_back(std::move(option));
        });
        if (scale.options.empty() && reader.diagnostics.size() == before)
            reader.error(item.table(), item.path() + ": the cost by scale has no options",
                         "add options = [ { growth = \"linear\", base = 2e-6, slope = 1e-11 } ]");
        addUnique(item, std::move(scale), cost.scales, "costs by scale");
    }
}

void readOneOffs(const CostView& view, const std::vector<Meter>& meters, Cost& cost) {
    using enum OneOffCost::Method;
    for (const NamedItem& entry : view.items("one_off", namer(view, "the one-off cost"))) {
        const auto& name = entry.first;
        const CostView& item = entry.second;
        item.onlyKeys("cost.one_off",
                      {"id", "amount", "method", "months", "yearly_rate", "units", "meter", "hazard"});
        OneOffCost oneOff;
        oneOff.id = name;
        oneOff.amount = item.number("amount", kAtLeastZero);
        const std::size_t before = item.reader().diagnostics.size();
        oneOff.method = static_cast<OneOffCost::Method>(
            item.choice("method", {"straight_line", "annuity", "units", "obsolescence"}, "straight_line"));
        if (item.reader().diagnostics.size() == before) {
            const OneOffCost::Method method = oneOff.method;
            // A key of [cost] for the method there says nothing to a plan with another method.
            const auto belongs = [&](const char* key, bool does, std::string_view word) {
                const toml::node* node = item.node(key);
                if (does || node == nullptr || (item.isOverridden("method") && !item.isOverridden(key)))
                    return;
                item.reader().error(
                    *node, fmt::format("{}: {} belongs to the method \"{}\"", item.path(), key, word),
                    "remove it, or change the method");
            };
            belongs("months", method == StraightLine || method == Annuity, "straight_line");
            belongs("yearly_rate", method == Annuity, "annuity");
            belongs("units", method == Units, "units");
            belongs("meter", method == Units, "units");
            belongs("hazard", method == Obsolescence, "obsolescence");
            if (method == StraightLine || method == Annuity)
                oneOff.months = item.number("months", kAboveZero);
            if (method == Annuity) oneOff.yearlyRate = item.number("yearly_rate", kAtLeastZero);
            if (method == Units) {
                oneOff.units = item.number("units", kAboveZero);
                oneOff.meter = item.meter(meters);
            }
            if (method == Obsolescence) oneOff.hazard = item.number("hazard", kShareAboveZero);
        }
        addUnique(item, std::move(oneOff), cost.oneOffs, "one-off costs");
    }
}

void readPayments(const CostView& view, Cost& cost) {
    if (const auto payments = view.sub("payments")) {
        payments->onlyKeys("cost.payments", {"rate", "amount"});
        const std::size_t before = view.reader().diagnostics.size();
        cost.payments = {payments->number("rate", kShare, 0.0),
                         payments->number("amount", kAtLeastZero, 0.0)};
        const bool isGood = view.reader().diagnostics.size() == before;
        if (isGood && view.reader().highest(cost.payments->rate) >= 1.0)
            view.reader().error(*payments->node("rate"), payments->pathOf("rate") + " can be 1",
                                "write a share below 1 such as 0.029: at 1 nothing is left of a bill");
    }
    if (const auto support = view.sub("support")) {
        support->onlyKeys("cost.support", {"tickets", "amount"});
        cost.support = {support->number("tickets", kAtLeastZero), support->number("amount", kAtLeastZero)};
    }
    if (const auto freeTier = view.sub("free_tier")) {
        freeTier->onlyKeys("cost.free_tier", {"users_per_subscriber", "amount"});
        cost.freeTier = {freeTier->number("users_per_subscriber", kAtLeastZero),
                         freeTier->number("amount", kAtLeastZero)};
    }
}

}  // namespace breakeven::core::reading
