#pragma once

namespace breakeven::core {

/// Part of the traffic is tried on a cheaper student first; what it can't do is escalated to the teacher and
/// pays both.
struct Routing {
    double studentShare = 0.0;  ///< phi in [0, 1]: tried on the student
    double escalation = 0.0;    ///< e in [0, 1]: of these, handed on to the teacher
    double routerAmount = 0.0;  ///< >= 0: of deciding, per unit of all traffic
};

/// Cost of a unit: phi (c_s + e c_t) + (1 - phi) c_t + router.
[[nodiscard]] double routedCost(const Routing& routing, double studentCost, double teacherCost);

/// The share tried on the student at which a unit saves `saving` against the teacher alone; above 1 or below
/// 0 when no share does. NaN when the student with its escalations costs what the teacher costs.
[[nodiscard]] double studentShareFor(const Routing& routing, double studentCost, double teacherCost,
                                     double saving);

/// The share of escalations at which a unit still saves `saving` against the teacher alone; below 0 when none
/// does.
[[nodiscard]] double escalationFor(const Routing& routing, double studentCost, double teacherCost,
                                   double saving);

}  // namespace breakeven::core
