#pragma once

#include <QString>
#include <optional>
#include <vector>

namespace breakeven::ui {

/// One set of points of a chart.
struct ChartSeries {
    enum class Look {
        Line,       ///< points joined
        Bars,       ///< steps from each x to the next, filled down to 0; the last y closes them
        Steps,      ///< steps around each x, filled down to 0
        Intervals,  ///< points with an error bar from low to high
        Points,     ///< a mark at each point
    };
    enum class Colour { First, Second, Third, Fourth, Fifth, Sixth, Loss, Gain, Muted };
    QString name;  ///< for the legend; empty: not listed
    Look look = Look::Line;
    Colour colour = Colour::First;
    bool isDashed = false;  ///< a line; marks are hollow, bars hatched
    std::vector<double> x;  ///< ascending
    std::vector<double> y;
    std::vector<double> low;  ///< of intervals, or of a band around a line; empty: none
    std::vector<double> high;
};

/// A vertical line with its words.
struct ChartMarker {
    double x = 0.0;
    QString label;
};

/// A bar of a waterfall, lying from one value to another.
struct ChartBar {
    enum class Kind { Total, Rise, Fall };
    Kind kind = Kind::Total;
    QString name;
    double from = 0.0;
    double to = 0.0;
    QString label;  ///< beside the bar
};

/// What a chart shows; the numbers come from sim/report, nothing is computed here or while painting.
struct ChartSpec {
    QString title;
    QString xTitle;  ///< with the unit
    QString yTitle;
    bool isLogX = false;
    bool isLogY = false;
    bool isPercentX = false;  ///< x is a share
    bool isPercentY = false;  ///< y is a share
    bool startsAtZeroY = true;
    std::vector<ChartSeries> series;
    std::vector<ChartMarker> markers;
    std::vector<ChartBar> bars;       ///< in place of series: one under the other from the top, along x
    std::vector<QString> categories;  ///< names of x = 1, 2, …; empty: x is a number
    QString note;                     ///< one line under the title
    QString message;                  ///< shown in place of the chart when there is nothing to draw
};

}  // namespace breakeven::ui
