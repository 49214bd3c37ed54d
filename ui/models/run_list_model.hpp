#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "sim/results/run_store.hpp"

namespace breakeven::ui {

/// The stored runs, one a row.
class RunListModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { Number, Scenario, Label, Started, Users, Worlds, Months, Took, Changes, Run, kColumns };
    static constexpr int SortRole = Qt::UserRole + 1;

    explicit RunListModel(QObject* parent = nullptr);
    void show(std::vector<sim::RunSummary> runs);
    [[nodiscard]] const sim::RunSummary& run(int row) const { return runs_[static_cast<std::size_t>(row)]; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    std::vector<sim::RunSummary> runs_;
};

}  // namespace breakeven::ui
