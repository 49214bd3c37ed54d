#include "ui/charts/chart_words.hpp"
#include "ui/charts/cost_charts.hpp"


#include "sim/report/number_text.hpp"
#include "sim/report/waterfall.hpp"
#include "ui/format/number_format.hpp"

namespace breakeven::ui {
namespace {

ChartBar::Kind kindOf(sim::WaterfallBar::Kind kind) {
    switch (kind) {
        case sim::WaterfallBar::Kind::Rise:
            return ChartBar::Kind::Rise;
        case sim::WaterfallBar::Kind::Fall:
            return ChartBar::Kind::Fall;
        case sim::WaterfallBar::Kind::Total:
            break;
    }
    return ChartBar::Kind::Total;
}

}  // namespace

ChartSpec unitCostWaterfall(const sim::CostBreakdown& breakdown) {
    ChartSpec spec;
    spec.title = tr("What a user of %1 costs, step by step").arg(text(breakdown.plan));
    spec.xTitle = tr("cost, %1 per user and month").arg(text(breakdown.currency));
    for (const sim::WaterfallBar& bar : sim::costWaterfall(breakdown))
        spec.bars.push_back({kindOf(bar.kind), text(bar.title), bar.from, bar.to, text(bar.label)});
    if (spec.bars.empty()) {
        spec.message = breakdown.loaded == 0.0
                           ? tr("A user of this plan costs nothing.")
                           : tr("A step has no finite mean, so there is no length to draw: see the steps.");
    }
    return spec;
}

ChartSpec fleetCost(const sim::CostBreakdown& breakdown) {
    ChartSpec spec;
    spec.title = tr("Cost of a million units by utilisation");
    spec.xTitle = tr("mean utilisation");
    spec.yTitle = tr("%1 per million units").arg(text(breakdown.currency));
    spec.isPercentX = true;
    if (!breakdown.fleet) {
        spec.message = tr("This plan has no fleet.");
        return spec;
    }
    const sim::FleetView& fleet = *breakdown.fleet;
    ChartSeries own;
    own.name = tr("own fleet");
    for (const sim::FleetPoint& point : sim::readableCurve(fleet)) {
        own.x.push_back(point.utilisation);
        own.y.push_back(point.amount);
    }
    if (own.x.empty()) {
        spec.message = tr("The fleet costs nothing.");
        return spec;
    }
    ChartSeries market;
    if (fleet.marketPrice) {
        market.name = tr("market price");
        market.colour = ChartSeries::Colour::Second;
        market.isDashed = true;
        market.x = {own.x.front(), own.x.back()};
        market.y = {*fleet.marketPrice, *fleet.marketPrice};
    }
    spec.series.push_back(std::move(own));
    if (!market.x.empty()) spec.series.push_back(std::move(market));
    const auto share = [](double value) { return text(sim::percentText(value, 1e-3)); };
    if (fleet.utilisation > 0.0)
        spec.markers.push_back({fleet.utilisation, tr("today %1").arg(share(fleet.utilisation))});
    if (fleet.breakEvenUtilisation) {
        const double utilisation = *fleet.breakEvenUtilisation;
        if (utilisation > 1.0) {
            spec.note = tr("Even at full load a million units cost more than on the market.");
        } else {
            spec.markers.push_back({utilisation, tr("break-even %1").arg(share(utilisation))});
            spec.note = fleet.utilisation >= utilisation
                            ? tr("Busier than at the break-even: an own unit costs less than a bought one.")
                        : fleet.utilisation > 0.0
                            ? tr("Less busy than at the break-even: a bought unit would cost less.")
                            : tr("Nothing runs on this fleet: all units are bought.");
        }
    }
    return spec;
}

}  // namespace breakeven::ui
