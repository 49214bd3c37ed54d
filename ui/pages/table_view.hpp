#pragma once

#include <QTableView>
#include <vector>

class QSortFilterProxyModel;

namespace breakeven::ui {

/// A table to read: rows as a whole, columns as wide as their content, Ctrl+C copies the selection for a
/// spreadsheet.
class TableView : public QTableView {
    Q_OBJECT
  public:
    explicit TableView(QWidget* parent = nullptr);

    /// Shows a model behind a sorting and filtering proxy.
    ///
    /// @param sortRole  role of the values that a click on a header sorts by; -1: not sortable
    QSortFilterProxyModel* showSorted(QAbstractItemModel* model, int sortRole);

    /// Rows of the source model that are selected, from the top.
    [[nodiscard]] QList<int> selectedSourceRows() const;

    /// Gives every column the room that its content needs, `stretched` the rest where there is any.
    void fitColumns(int stretched = -1);

    /// Copies the selected rows, tabs between cells.
    void copySelection() const;

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void stretch();
    QSortFilterProxyModel* proxy_ = nullptr;
    int stretched_ = -1;
    std::vector<int> widths_;  ///< that the columns need
};

}  // namespace breakeven::ui
