#include "ui/models/run_list_model.hpp"

#include <QDateTime>
#include <QLocale>
#include <utility>

#include "ui/format/number_format.hpp"

namespace breakeven::ui {
namespace {

bool isText(int column) {
    return column == RunListModel::Scenario || column == RunListModel::Label ||
           column == RunListModel::Started || column == RunListModel::Changes || column == RunListModel::Run;
}

QVariant valueOf(const sim::RunSummary& run, int column) {
    switch (column) {
        case RunListModel::Number:
            return QVariant::fromValue<qlonglong>(run.row);
        case RunListModel::Scenario:
            return text(run.scenario);
        case RunListModel::Label:
            return text(run.label);
        case RunListModel::Started:
            return text(run.startedAt);
        case RunListModel::Users:
            return QVariant::fromValue<qulonglong>(run.settings.users);
        case RunListModel::Worlds:
            return run.settings.worlds;
        case RunListModel::Months:
            return run.settings.months;
        case RunListModel::Took:
            return QVariant::fromValue<qlonglong>(run.durationMs);
        case RunListModel::Changes:
            return text(run.changes);
        default:
            return text(run.run);
    }
}

}  // namespace

RunListModel::RunListModel(QObject* parent) : QAbstractTableModel(parent) {}

void RunListModel::show(std::vector<sim::RunSummary> runs) {
    beginResetModel();
    runs_ = std::move(runs);
    endResetModel();
}

int RunListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(runs_.size());
}

int RunListModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(kColumns);
}

QVariant RunListModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const sim::RunSummary& run = runs_[static_cast<std::size_t>(index.row())];
    QVariant value = valueOf(run, index.column());
    if (role == SortRole) return value;
    if (role == Qt::ToolTipRole) return text(run.question);
    if (role == Qt::TextAlignmentRole) return alignment(isText(index.column()));
    if (role != Qt::DisplayRole) return {};
    switch (index.column()) {
        case Scenario:
            return run.cancelled ? tr("%1 (interrupted)").arg(value.toString()) : value.toString();
        case Started: {
            const QDateTime time = QDateTime::fromString(value.toString(), Qt::ISODate).toLocalTime();
            return time.toString("yyyy-MM-dd HH:mm:ss");
        }
        case Users:
            return QLocale().toString(value.toULongLong());
        case Took:
            return duration(value.toLongLong());
        default:
            return value;
    }
}

QVariant RunListModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= kColumns) return {};
    const QString titles[] = {tr("#"),      tr("Scenario"), tr("Label"), tr("Started"), tr("Users"),
                              tr("Worlds"), tr("Months"),   tr("Took"),  tr("Changes"), tr("Run")};
    const QString definitions[] = {
        tr("The store's own number, ascending in time."),
        tr("Name of the scenario."),
        tr("The name that a person gave the run."),
        tr("When the run began, local time."),
        tr("Users drawn in each world: accuracy, not business size."),
        tr("Draws of the beliefs; 1: base values only."),
        tr("Months that each user was followed."),
        tr("How long the simulation took."),
        tr("What was set for this run beside the scenario's text."),
        tr("Hash of scenario, inputs, settings and engine: equal for runs that must give equal numbers.")};
    if (role == Qt::DisplayRole) return titles[section];
    if (role == Qt::ToolTipRole) return definitions[section];
    if (role == Qt::TextAlignmentRole) return alignment(isText(section));
    return {};
}

}  // namespace breakeven::ui
