#include "core/costing/unit_cost.hpp"

#include <algorithm>

#include "core/costing/amortisation.hpp"
#include "core/costing/retries.hpp"
#include "core/costing/routing.hpp"

namespace breakeven::core {
namespace {

void scale(UnitCost& unit, double factor) {
    unit.list *= factor;
    unit.harm *= factor;
    unit.fleet *= factor;
    unit.idle *= factor;
}

/// Applies the elements of a cost to the units of its meters.
class Chain {
  public:
    Chain(const Cost& cost, std::size_t meters, std::span<const double> draws)
        : cost_(cost), draws_(draws), units_(meters) {}

    std::vector<UnitCost> run(CostStage upTo) {
        addPrices(upTo >= CostStage::Cache);
        if (upTo >= CostStage::Multipliers) multiplyAnswers();
        if (upTo >= CostStage::Routes) route();
        if (upTo >= CostStage::Guards) guard();
        if (upTo >= CostStage::Retries) retry();
        for (const OneOffCost& item : cost_.oneOffs) {
            if (item.method == OneOffCost::Method::Units)
                units_[item.meter].production += value(item.amount) / value(item.units);
        }
        return std::move(units_);
    }

  private:
    [[nodiscard]] double value(const Parameter& parameter) const { return valueIn(parameter, draws_); }

    /// Share of its meter's use that a rate is for.
    [[nodiscard]] double shareOf(const CostRate& rate) const {
        if (!rate.takesRest) return value(rate.share);
        double left = 1.0;
        double takers = 0.0;
        for (const CostRate& other : cost_.rates) {
            if (other.meter != rate.meter) continue;
            if (other.takesRest) {
                takers += 1.0;
            } else {
                left -= value(other.share);
            }
        }
        return std::max(left, 0.0) / takers;
    }

    void addPrices(bool withCache) {
        for (const CostRate& rate : cost_.rates)
            if (rate.meter) units_[*rate.meter].list += shareOf(rate) * listPrice(rate, draws_, withCache);
        for (const AgentCost& agent : cost_.agents) {
            const MeanTokens tokens =
                meanTokens({agent.steps, value(agent.meanSteps), value(agent.shape)},
                           {value(agent.baseTokens), value(agent.addedTokens), value(agent.outputTokens)});
            units_[agent.meter].list +=
                tokens.input * listPrice(cost_.rates[agent.inputRate], draws_, withCache) +
                tokens.output * listPrice(cost_.rates[agent.outputRate], draws_, withCache);
        }
        if (!cost_.fleet) return;
        const FleetNumbers fleet = fleetNumbers(*cost_.fleet, draws_);
        const double hour = fleet.hour.total();
        double own = 0.0;
        if (!fleet.gpus) own = fleet.ownShare * costPerToken(hour, fleet.throughput, fleet.utilisation);
        const double bought = (1.0 - fleet.ownShare) * fleet.marketPrice.value_or(0.0);
        for (const std::size_t meter : cost_.fleet->meters) {
            units_[meter].fleet += own + bought;
            if (hour > 0.0) units_[meter].idle += own * (1.0 - fleet.hour.power / hour);
        }
    }

    void multiplyAnswers() {
        for (const MultiplierCost& item : cost_.multipliers) {
            std::optional<double> cap;
            if (item.cap) cap = value(*item.cap);
            const double mean = meanMultiplier(multiplierParts(item, draws_), cap);
            for (const std::size_t meter : item.meters) scale(units_[meter], mean);
        }
    }

    void route() {
        for (const RouteCost& item : cost_.routes) {
            const Routing routing{value(item.studentShare), value(item.escalation), value(item.routerAmount)};
            UnitCost& unit = units_[item.meter];
            // The route is linear in the teacher's cost, so each part of it follows the same rule.
            const double ofTeacher = item.studentAmount ? 0.0 : value(item.studentCostShare);
            const auto routed = [&](double teacher) {
                return routedCost({routing.studentShare, routing.escalation, 0.0}, ofTeacher * teacher,
                                  teacher);
            };
            unit.list = routed(unit.list) + routing.routerAmount +
                        (item.studentAmount ? routing.studentShare * value(*item.studentAmount) : 0.0);
            unit.harm = routed(unit.harm);
            unit.fleet = routed(unit.fleet);
            unit.idle = routed(unit.idle);
        }
    }

    void guard() {
        for (const GuardCost& item : cost_.guards) {
            const Guard guard = guardNumbers(item, draws_);
            UnitCost& unit = units_[item.meter];
            scale(unit, 1.0 + guard.overhead);
            unit.harm += harmPerStep(guard);
        }
    }

    void retry() {
        for (const RetryCost& item : cost_.retries)
            for (const std::size_t meter : item.meters)
                scale(units_[meter], meanAttempts({value(item.success), item.limit}));
    }

    const Cost& cost_;
    std::span<const double> draws_;
    std::vector<UnitCost> units_;
};

}  // namespace

std::vector<UnitCost> unitCosts(const Cost& cost, std::size_t meters, std::span<const double> draws,
                                CostStage upTo) {
    return Chain(cost, meters, draws).run(upTo);
}

bool isDrawn(const Cost& cost) {
    return std::ranges::any_of(cost.multipliers,
                               [](const MultiplierCost& item) { return item.drawnPer.has_value(); }) ||
           std::ranges::any_of(cost.guards, &GuardCost::areIncidentsDrawn);
}

Guard guardNumbers(const GuardCost& item, std::span<const double> draws) {
    return {valueIn(item.overhead, draws),
            valueIn(item.falsePositiveShare, draws),
            valueIn(item.falsePositiveAmount, draws),
            valueIn(item.attackRate, draws),
            valueIn(item.attackSuccess, draws),
            valueIn(item.loss, draws)};
}

double listPrice(const CostRate& rate, std::span<const double> draws, bool withCache) {
    const double price = valueIn(rate.amount, draws) / valueIn(rate.per, draws);
    if (!withCache) return price;
    const CacheUse& cache = rate.cache;
    return price * (1.0 - valueIn(cache.hitShare, draws) * (1.0 - valueIn(cache.hitPrice, draws)) +
                    valueIn(cache.writeShare, draws) * (valueIn(cache.writePrice, draws) - 1.0));
}

FleetNumbers fleetNumbers(const FleetCost& fleet, std::span<const double> draws) {
    const auto value = [&](const Parameter& parameter) { return valueIn(parameter, draws); };
    const auto optional = [&](const std::optional<Parameter>& parameter) {
        return parameter ? std::optional(value(*parameter)) : std::nullopt;
    };
    FleetNumbers numbers;
    numbers.hour = fleet.hourlyAmount
                       ? GpuHour{value(*fleet.hourlyAmount), 0.0, 0.0}
                       : gpuHour({value(fleet.capex), value(fleet.years), value(fleet.yearlyRate),
                                  value(fleet.kilowatts), value(fleet.pue), value(fleet.powerPrice),
                                  value(fleet.opsShare)});
    numbers.throughput = value(fleet.throughput);
    numbers.hoursOfMonth = value(fleet.hoursOfMonth);
    if (fleet.peakToMean) {
        numbers.peakToMean = value(*fleet.peakToMean);
    } else if (!fleet.profile.empty()) {
        numbers.peakToMean = peakToMean(fleet.profile);
    }
    numbers.gpus = optional(fleet.gpus);
    numbers.target = optional(fleet.target);
    if (fleet.utilisation) numbers.utilisation = value(*fleet.utilisation);
    if (numbers.target) numbers.utilisation = *numbers.target / numbers.peakToMean;
    numbers.ownShare = value(fleet.ownShare);
    if (fleet.marketPrice) numbers.marketPrice = value(*fleet.marketPrice) / value(fleet.per);
    return numbers;
}

StandingCost standingCost(const Cost& cost, double subscribers, std::span<const double> draws) {
    const auto value = [&](const Parameter& parameter) { return valueIn(parameter, draws); };
    StandingCost standing;
    for (const FixedCost& item : cost.fixed)
        (item.isPerSubscriber ? standing.perSubscriber : standing.fixed) += value(item.amount);
    standing.fixed /= subscribers;
    for (const OneOffCost& item : cost.oneOffs) {
        const double amount = value(item.amount);
        if (item.method == OneOffCost::Method::StraightLine)
            standing.amortised += amount / value(item.months);
        if (item.method == OneOffCost::Method::Annuity)
            standing.amortised += monthlyAnnuity(amount, value(item.yearlyRate), value(item.months));
        if (item.method == OneOffCost::Method::Obsolescence)
            standing.amortised += amount * value(item.hazard);
    }
    standing.amortised /= subscribers;
    if (cost.fleet && cost.fleet->gpus) {
        const FleetNumbers fleet = fleetNumbers(*cost.fleet, draws);
        standing.fleet = *fleet.gpus * fleet.hour.total() * fleet.hoursOfMonth / subscribers;
    }
    const auto each = [&](const std::optional<PerSubscriberCost>& item) {
        return item ? value(item->count) * value(item->amount) : 0.0;
    };
    standing.support = each(cost.support);
    standing.freeTier = each(cost.freeTier);
    return standing;
}

std::vector<ScaleOption> scaleOptions(const ScaleCost& scale, std::span<const double> draws) {
    std::vector<ScaleOption> options;
    for (const ScaleCost::Option& option : scale.options) {
        options.push_back({option.shape, valueIn(option.base, draws), valueIn(option.slope, draws),
                           valueIn(option.candidates, draws), valueIn(option.keptShare, draws)});
    }
    return options;
}

std::vector<MultiplierPart> multiplierParts(const MultiplierCost& multiplier, std::span<const double> draws) {
    double left = 1.0;
    double takers = 0.0;
    for (const MultiplierCost::Part& part : multiplier.parts) {
        left -= part.share ? valueIn(*part.share, draws) : 0.0;
        takers += part.share ? 0.0 : 1.0;
    }
    std::vector<MultiplierPart> parts;
    for (const MultiplierCost::Part& part : multiplier.parts) {
        const double share = part.share ? valueIn(*part.share, draws) : std::max(left, 0.0) / takers;
        parts.push_back({part.kind, share, valueIn(part.a, draws), valueIn(part.b, draws)});
    }
    return parts;
}

double paymentFee(const PaymentCost& payments, double bill, std::span<const double> draws) {
    return bill > 0.0 ? valueIn(payments.rate, draws) * bill + valueIn(payments.amount, draws) : 0.0;
}

}  // namespace breakeven::core
