#include "ui/charts/chart.hpp"

#include <qcustomplot.h>

#include <QEvent>
#include <QLabel>
#include <QStackedLayout>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/charts/waterfall_drawing.hpp"
#include "ui/format/number_format.hpp"
#include "ui/theme/theme.hpp"

namespace breakeven::ui {
namespace {

QVector<double> asVector(const std::vector<double>& values) {
    return {values.begin(), values.end()};
}

/// Decades written out, and shares as percent.
template <typename Ticker>
class ShortTicker : public Ticker {
  public:
    explicit ShortTicker(bool isPercent) : isPercent_(isPercent) {}

  protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        return isPercent_ ? axisNumber(100.0 * tick) + " %" : axisNumber(tick);
    }

  private:
    bool isPercent_;
};

QColor colourOf(ChartSeries::Colour colour, const Colours& colours) {
    switch (colour) {
        case ChartSeries::Colour::Loss:
            return colours.loss;
        case ChartSeries::Colour::Gain:
            return colours.gain;
        case ChartSeries::Colour::Muted:
            return colours.muted;
        default:
            return colours.series[static_cast<std::size_t>(colour)];
    }
}

QColor faded(QColor colour, int alpha) {
    colour.setAlpha(alpha);
    return colour;
}

}  // namespace

Chart::Chart(QWidget* parent) : QWidget(parent) {
    title_ = new QLabel(this);
    note_ = new QLabel(this);
    message_ = new QLabel(this);
    plot_ = new QCustomPlot(this);
    QFont bold = title_->font();
    bold.setBold(true);
    title_->setFont(bold);
    note_->setWordWrap(true);
    message_->setWordWrap(true);
    message_->setAlignment(Qt::AlignCenter);
    auto* area = new QWidget(this);
    stack_ = new QStackedLayout(area);
    stack_->addWidget(plot_);
    stack_->addWidget(message_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 6, 8, 4);
    layout->setSpacing(2);
    layout->addWidget(title_);
    layout->addWidget(note_);
    layout->addWidget(area, 1);
    setMinimumSize(280, 200);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);

    plot_->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot_->axisRect()->setRangeDrag(Qt::Horizontal);
    plot_->axisRect()->setRangeZoom(Qt::Horizontal);
    // An empty legend's size hint would narrow the plot above it.
    plot_->legend->setMaximumSize(QSize(100'000, 100'000));
    plot_->legend->setVisible(false);
    plot_->plotLayout()->addElement(1, 0, plot_->legend);  // under the plot, never over the data
    plot_->plotLayout()->setRowStretchFactor(1, 0.001);
    plot_->legend->setFillOrder(QCPLegend::foColumnsFirst);
    plot_->legend->setWrap(4);
    plot_->legend->setBorderPen(Qt::NoPen);
    connect(plot_, &QCustomPlot::mouseDoubleClick, this, [this] {
        rescale();
        plot_->replot();
    });
    connect(plot_, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        const QString reading = plot_->axisRect()->rect().contains(event->pos())
                                    ? readingAt(plot_->xAxis->pixelToCoord(event->pos().x()))
                                    : QString();
        QToolTip::showText(event->globalPosition().toPoint(), reading, plot_);
    });
    show(ChartSpec());
}

void Chart::show(const ChartSpec& spec) {
    spec_ = spec;
    title_->setText(spec_.title);
    title_->setVisible(!spec_.title.isEmpty());
    note_->setText(spec_.note);
    note_->setVisible(!spec_.note.isEmpty());
    message_->setText(spec_.message);
    setAccessibleName(spec_.title);
    QStringList told{spec_.note};
    for (const ChartBar& bar : spec_.bars) told << tr("%1: %2").arg(bar.name, bar.label);
    setAccessibleDescription(told.join("\n").trimmed());
    stack_->setCurrentWidget(hasDrawing() ? static_cast<QWidget*>(plot_) : message_);
    draw();
}

void Chart::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && plot_ != nullptr) draw();
}

void Chart::draw() {
    plot_->clearGraphs();
    plot_->clearPlottables();
    plot_->clearItems();
    if (hasDrawing()) {
        styleAxes();
        if (spec_.bars.empty())
            drawSeries();
        else
            drawWaterfall(*plot_, spec_.bars, coloursOf(palette()));
        rescale();
        drawMarkers();
    }
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void Chart::styleAxes() {
    const Colours colours = coloursOf(palette());
    plot_->setBackground(colours.background);
    plot_->legend->setBrush(colours.background);
    plot_->legend->setTextColor(colours.text);
    QPalette soft = note_->palette();
    soft.setColor(QPalette::WindowText, colours.muted);
    note_->setPalette(soft);
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
        axis->setBasePen(QPen(colours.muted));
        axis->setTickPen(QPen(colours.muted));
        axis->setSubTickPen(QPen(colours.grid));
        axis->setTickLabelColor(colours.text);
        axis->setLabelColor(colours.text);
        axis->grid()->setPen(QPen(colours.grid, 0, Qt::DotLine));
        axis->grid()->setZeroLinePen(QPen(colours.grid));
    }
    plot_->xAxis->setLabel(spec_.xTitle);
    plot_->yAxis->setLabel(spec_.yTitle);
    plot_->xAxis->setScaleType(spec_.isLogX ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    styleTickers();
}

void Chart::styleTickers() {
    if (!spec_.categories.empty()) {
        QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
        for (std::size_t i = 0; i < spec_.categories.size(); ++i) {
            ticker->addTick(static_cast<double>(i + 1), spec_.categories[i]);
        }
        plot_->xAxis->setTicker(ticker);
    } else if (spec_.isLogX) {
        plot_->xAxis->setTicker(
            QSharedPointer<QCPAxisTicker>(new ShortTicker<QCPAxisTickerLog>(spec_.isPercentX)));
    } else {
        plot_->xAxis->setTicker(
            QSharedPointer<QCPAxisTicker>(new ShortTicker<QCPAxisTicker>(spec_.isPercentX)));
    }
    plot_->yAxis->setScaleType(spec_.isLogY ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (spec_.isLogY)
        plot_->yAxis->setTicker(
            QSharedPointer<QCPAxisTicker>(new ShortTicker<QCPAxisTickerLog>(spec_.isPercentY)));
    else
        plot_->yAxis->setTicker(
            QSharedPointer<QCPAxisTicker>(new ShortTicker<QCPAxisTicker>(spec_.isPercentY)));
}

void Chart::drawSeries() {
    const Colours colours = coloursOf(palette());
    const auto listed =
        std::ranges::count_if(spec_.series, [](const ChartSeries& series) { return !series.name.isEmpty(); });
    plot_->legend->setWrap(listed > 4 ? 3 : 4);  // more in a line would be cut
    for (const ChartSeries& series : spec_.series) {
        const QColor colour = colourOf(series.colour, colours);
        const Qt::PenStyle style = series.isDashed ? Qt::DashLine : Qt::SolidLine;
        const bool isLine = series.look == ChartSeries::Look::Line;
        const auto marks = [&](double size) {
            auto shape = static_cast<QCPScatterStyle::ScatterShape>(QCPScatterStyle::ssCircle +
                                                                    static_cast<int>(series.colour) % 6);
            // A disc is a circle that is always filled.
            if (series.isDashed && shape == QCPScatterStyle::ssDisc) shape = QCPScatterStyle::ssCircle;
            return QCPScatterStyle(shape, QPen(colour, 1.5),
                                   series.isDashed ? QBrush(Qt::NoBrush) : QBrush(faded(colour, 160)), size);
        };
        if (isLine && !series.low.empty()) {
            QCPGraph* lower = plot_->addGraph();
            lower->setData(asVector(series.x), asVector(series.low), true);
            lower->setPen(Qt::NoPen);
            lower->removeFromLegend();
            QCPGraph* upper = plot_->addGraph();
            upper->setData(asVector(series.x), asVector(series.high), true);
            upper->setPen(Qt::NoPen);
            upper->setBrush(faded(colour, 50));
            upper->setChannelFillGraph(lower);
            upper->removeFromLegend();
        }
        QCPGraph* graph = plot_->addGraph();
        graph->setData(asVector(series.x), asVector(series.y), true);
        graph->setName(series.name);
        if (series.name.isEmpty()) graph->removeFromLegend();
        switch (series.look) {
            case ChartSeries::Look::Line:
                graph->setPen(QPen(colour, 2.0, style));
                break;
            case ChartSeries::Look::Steps:
            case ChartSeries::Look::Bars:
                graph->setLineStyle(series.look == ChartSeries::Look::Bars ? QCPGraph::lsStepLeft
                                                                           : QCPGraph::lsStepCenter);
                graph->setPen(QPen(colour, 1.0));
                graph->setBrush(
                    QBrush(faded(colour, 110), series.isDashed ? Qt::BDiagPattern : Qt::SolidPattern));
                break;
            case ChartSeries::Look::Points:
                graph->setLineStyle(QCPGraph::lsNone);
                graph->setScatterStyle(marks(5.0));
                break;
            case ChartSeries::Look::Intervals: {
                graph->setLineStyle(QCPGraph::lsNone);
                graph->setScatterStyle(marks(9.0));
                auto* bars = new QCPErrorBars(plot_->xAxis, plot_->yAxis);
                bars->setDataPlottable(graph);
                bars->setPen(QPen(colour, 1.5));
                bars->setWhiskerWidth(8.0);
                bars->removeFromLegend();
                QVector<double> below;
                QVector<double> above;
                for (std::size_t i = 0; i < series.y.size(); ++i) {
                    below.push_back(series.y[i] - series.low[i]);
                    above.push_back(series.high[i] - series.y[i]);
                }
                bars->setData(below, above);
                break;
            }
        }
    }
    plot_->legend->setVisible(listed > 1);
}

void Chart::rescale() {
    if (!spec_.bars.empty()) {
        scaleWaterfall(*plot_, spec_.bars);
        return;
    }
    plot_->rescaleAxes();
    const auto withRoom = [](const QCPRange& range) {
        const double room = std::pow(range.upper / range.lower, 0.02);
        return QCPRange(range.lower / room, range.upper * room);
    };
    QCPRange y = plot_->yAxis->range();
    if (spec_.startsAtZeroY && !spec_.isLogY) y.lower = 0.0;
    if (spec_.isLogY) {
        y = withRoom(y);
    } else if (spec_.isPercentY && y.upper > 0.98 && y.upper <= 1.0) {
        y.upper = 1.03;
    } else {
        y.upper += 0.10 * (y.upper - y.lower);  // room for the words of a marker
        if (!spec_.startsAtZeroY) y.lower -= 0.05 * (y.upper - y.lower);
    }
    plot_->yAxis->setRange(y);
    if (!spec_.categories.empty()) {
        plot_->xAxis->setRange(0.4, static_cast<double>(spec_.categories.size()) + 0.6);
    } else if (spec_.isLogX) {
        plot_->xAxis->setRange(withRoom(plot_->xAxis->range()));
    }
}

void Chart::drawMarkers() {
    const Colours colours = coloursOf(palette());
    const QCPRange range = plot_->xAxis->range();
    const auto position = [&](double x) {
        return spec_.isLogX ? std::log(x / range.lower) / std::log(range.upper / range.lower)
                            : (x - range.lower) / range.size();
    };
    // Words stand to the right of their line, but not over the next one or past the end.
    const auto isLeftOf = [&](double x) {
        const double at = position(x);
        const auto isNear = [&](double from, double to) {
            return std::ranges::any_of(spec_.markers, [&](const ChartMarker& other) {
                const double apart = position(other.x) - at;
                return apart > from && apart < to;
            });
        };
        return at > 0.75 || (at > 0.2 && isNear(0.0, 0.2) && !isNear(-0.2, 0.0));
    };
    double row = 0.0;
    for (const ChartMarker& marker : spec_.markers) {
        auto* line = new QCPItemStraightLine(plot_);
        line->point1->setCoords(marker.x, 0.0);
        line->point2->setCoords(marker.x, 1.0);
        line->setPen(QPen(colours.text, 1.5, Qt::DashLine));
        auto* words = new QCPItemText(plot_);
        words->position->setTypeX(QCPItemPosition::ptPlotCoords);
        words->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        words->position->setCoords(marker.x, 0.02 + 0.07 * row);
        words->setPositionAlignment((isLeftOf(marker.x) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignTop);
        words->setText(" " + marker.label + " ");
        words->setColor(colours.text);
        words->setBrush(faded(colours.background, 200));
        row += 1.0;
    }
}

QString Chart::readingAt(double x) const {
    if (!hasDrawing()) return {};
    QStringList lines;
    const auto name = [&](double value) {
        if (!spec_.categories.empty()) {
            const auto index = static_cast<std::size_t>(
                std::clamp(std::lround(value), 1L, static_cast<long>(spec_.categories.size())));
            return spec_.categories[index - 1];
        }
        return (spec_.isPercentX ? percent(value) : readNumber(value)) + "  " + spec_.xTitle;
    };
    const auto shown = [&](double y) { return spec_.isPercentY ? percent(y) : readNumber(y); };
    for (const ChartSeries& series : spec_.series) {
        if (series.x.empty() || series.x.size() != series.y.size()) continue;
        std::size_t index = 0;
        if (series.look == ChartSeries::Look::Points) continue;  // which are read by eye
        if (series.look == ChartSeries::Look::Intervals) {
            const auto nearest =
                std::ranges::min_element(series.x, {}, [&](double at) { return std::abs(at - x); });
            index = static_cast<std::size_t>(nearest - series.x.begin());
            if (std::abs(series.x[index] - x) > 0.5) continue;
        } else {
            const auto above = std::ranges::upper_bound(series.x, x);
            if (above == series.x.begin() || (above == series.x.end() && x > series.x.back())) continue;
            index = static_cast<std::size_t>(above - series.x.begin()) - 1;
        }
        QString line = series.name.isEmpty() ? spec_.yTitle : series.name;
        line += ": " + shown(series.y[index]);
        if (!series.low.empty()) {
            line += tr(" (%1 to %2)").arg(shown(series.low[index]), shown(series.high[index]));
        }
        lines << line;
    }
    if (lines.isEmpty()) return {};
    lines.prepend(name(x));
    return lines.join('\n');
}

}  // namespace breakeven::ui
