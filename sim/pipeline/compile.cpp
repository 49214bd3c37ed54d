#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/costing/unit_cost.hpp"
#include "core/diagnostics/diagnostic.hpp"
#include "core/population/correlation_matrix.hpp"
#include "core/population/usage_law.hpp"
#include "core/units/infinity.hpp"
#include "core/variant/overloaded.hpp"
#include "sim/kernels/scalar_columns.hpp"
#include "sim/pipeline/importance.hpp"
#include "sim/pipeline/world_model.hpp"
#include "sim/random/stream.hpp"

namespace breakeven::sim {
namespace {

/// Compiles parts of a scenario with the belief draws of one world.
struct Compiler {
    const core::Scenario& scenario;
    std::span<const double> draws;
    const LawTables* tables;   ///< only segments need them
    bool isCostDrawn = false;  ///< of any plan, event by event

    [[nodiscard]] double value(const core::Parameter& parameter) const {
        return core::valueIn(parameter, draws);
    }

    /// The kernel, and the numbers that it takes, of a usage in this world.
    void setLaw(CompiledUsage& usage, const core::Distribution& distribution, std::size_t segment,
                std::size_t index) const {
        using Law = CompiledUsage::Law;
        if (const auto* lognormal = std::get_if<core::Lognormal>(&distribution)) {
            setLognormal(usage, *lognormal);
            return;
        }
        const std::optional<core::UsageLaw> law = core::lawIn(distribution, draws);
        if (!law) throw contradiction(usage, "no law agrees", "narrow the beliefs of its numbers");
        const auto set = [&](Law kind, double a, double b = 0.0) {
            usage.law = kind;
            usage.a = a;
            usage.b = b;
        };
        std::visit(
            core::Overloaded{
                [&](const core::PointLaw& point) { set(Law::Constant, point.value); },
                [&](const core::UniformLaw& uniform) {
                    set(Law::Uniform, uniform.low, uniform.high - uniform.low);
                },
                [&](const core::GammaLaw& gamma) { set(Law::Gamma, gamma.shape, gamma.scale); },
                [&](const core::SampleLaw& sample) {
                    set(Law::Empirical, 0.0);
                    usage.sample = *sample.sorted;
                },
                [&](const core::WeibullLaw& weibull) {
                    if (weibull.shape == 1.0) {
                        set(Law::Exponential, weibull.scale);
                    } else {
                        set(Law::Weibull, std::log(weibull.scale), 1.0 / weibull.shape);
                    }
                },
                [&](const core::ParetoLaw& pareto) {
                    set(Law::Pareto, pareto.minimum, 1.0 / pareto.tailIndex);
                },
                [&](const core::LomaxLaw& lomax) { set(Law::Lomax, lomax.scale, 1.0 / lomax.tailIndex); },
                [&](const core::GeometricLaw& geometric) {
                    set(Law::Geometric, -std::log1p(-geometric.probability));
                },
                [&](const core::TriangularLaw& triangle) {
                    set(Law::Triangular, 0.0);
                    const double width = triangle.high - triangle.low;
                    usage.triangle = {triangle.low, triangle.high, (triangle.mode - triangle.low) / width,
                                      width * (triangle.mode - triangle.low),
                                      width * (triangle.high - triangle.mode)};
                },
                [&](const auto&) { set(Law::Pieces, 0.0); }},
            *law);
        if (usage.law == Law::Gamma || usage.law == Law::Pieces) {
            usage.table = tables->of(segment, index, *law);
        }
    }

    void setLognormal(CompiledUsage& usage, const core::Lognormal& law) const {
        const auto result = core::lognormalLaw(law.locationKind, value(law.location), law.spreadKind,
                                               value(law.spread), law.root);
        if (!result)
            throw contradiction(usage, "no lognormal agrees", "narrow the beliefs of its mean or percentile");
        usage.law = CompiledUsage::Law::Lognormal;
        usage.a = result->mu;
        usage.b = result->sigma;
    }

    [[nodiscard]] core::Error contradiction(const CompiledUsage& usage, const std::string& what,
                                            std::string remedy) const {
        return {core::Error::Kind::Input,
                {core::Severity::Error,
                 {scenario.file, 0, 0},
                 what + " with a draw of the beliefs about meter \"" + scenario.meters[usage.meter].id + "\"",
                 std::move(remedy)}};
    }

    [[nodiscard]] CompiledSegment segment(std::size_t index) const {
        const core::Segment& source = scenario.segments[index];
        CompiledSegment result;
        result.weight = value(source.weight);
        for (const core::Usage& use : source.usages) {
            CompiledUsage usage;
            usage.meter = use.meter;
            usage.parent = use.per;
            setLaw(usage, use.distribution, index, result.usages.size());
            // In one month nothing tells the user's part from the month's, and one score is spread better.
            const double persistence = scenario.run.months == 1 ? 1.0 : value(use.persistence);
            usage.userShare = std::sqrt(persistence);
            usage.monthShare = std::sqrt(1.0 - persistence);
            usage.dormant = value(use.dormant);
            const std::string name = source.id + "/" + scenario.meters[use.meter].id;
            usage.userStream = streamId("user", name);
            usage.monthStream = streamId("month", name);
            usage.stratumStream = streamId("stratum", name);
            if (usage.law != CompiledUsage::Law::Constant) usage.score = result.scores++;
            result.usages.push_back(std::move(usage));
        }
        if (!source.correlations.empty()) result.cholesky = cholesky(source, result);
        if (source.copula == core::Copula::T) {
            result.copula = tables->copula(index, value(source.degreesOfFreedom));
            result.copulaStream = streamId("copula", source.id);
        }
        if (source.activity) result.activity = activity(source);
        if (isCostDrawn) result.events = eventStreams(source);
        return result;
    }

    /// Correlation of the parts (user, month) such that the month's score has the correlation of the file
    /// even where persistences differ: r / (sqrt(pa pb) + sqrt((1 - pa)(1 - pb))).
    [[nodiscard]] std::vector<double> cholesky(const core::Segment& source,
                                               const CompiledSegment& compiled) const {
        const core::CorrelationMatrix given = core::scoreCorrelations(source, scenario.meters.size(), draws);
        core::CorrelationMatrix matrix(compiled.scores);
        for (const CompiledUsage& a : compiled.usages) {
            for (const CompiledUsage& b : compiled.usages) {
                const double r = given.at(a.meter, b.meter);
                const bool isConstant =
                    a.law == CompiledUsage::Law::Constant || b.law == CompiledUsage::Law::Constant;
                if (isConstant || a.meter >= b.meter || r == 0.0) continue;
                matrix.set(a.score, b.score, r / (a.userShare * b.userShare + a.monthShare * b.monthShare));
            }
        }
        if (source.repairsCorrelation && core::contradictionIn(matrix))
            matrix = core::nearestCorrelation(matrix);
        auto factor = core::choleskyFactor(matrix);
        if (!factor) throw impossible(source);
        return std::move(*factor);
    }

    [[nodiscard]] core::Error impossible(const core::Segment& source) const {
        return {
            core::Error::Kind::Input,
            {core::Severity::Error,
             {scenario.file, 0, 0},
             "segment \"" + source.id + "\": the correlations can't hold together with these persistences",
             "bring the persistences of the correlated meters nearer to each other, lower the "
             "correlations, or write repair_correlation = true"}};
    }

    [[nodiscard]] CompiledCharge charge(const core::Charge& source) const {
        CompiledCharge result;
        for (const core::WeightedMeter& part : source.meters)
            result.meters.emplace_back(part.meter, value(part.weight));
        const double per = value(source.per);
        std::visit(core::Overloaded{[&](const core::FlatPrice& price) {
                                        result.model = CompiledCharge::Model::Flat;
                                        result.unit = value(price.amount);
                                    },
                                    [&](const core::UnitPrice& price) {
                                        result.model = CompiledCharge::Model::PerUnit;
                                        result.unit = value(price.unitAmount) / per;
                                    },
                                    [&](const core::GraduatedPrice& price) {
                                        result.model = CompiledCharge::Model::Graduated;
                                        result.tiers = tiers(price.tiers, per);
                                    },
                                    [&](const core::VolumePrice& price) {
                                        result.model = CompiledCharge::Model::Volume;
                                        result.tiers = tiers(price.tiers, per);
                                    },
                                    [&](const core::PackagePrice& price) {
                                        result.model = CompiledCharge::Model::Package;
                                        result.package.amount = value(price.amount);
                                        result.package.size = value(price.size);
                                        result.package.freeUnits = value(price.freeUnits);
                                    }},
                   source.price);
        return result;
    }

    [[nodiscard]] std::vector<PriceTier> tiers(const std::vector<core::Tier>& source, double per) const {
        std::vector<PriceTier> result;
        double from = 0.0;
        for (const core::Tier& tier : source) {
            const double upTo = tier.upTo ? value(*tier.upTo) : kInfinity;
            const PriceTier found{from, upTo, value(tier.unitAmount) / per, value(tier.flatAmount)};
            if (found.unit != 0.0 || found.flat != 0.0) result.push_back(found);  // else it charges nothing
            from = upTo;
        }
        return result;
    }

    /// @return index of a window limit among those of all plans
    std::size_t window(const core::Limit& limit, std::vector<CompiledWindow>& windows) const {
        const CompiledWindow compiled{limit.meter,
                                      {value(limit.window->hours), limit.window->opensAtUse,
                                       limit.action == core::Limit::Action::Queue, value(limit.amount)}};
        const auto same = std::ranges::find(windows, compiled);
        const auto index = static_cast<std::size_t>(same - windows.begin());
        if (same == windows.end()) windows.push_back(compiled);
        return index;
    }

    void addLimit(CompiledPlan& plan, const core::Limit& limit, std::vector<CompiledWindow>& windows) const {
        using enum core::Limit::Action;
        const bool isThrottle = limit.action == Throttle;
        CompiledLimit compiled{limit.meter, value(limit.amount), value(limit.costFactor),
                               isThrottle ? value(limit.keptShare) : 0.0};
        if (limit.window) {
            compiled.amount = 1.0;
            compiled.window = window(limit, windows);
        }
        if (limit.action == Block || isThrottle) {
            plan.blocks.push_back(compiled);
        } else if (limit.action == Degrade) {
            plan.degrades.push_back(compiled);
        } else {
            plan.passed.push_back(compiled);
        }
    }

    [[nodiscard]] CompiledActivity activity(const core::Segment& source) const {
        const core::Activity& given = *source.activity;
        CompiledActivity result;
        result.meter = given.meter;
        result.terms.sessionEvents = value(given.sessionEvents);
        result.terms.gapHours = value(given.gapMinutes) / 60.0;
        result.terms.profile = std::make_shared<const HourProfile>(given.profile);
        result.stream = streamId("events", source.id);
        result.eventSigma.resize(scenario.meters.size(), 0.0);
        for (const core::Activity::Size& size : given.sizes)
            result.eventSigma[size.meter] = value(size.sigma);
        // Counts tell all of events that come alone and are of one size.
        result.countsSuffice =
            result.terms.sessionEvents == 1.0 &&
            std::ranges::all_of(result.eventSigma, [](double sigma) { return sigma == 0.0; });
        for (const core::Meter& meter : scenario.meters)
            result.sizeStream.push_back(streamId("size", source.id + "/" + meter.id));
        return result;
    }

    [[nodiscard]] EventStreams eventStreams(const core::Segment& source) const {
        EventStreams streams;
        for (const core::Meter& meter : scenario.meters) {
            streams.answers.push_back(streamId("answers", source.id + "/" + meter.id));
            streams.incidents.push_back(streamId("incidents", source.id + "/" + meter.id));
        }
        return streams;
    }

    [[nodiscard]] CompiledPlan plan(const core::Plan& source, std::vector<CompiledWindow>& windows) const {
        CompiledPlan result;
        result.fee = value(source.fee);
        result.minimum = source.minimum ? value(*source.minimum) : 0.0;
        result.maximum = source.maximum ? value(*source.maximum) : kInfinity;
        result.offered.resize(scenario.segments.size(), false);
        for (const std::size_t index : source.segments) result.offered[index] = true;
        result.terms = compileTerms(source, draws);
        if (!result.terms) {
            for (const core::Charge& item : source.charges) result.charges.push_back(charge(item));
        }
        for (const core::Limit& limit : source.limits) addLimit(result, limit, windows);
        std::ranges::stable_sort(result.degrades, std::greater{}, &CompiledLimit::costFactor);
        return result;
    }
};

}  // namespace

CompiledPlan compilePlan(const core::Scenario& scenario, std::size_t plan, std::vector<double> draws) {
    WorldModel model;
    model.beliefs = std::move(draws);
    const Compiler compiler{scenario, model.beliefs, nullptr};
    model.subscribers = compiler.value(scenario.subscribers);
    model.plans.push_back(compiler.plan(scenario.plans[plan], model.windows));
    compileCost(core::costOf(scenario, scenario.plans[plan]), scenario.meters.size(), model);
    return std::move(model.plans.front());
}

double CompiledPlan::paymentsOf(double bill) const {
    return payments && bill > 0.0 ? payments->rate * bill + payments->amount : 0.0;
}

double CompiledPlan::revenueAtRest() const {
    double revenue = fee;
    for (const CompiledCharge& charge : charges) {
        if (charge.model == CompiledCharge::Model::Flat) revenue += charge.unit;
    }
    return scalar::clamped(revenue, minimum, maximum);
}

double CompiledPlan::costAtRest() const {
    return standingCost + paymentsOf(revenueAtRest());
}

WorldModel compileWorld(const core::Scenario& scenario, std::uint32_t world, const LawTables& tables) {
    WorldModel model;
    model.world = world;
    model.beliefs = drawBeliefs(scenario, world);
    const bool isCostDrawn = std::ranges::any_of(
        scenario.plans, [&](const core::Plan& plan) { return core::isDrawn(core::costOf(scenario, plan)); });
    const Compiler compiler{scenario, model.beliefs, &tables, isCostDrawn};
    model.subscribers = compiler.value(scenario.subscribers);
    for (std::size_t index = 0; index < scenario.segments.size(); ++index)
        model.segments.push_back(compiler.segment(index));
    for (const core::Plan& plan : scenario.plans) {
        model.plans.push_back(compiler.plan(plan, model.windows));
        compileCost(core::costOf(scenario, plan), scenario.meters.size(), model);
    }
    if (scenario.run.sampling == core::Sampling::Importance) {
        for (std::size_t i = 0; i < model.segments.size(); ++i) {
            model.segments[i].tilts = tiltsOf(model.segments[i], model.costings);
            model.segments[i].tiltStream = streamId("tilt", scenario.segments[i].id);
        }
    }
    return model;
}

}  // namespace breakeven::sim
