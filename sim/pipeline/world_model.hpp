#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/costing/scale_cost.hpp"
#include "core/scenario/scenario.hpp"
#include "sim/kernels/column_kernels.hpp"
#include "sim/kernels/family_kernels.hpp"
#include "sim/pipeline/compiled_terms.hpp"
#include "sim/pipeline/event_costs.hpp"
#include "sim/pipeline/law_tables.hpp"
#include "sim/pipeline/month_events.hpp"

namespace breakeven::sim {

// A scenario compiled for one world: every belief drawn, every name a number. Quantities are per user-month.

/// One usage = Q(z) of one normal score.
struct CompiledUsage {
    enum class Law {
        Constant,     ///< a
        Lognormal,    ///< mu a, sigma b
        Uniform,      ///< from a, b wide
        Gamma,        ///< shape a, scale b, by table
        Empirical,    ///< sample
        Exponential,  ///< mean a
        Weibull,      ///< logarithm a of the scale, 1 / shape b
        Pareto,       ///< minimum a, 1 / tail index b
        Lomax,        ///< scale a, 1 / tail index b
        Geometric,    ///< -ln(1 - probability) a
        Triangular,   ///< triangle
        Pieces,       ///< by table
    };
    std::size_t meter = 0;
    std::optional<std::size_t> parent;  ///< meter it multiplies
    Law law = Law::Constant;
    double a = 0.0;
    double b = 0.0;
    TriangularTerms triangle;
    std::span<const double> sample;           ///< ascending
    std::shared_ptr<const LawTable> table{};  ///< of a law that reads one
    double userShare = 1.0;                   ///< square root of the persistence
    double monthShare = 0.0;                  ///< square root of the rest
    double dormant = 0.0;
    std::uint32_t userStream = 0;
    std::uint32_t monthStream = 0;
    std::uint32_t stratumStream = 0;
    std::size_t score = 0;  ///< which score column it reads; unused by a constant
    /// Does every user use some of it in every month?
    [[nodiscard]] bool isAlwaysPositive() const { return law == Law::Lognormal && dormant == 0.0 && !parent; }
};

/// A shift of the independent normals behind a segment's scores, for importance sampling: the user's own and
/// those of one of the months.
struct Tilt {
    double share = 0.0;              ///< of the users, evenly over the months
    double halfSquare = 0.0;         ///< half the square of both shifts together
    std::vector<double> shift;       ///< by score
    std::vector<double> monthShift;  ///< by score; empty: no month is shifted
};

/// When within a month a segment's use happens.
struct CompiledActivity {
    std::size_t meter = 0;  ///< its units are the events
    ActivityTerms terms;
    bool countsSuffice = false;  ///< so many events by hour say all of them
    std::uint32_t stream = 0;
    std::vector<double> eventSigma;         ///< by meter
    std::vector<std::uint32_t> sizeStream;  ///< by meter
};

/// The streams of what is drawn of costs within a month, by meter; empty where nothing is.
struct EventStreams {
    std::vector<std::uint32_t> answers;
    std::vector<std::uint32_t> incidents;
};

struct CompiledSegment {
    double weight = 1.0;
    std::vector<CompiledUsage> usages;
    std::size_t scores = 0;        ///< number of normal scores
    std::vector<double> cholesky;  ///< scores x scores, lower triangular, row by row; empty: independent
    std::vector<Tilt> tilts;       ///< empty but for importance sampling
    std::uint32_t tiltStream = 0;
    std::shared_ptr<const StudentCopula> copula{};  ///< null: the scores are normal as they are
    std::uint32_t copulaStream = 0;
    std::optional<CompiledActivity> activity{};
    EventStreams events;
};

struct CompiledCharge {
    enum class Model { Flat, PerUnit, Graduated, Volume, Package };
    Model model = Model::Flat;
    std::vector<std::pair<std::size_t, double>> meters;  ///< meter, weight
    double unit = 0.0;                                   ///< flat amount, or per unit
    PackageTerms package;
    std::vector<PriceTier> tiers;
};

struct CompiledLimit {
    std::size_t meter = 0;
    double amount = 0.0;
    double costFactor = 0.0;
    double keptShare = 0.0;               ///< of the use beyond, where it is throttled
    std::optional<std::size_t> window{};  ///< index into WorldModel::windows: then the amount is 1
};

/// A limit by window; plans that have the same share it.
struct CompiledWindow {
    std::size_t meter = 0;
    WindowLimit limit;
    bool operator==(const CompiledWindow&) const = default;
};

/// Units of one meter whose cost depends on another of the same user.
struct CompiledScale {
    std::size_t meter = 0;
    std::size_t size = 0;
    std::vector<core::ScaleOption> options;
    bool operator==(const CompiledScale&) const = default;
};

/// Answers whose multiples of cost are drawn.
struct CompiledAnswers {
    std::size_t meter = 0;  ///< its units are the answers
    std::vector<std::pair<std::size_t, double>>
        rates;          ///< meter, part of its rate that the mean multiple makes
    double mean = 1.0;  ///< of the multiple
    std::vector<core::MultiplierPart> parts;
    std::optional<double> cap;
    bool operator==(const CompiledAnswers&) const = default;
};

/// A meter whose guarded units have incidents that are drawn.
struct CompiledIncidents {
    std::size_t meter = 0;
    double rate = 0.0;  ///< the part of the meter's rate that they make, at their mean
    IncidentTerms terms;
    bool operator==(const CompiledIncidents&) const = default;
};

/// What usage costs before the serving share; plans alike in it share one.
struct CompiledCosting {
    std::vector<double> rate;           ///< by meter, currency per unit
    std::vector<CompiledScale> scales;  ///< beside the rates
    std::vector<CompiledAnswers> answers{};
    std::vector<CompiledIncidents> incidents{};
    bool operator==(const CompiledCosting&) const = default;
};

/// What is taken of a bill above zero: rate x bill + amount.
struct CompiledPayments {
    double rate = 0.0;
    double amount = 0.0;
};

struct CompiledPlan {
    double fee = 0.0;
    double minimum = 0.0;
    double maximum = 0.0;           ///< infinite: none
    std::size_t costing = 0;        ///< index into WorldModel::costings
    double servingShare = 1.0;      ///< on all of the costing
    double standingCost = 0.0;      ///< of a user-month, whatever the usage
    double marginalStanding = 0.0;  ///< the part of it that one more subscriber causes
    std::vector<double>
        idleRate;  ///< by meter: the part of the costing that one more unit does not cause; empty: none
    std::optional<CompiledPayments> payments;
    std::vector<bool> offered;            ///< by segment
    std::vector<CompiledCharge> charges;  ///< empty where there are terms
    std::optional<CompiledTerms> terms;   ///< in place of fee, charges and bounds
    std::vector<CompiledLimit> blocks;    ///< block and throttle: use beyond does not all happen
    std::vector<CompiledLimit> degrades;  ///< highest cost factor first
    std::vector<CompiledLimit> passed;    ///< queue, overage and auto-buy: all use happens
    /// What the payment of a bill costs.
    [[nodiscard]] double paymentsOf(double bill) const;
    /// What somebody pays and costs who uses nothing.
    [[nodiscard]] double revenueAtRest() const;
    [[nodiscard]] double costAtRest() const;
    [[nodiscard]] bool isLimited() const { return !blocks.empty() || !degrades.empty() || !passed.empty(); }
    [[nodiscard]] bool makesWait() const {
        return std::ranges::any_of(passed,
                                   [](const CompiledLimit& limit) { return limit.window.has_value(); });
    }
    /// Does the bill rise by as much as the fee, for every user and month?
    [[nodiscard]] bool isLinearInFee() const {
        const bool isBounded = minimum > 0.0 || maximum < kUnbounded;
        return !isBounded && (!terms || (terms->coupons.empty() && terms->trialMonths == 0));
    }
};

struct WorldModel {
    std::uint32_t world = 0;  ///< from 0
    std::vector<double> beliefs;
    double subscribers = 1.0;
    std::vector<CompiledCosting> costings;
    std::vector<CompiledSegment> segments;
    std::vector<CompiledWindow> windows;
    std::vector<CompiledPlan> plans;
};

/// Compiles the scenario for one world. Throws core::Error (Input) when differing persistences make a
/// correlation impossible over several months, or a draw of the beliefs contradicts another.
///
/// @param tables  of the scenario
[[nodiscard]] WorldModel compileWorld(const core::Scenario& scenario, std::uint32_t world,
                                      const LawTables& tables);

/// A plan by itself, with these draws of all beliefs.
[[nodiscard]] CompiledPlan compilePlan(const core::Scenario& scenario, std::size_t plan,
                                       std::vector<double> draws);

/// Compiles what the last plan of the model runs on, with the model's beliefs and subscribers.
void compileCost(const core::Cost& cost, std::size_t meters, WorldModel& model);

/// Draws of all beliefs in one world; the base values when the run has one world only.
[[nodiscard]] std::vector<double> drawBeliefs(const core::Scenario& scenario, std::uint32_t world);

/// Value of a belief at probability u in (0, 1).
[[nodiscard]] double beliefQuantile(const core::Belief& belief, double u);

/// Throws core::Error (Input) when two streams of the scenario hash alike.
void checkStreams(const core::Scenario& scenario);

}  // namespace breakeven::sim
