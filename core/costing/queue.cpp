#include "core/costing/queue.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace breakeven::core {

double erlangC(unsigned servers, double utilisation) {
    if (utilisation >= 1.0) return 1.0;
    if (!(utilisation > 0.0)) return 0.0;
    const double load = utilisation * servers;
    double blocked = 1.0;  // Erlang B
    for (unsigned k = 1; k <= servers; ++k) blocked = load * blocked / (k + load * blocked);
    return blocked / (1.0 - utilisation * (1.0 - blocked));
}

double meanWait(const Queue& queue, double utilisation) {
    if (utilisation >= 1.0) return std::numeric_limits<double>::infinity();
    const double variability = 0.5 * (queue.arrivalCv * queue.arrivalCv + queue.serviceCv * queue.serviceCv);
    return erlangC(queue.servers, utilisation) * queue.serviceSeconds /
           (queue.servers * (1.0 - utilisation)) * variability;
}

double waitQuantile(const Queue& queue, double utilisation, double level) {
    if (utilisation >= 1.0) return std::numeric_limits<double>::infinity();
    const double waits = erlangC(queue.servers, utilisation);
    if (waits <= 1.0 - level) return 0.0;
    return meanWait(queue, utilisation) / waits * std::log(waits / (1.0 - level));
}

}  // namespace breakeven::core
