#pragma once

#include <QAbstractTableModel>
#include <optional>
#include <vector>

#include "core/scenario/number_edit.hpp"

namespace breakeven::ui {

/// The numbers of the open scenario. Values can be edited; an edit is only asked for: the document makes it
/// and shows the list anew.
class NumberModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { Path, Low, Value, High, Source, kColumns };

    explicit NumberModel(QObject* parent = nullptr);
    void show(std::vector<core::ScenarioNumber> numbers);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  signals:
    void edited(const QString& path, breakeven::core::NumberPart part, double value);
    void refused(const QString& typed);  ///< what was typed is no number

  private:
    [[nodiscard]] std::optional<double> numberAt(const QModelIndex& index) const;
    std::vector<core::ScenarioNumber> numbers_;
};

}  // namespace breakeven::ui
