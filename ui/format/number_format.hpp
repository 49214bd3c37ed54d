#pragma once

#include <QString>
#include <QVariant>
#include <string>

namespace breakeven::ui {

/// UTF-8 text of the lower layers as Qt's.
[[nodiscard]] inline QString text(const std::string& utf8) {
    return QString::fromStdString(utf8);
}

/// What a table cell is aligned by: text to the left, numbers to the right.
[[nodiscard]] inline QVariant alignment(bool isText) {
    return QVariant::fromValue(Qt::AlignVCenter | (isText ? Qt::AlignLeft : Qt::AlignRight));
}

/// A number for an axis: "0.5", "200", "1k", "2.5M", "1e-05". Exact at round numbers, four digits at most.
[[nodiscard]] QString axisNumber(double value);

/// A number to be edited: all its digits, whole numbers below 1e15 without an exponent.
[[nodiscard]] QString editableNumber(double value);

/// A number to read off a chart: four significant digits, thousands separated by commas.
[[nodiscard]] QString readNumber(double value);

/// A count in full: "19,366".
[[nodiscard]] QString wholeNumber(double value);

/// A share as percent, one decimal: "26.1 %".
[[nodiscard]] QString percent(double share);

/// "0.3 s", "12 s", "3 min 5 s".
[[nodiscard]] QString duration(qint64 milliseconds);

}  // namespace breakeven::ui
