#include "sim/report/fleet_view.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/costing/queue.hpp"

namespace breakeven::sim {
namespace {

constexpr double kMillion = 1e6;
constexpr int kCurvePoints = 100;

std::optional<double> finite(double x) {
    return std::isfinite(x) ? std::optional(x) : std::nullopt;
}

FleetWait waitAt(const core::FleetQueue& queue, double gpus, double utilisation) {
    const auto at = [](const core::Parameter& parameter) { return core::valueIn(parameter, {}); };
    const double slots = std::clamp(std::floor(gpus * at(queue.slotsPerGpu)), 1.0, 1e7);
    const core::Queue line{static_cast<unsigned>(slots), at(queue.serviceSeconds), at(queue.arrivalCv),
                           at(queue.serviceCv)};
    return {utilisation, core::erlangC(line.servers, utilisation), finite(core::meanWait(line, utilisation)),
            finite(core::waitQuantile(line, utilisation, 0.95))};
}

}  // namespace

FleetView fleetView(const core::FleetCost& fleet, double units) {
    const core::FleetNumbers numbers = core::fleetNumbers(fleet, {});
    FleetView view;
    view.hour = numbers.hour;
    view.peakToMean = numbers.peakToMean;
    view.unitsPerMonth = units;
    view.unitsPerSecond = units / (numbers.hoursOfMonth * core::kSecondsOfHour);
    view.fullLoad = core::gpusAtFullLoad(units, numbers.throughput, numbers.hoursOfMonth);
    if (numbers.gpus) {
        view.gpus = *numbers.gpus;
        view.utilisation = std::min(view.fullLoad / view.gpus, 1.0);
    } else if (numbers.target) {
        view.gpus = core::gpusNeeded(view.fullLoad, numbers.peakToMean, *numbers.target);
        view.utilisation = view.gpus > 0.0 ? view.fullLoad / view.gpus : 0.0;
    } else {
        view.gpus = std::ceil(view.fullLoad / numbers.utilisation);
        view.utilisation = numbers.utilisation;
    }
    const double hour = numbers.hour.total();
    view.amountPerMonth = view.gpus * hour * numbers.hoursOfMonth;
    if (view.utilisation > 0.0)
        view.perMillion = kMillion * core::costPerToken(hour, numbers.throughput, view.utilisation);
    if (numbers.marketPrice) {
        view.marketPrice = kMillion * *numbers.marketPrice;
        if (*numbers.marketPrice > 0.0)
            view.breakEvenUtilisation =
                core::breakEvenUtilisation(hour, numbers.throughput, *numbers.marketPrice);
    }
    for (int percent = 1; percent <= kCurvePoints; ++percent) {
        const double utilisation = percent / static_cast<double>(kCurvePoints);
        view.curve.push_back(
            {utilisation, kMillion * core::costPerToken(hour, numbers.throughput, utilisation)});
    }
    if (view.gpus == 0.0) return view;
    const double load = view.fullLoad / view.gpus;  // above 1 where the fleet is too small
    if (!fleet.profile.empty()) {
        view.beyondCapacity = load > 0.0 ? core::shareBeyondCapacity(fleet.profile, 1.0 / load) : 0.0;
    } else {
        view.beyondCapacity = load > 1.0 ? 1.0 - 1.0 / load : 0.0;
    }
    if (!fleet.queue) return view;
    view.waitAtMean = waitAt(*fleet.queue, view.gpus, load);
    view.waitAtPeak = waitAt(*fleet.queue, view.gpus, load * numbers.peakToMean);
    return view;
}

std::vector<FleetPoint> readableCurve(const FleetView& view) {
    constexpr double kHighest = 4.0;
    const double top = kHighest * std::max(view.perMillion, view.marketPrice.value_or(0.0));
    std::vector<FleetPoint> curve = view.curve;
    if (top > 0.0) std::erase_if(curve, [&](const FleetPoint& point) { return point.amount > top; });
    return curve;
}

}  // namespace breakeven::sim
