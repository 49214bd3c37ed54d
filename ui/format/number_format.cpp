#include "ui/format/number_format.hpp"

#include <cmath>

#include "sim/report/csv_text.hpp"
#include "sim/report/number_text.hpp"
#include "sim/report/results_table.hpp"

namespace breakeven::ui {

QString axisNumber(double value) {
    const double size = std::abs(value);
    const auto plain = [](double x) { return QString::number(x, 'g', 4); };
    if (size >= 1e12 || (size > 0.0 && size < 1e-4)) return plain(value);
    if (size >= 1e9) return plain(value / 1e9) + "B";
    if (size >= 1e6) return plain(value / 1e6) + "M";
    if (size >= 1e3) return plain(value / 1e3) + "k";
    return plain(value);
}

QString editableNumber(double value) {
    if (value == std::floor(value) && std::abs(value) < 1e15) return QString::number(value, 'f', 0);
    return text(sim::shortestText(value));
}

QString readNumber(double value) {
    // An error of this size leaves four digits.
    const double error =
        std::abs(value) > 0.0 ? std::pow(10.0, std::floor(std::log10(std::abs(value))) - 3.0) : 0.0;
    return text(sim::formatWithError(value, error));
}

QString wholeNumber(double value) {
    return text(sim::wholeText(value));
}

QString percent(double share) {
    return QString::number(100.0 * share, 'f', 1) + " %";
}

QString duration(qint64 milliseconds) {
    const double seconds = 1e-3 * static_cast<double>(milliseconds);
    if (seconds < 10.0) return QString::number(seconds, 'f', 1) + " s";
    if (seconds < 60.0) return QString::number(seconds, 'f', 0) + " s";
    const auto whole = static_cast<qint64>(seconds);
    return QString("%1 min %2 s").arg(whole / 60).arg(whole % 60);
}

}  // namespace breakeven::ui
