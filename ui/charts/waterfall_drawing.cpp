#include "ui/charts/waterfall_drawing.hpp"

#include <qcustomplot.h>

#include <algorithm>
#include <array>
#include <utility>

#include "ui/charts/chart_words.hpp"
#include "ui/theme/theme.hpp"

namespace breakeven::ui {
namespace {

/// Of a bar, as a share of its room: a few bars would be slabs.
double thicknessOf(std::size_t bars) {
    constexpr std::size_t kFew = 4;
    return bars <= kFew ? 0.45 : 0.62;
}

/// Falls are hatched, so that colour is not the only cue.
struct Look {
    QColor colour;
    Qt::BrushStyle fill = Qt::SolidPattern;
    QString name;
};

Look lookOf(ChartBar::Kind kind, const Colours& colours) {
    switch (kind) {
        case ChartBar::Kind::Rise:
            return {colours.loss, Qt::SolidPattern, tr("adds to the cost")};
        case ChartBar::Kind::Fall:
            return {colours.gain, Qt::BDiagPattern, tr("takes off it")};
        case ChartBar::Kind::Total:
            break;
    }
    return {colours.series[0], Qt::SolidPattern, tr("total")};
}

}  // namespace

void drawWaterfall(QCustomPlot& plot, const std::vector<ChartBar>& bars, const Colours& colours) {
    QSharedPointer<QCPAxisTickerText> names(new QCPAxisTickerText);
    std::array<bool, 3> isListed{};
    const double thickness = thicknessOf(bars.size());
    double row = static_cast<double>(bars.size());
    for (const ChartBar& bar : bars) {
        names->addTick(row, bar.name);
        const Look look = lookOf(bar.kind, colours);
        auto* drawn = new QCPBars(plot.yAxis, plot.xAxis);
        drawn->setWidth(thickness);
        drawn->setBaseValue(bar.from);
        drawn->addData(row, bar.to - bar.from);  // drawn from the base value on
        QColor fill = look.colour;
        fill.setAlpha(170);
        drawn->setAntialiased(false);  // its edges are straight
        drawn->setPen(QPen(look.colour, 1.0));
        drawn->setBrush(QBrush(fill, look.fill));
        drawn->setName(look.name);
        if (std::exchange(isListed[static_cast<std::size_t>(bar.kind)], true)) drawn->removeFromLegend();
        auto* words = new QCPItemText(&plot);
        words->position->setCoords(std::max(bar.from, bar.to), row);
        words->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
        words->setText(" " + bar.label);
        words->setColor(colours.text);
        if (&bar != &bars.back()) {
            auto* link = new QCPItemLine(&plot);
            link->start->setCoords(bar.to, row - 0.5 * thickness);
            link->end->setCoords(bar.to, row - 1.0 + 0.5 * thickness);
            link->setPen(QPen(colours.muted, 1.0, Qt::DotLine));
        }
        row -= 1.0;
    }
    plot.yAxis->setTicker(names);
    plot.yAxis->grid()->setPen(Qt::NoPen);
    plot.yAxis->grid()->setZeroLinePen(Qt::NoPen);
    plot.legend->setVisible(true);
}

void scaleWaterfall(QCustomPlot& plot, const std::vector<ChartBar>& bars) {
    constexpr double kRoomForLabel = 0.16;  // of the width
    double low = 0.0;
    double high = 0.0;
    for (const ChartBar& bar : bars) {
        low = std::min({low, bar.from, bar.to});
        high = std::max({high, bar.from, bar.to});
    }
    plot.xAxis->setRange(low, high + kRoomForLabel * (high - low));
    plot.yAxis->setRange(0.4, static_cast<double>(bars.size()) + 0.6);
}

}  // namespace breakeven::ui
