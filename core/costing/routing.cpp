#include "core/costing/routing.hpp"

#include <limits>

namespace breakeven::core {

double routedCost(const Routing& routing, double studentCost, double teacherCost) {
    return routing.studentShare * (studentCost + routing.escalation * teacherCost) +
           (1.0 - routing.studentShare) * teacherCost + routing.routerAmount;
}

double studentShareFor(const Routing& routing, double studentCost, double teacherCost, double saving) {
    const double perTried = teacherCost - studentCost - routing.escalation * teacherCost;
    if (perTried == 0.0) return std::numeric_limits<double>::quiet_NaN();
    return (saving + routing.routerAmount) / perTried;
}

double escalationFor(const Routing& routing, double studentCost, double teacherCost, double saving) {
    return (teacherCost - studentCost - (saving + routing.routerAmount) / routing.studentShare) / teacherCost;
}

}  // namespace breakeven::core
