#include "ui/models/number_model.hpp"

#include <algorithm>
#include <utility>

#include "sim/report/csv_text.hpp"
#include "ui/format/number_format.hpp"

namespace breakeven::ui {

NumberModel::NumberModel(QObject* parent) : QAbstractTableModel(parent) {}

void NumberModel::show(std::vector<core::ScenarioNumber> numbers) {
    const auto path = [](const core::ScenarioNumber& number) { return number.path; };
    if (std::ranges::equal(numbers, numbers_, {}, path, path)) {
        // The same list: selection and scroll position stay while a person edits.
        numbers_ = std::move(numbers);
        if (!numbers_.empty()) emit dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
        return;
    }
    beginResetModel();
    numbers_ = std::move(numbers);
    endResetModel();
}

int NumberModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(numbers_.size());
}

int NumberModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(kColumns);
}

std::optional<double> NumberModel::numberAt(const QModelIndex& index) const {
    const core::ScenarioNumber& number = numbers_[static_cast<std::size_t>(index.row())];
    switch (index.column()) {
        case Low:
            return number.low;
        case Value:
            return number.value;
        case High:
            return number.high;
        default:
            return std::nullopt;
    }
}

QVariant NumberModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const core::ScenarioNumber& number = numbers_[static_cast<std::size_t>(index.row())];
    const bool isNumber = index.column() >= Low && index.column() <= High;
    switch (role) {
        case Qt::DisplayRole:
        case Qt::EditRole:
            if (index.column() == Path) return text(number.path);
            if (index.column() == Source) return text(number.source);
            if (const auto value = numberAt(index)) return editableNumber(*value);
            return {};
        case Qt::ToolTipRole:
            if (index.column() == Source) return text(number.source);
            if (!number.low) return text(number.path);
            return tr("%1: a belief of shape %2, drawn anew in each world")
                .arg(text(number.path), text(number.shape));
        case Qt::TextAlignmentRole:
            return alignment(!isNumber);
        default:
            return {};
    }
}

bool NumberModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::EditRole || !(flags(index) & Qt::ItemIsEditable)) return false;
    const std::optional<double> typed = sim::numberIn(value.toString().trimmed().toStdString());
    if (!typed) {
        emit refused(value.toString());
        return false;
    }
    if (numberAt(index) == typed) return true;
    const auto part = index.column() == Low    ? core::NumberPart::Low
                      : index.column() == High ? core::NumberPart::High
                                               : core::NumberPart::Value;
    emit edited(text(numbers_[static_cast<std::size_t>(index.row())].path), part, *typed);
    return true;
}

Qt::ItemFlags NumberModel::flags(const QModelIndex& index) const {
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.isValid() && numberAt(index)) flags |= Qt::ItemIsEditable;
    return flags;
}

QVariant NumberModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= kColumns) return {};
    const QString titles[] = {tr("Number"), tr("Low"), tr("Value or base"), tr("High"), tr("Source")};
    const QString definitions[] = {
        tr("Its name, as --set names it."),
        tr("Lowest value believed possible; the 5th percentile under the shapes normal and lognormal."),
        tr("The number, or the most likely value of a belief. Double click to change it."),
        tr("Highest value believed possible; the 95th percentile under the shapes normal and lognormal."),
        tr("Where the number comes from, as the scenario says.")};
    if (role == Qt::DisplayRole) return titles[section];
    if (role == Qt::ToolTipRole) return definitions[section];
    if (role == Qt::TextAlignmentRole) return alignment(section == Path || section == Source);
    return {};
}

}  // namespace breakeven::ui
