#include "ui/pages/usage_charts_panel.hpp"

#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTabWidget>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/charts/chart.hpp"
#include "ui/charts/usage_charts.hpp"
#include "ui/format/number_format.hpp"

namespace breakeven::ui {
namespace {

constexpr std::size_t kShownAtFirst = 2;  ///< the best two of each column

}  // namespace

UsageChartsPanel::UsageChartsPanel(QWidget* parent) : QWidget(parent) {
    column_ = new QComboBox(this);
    column_->setObjectName("usage-column");
    column_->setToolTip(tr("Which column is drawn"));
    column_->setAccessibleName(tr("Column"));
    connect(column_, &QComboBox::currentIndexChanged, this, &UsageChartsPanel::showColumn);
    auto* tabs = new QTabWidget(this);
    const std::pair<const char*, QString> names[] = {{"data-density", tr("Distribution")},
                                                     {"data-cumulative", tr("Cumulative")},
                                                     {"data-quantiles", tr("Quantiles")},
                                                     {"data-lorenz", tr("Concentration")}};
    for (const auto& [name, title] : names) {
        charts_.push_back(new Chart(this));
        charts_.back()->setObjectName(name);
        tabs->addTab(charts_.back(), title);
    }
    tabs->setObjectName("usage-chart-tabs");
    tabs->setTabToolTip(2, tr("Quantiles of the values beside those of the fits"));
    tabs->setTabToolTip(3, tr("Lorenz curve: who makes the total"));
    summary_ = new QLabel(this);
    summary_->setWordWrap(true);
    verdict_ = new QLabel(this);
    verdict_->setWordWrap(true);
    verdict_->setObjectName("usage-verdict");
    families_ = new QTreeWidget(this);
    families_->setObjectName("usage-families");
    families_->setRootIsDecorated(false);
    families_->setUniformRowHeights(true);
    families_->setAlternatingRowColors(true);
    families_->setAccessibleName(tr("Fitted families, smallest BIC first; check those to be drawn"));
    families_->setMinimumHeight(families_->fontMetrics().height() * 5);
    connect(families_, &QTreeWidget::itemChanged, this, &UsageChartsPanel::draw);
    auto* fits = new QWidget(this);
    auto* fitColumn = new QVBoxLayout(fits);
    fitColumn->setContentsMargins(0, 0, 0, 0);
    fitColumn->addWidget(summary_);
    fitColumn->addWidget(verdict_);
    notes_ = new QListWidget(this);
    notes_->setWordWrap(true);
    notes_->setAlternatingRowColors(true);
    notes_->setAccessibleName(tr("What to beware of"));
    details_ = new QTabWidget(this);
    details_->setObjectName("usage-details");
    details_->setDocumentMode(true);
    details_->addTab(families_, tr("Families"));
    details_->addTab(notes_, tr("Notes"));
    details_->setTabToolTip(1, tr("What to beware of before the fits are believed"));
    fitColumn->addWidget(details_, 1);
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(tabs);
    splitter->addWidget(fits);
    splitter->setChildrenCollapsible(false);
    splitter->setSizes({500, 250});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(column_);
    layout->addWidget(splitter, 1);
}

void UsageChartsPanel::show(const std::shared_ptr<const LoadedUsage>& usage) {
    usage_ = usage;
    fits_.clear();
    const auto& columns = usage->analysis.columns;
    {
        const QSignalBlocker quiet(column_);
        column_->clear();
        for (const sim::UsageColumn& column : columns) column_->addItem(text(column.name));
        // The first column that holds usage is what a person wants to see.
        const auto first =
            std::ranges::find_if(columns, [](const sim::UsageColumn& c) { return c.summary.has_value(); });
        column_->setCurrentIndex(first == columns.end() ? 0 : static_cast<int>(first - columns.begin()));
    }
    showColumn();
}

std::size_t UsageChartsPanel::column() const {
    return static_cast<std::size_t>(std::max(0, column_->currentIndex()));
}

void UsageChartsPanel::choose(std::size_t column) {
    column_->setCurrentIndex(static_cast<int>(column));
}

void UsageChartsPanel::showFit(std::size_t column, const std::shared_ptr<const sim::ColumnFit>& fit) {
    fits_[column] = fit;
    if (column != this->column()) return;
    listFamilies();
    draw();
}

void UsageChartsPanel::showColumn() {
    if (!usage_ || column_->currentIndex() < 0) return;
    const sim::UsageColumn& column = usage_->analysis.columns[this->column()];
    summary_->clear();
    if (column.summary) {
        const sim::UsageCurve& curve = column.curve;
        QString words =
            tr("%1 values: median %2, mean %3, 90 % below %4, 99 % below %5.")
                .arg(wholeNumber(static_cast<double>(column.ascending.size())), readNumber(curve.median),
                     readNumber(curve.mean), readNumber(curve.p90), readNumber(curve.p99));
        if (column.missing > 0)
            words +=
                " " +
                tr("%1 cells are empty and left out.").arg(wholeNumber(static_cast<double>(column.missing)));
        summary_->setText(words);
    }
    listFamilies();
    draw();
    emit columnChanged(this->column());
}

void UsageChartsPanel::listFamilies() {
    const QSignalBlocker quiet(families_);
    families_->clear();
    notes_->clear();
    const bool hasUsage = usage_->analysis.columns[column()].summary.has_value();
    const auto found = fits_.find(column());
    details_->setTabText(1, tr("Notes"));
    details_->setVisible(hasUsage);
    verdict_->setVisible(hasUsage);
    if (found == fits_.end() || !found->second) {
        verdict_->setText(found == fits_.end() ? tr("Families are being fitted…")
                                               : tr("No family is fitted to this column."));
        return;
    }
    const sim::ColumnFit& fit = *found->second;
    const sim::Proposal& proposal = fit.fit.proposal;
    const QString why = text(proposal.why);
    switch (proposal.kind) {
        case sim::Proposal::Kind::Constant:
            verdict_->setText(tr("Proposed: always %1 – %2.").arg(readNumber(proposal.value), why));
            break;
        case sim::Proposal::Kind::Family:
            verdict_->setText(
                tr("Proposed: %1 – %2.").arg(text(std::string(sim::familyName(proposal.law.family))), why));
            break;
        case sim::Proposal::Kind::Empirical:
            verdict_->setText(tr("Proposed: the values as measured – %1.").arg(why));
            break;
    }
    if (const auto& persistence = fit.fit.persistence)
        notes_->addItem(tr("Persistence %1 (%2 to %3): how alike the periods of a subject are.")
                            .arg(readNumber(persistence->value), readNumber(persistence->low),
                                 readNumber(persistence->high)));
    for (const std::string& note : fit.fit.notes) notes_->addItem(text(note));
    verdict_->setToolTip(tr("What “Make a segment of it” offers beside the values themselves"));
    QStringList titles;
    for (const sim::TableColumn& column : fit.ranking.columns) titles << text(column.title);
    families_->setHeaderLabels(titles);
    for (int c = 0; c < titles.size(); ++c)
        families_->headerItem()->setToolTip(
            c, text(fit.ranking.columns[static_cast<std::size_t>(c)].definition));
    for (std::size_t r = 0; r < fit.ranking.rows.size(); ++r) {
        auto* item = new QTreeWidgetItem(families_);
        const bool isDrawn = r < fit.families.size();
        for (std::size_t c = 0; c < fit.ranking.rows[r].size(); ++c) {
            const sim::TableCell& cell = fit.ranking.rows[r][c];
            const int at = static_cast<int>(c);
            item->setText(at, text(cell.text));
            item->setToolTip(at, text(cell.detail.empty() ? cell.text : cell.detail));
            if (!fit.ranking.columns[c].isText) item->setTextAlignment(at, Qt::AlignRight | Qt::AlignVCenter);
        }
        if (isDrawn)
            item->setCheckState(0, r < kShownAtFirst ? Qt::Checked : Qt::Unchecked);
        else
            item->setDisabled(true);
    }
    for (int c = 0; c < titles.size(); ++c) families_->resizeColumnToContents(c);
    details_->setTabText(1, notes_->count() > 0 ? tr("Notes (%1)").arg(notes_->count()) : tr("Notes"));
}

void UsageChartsPanel::draw() {
    const sim::UsageColumn& column = usage_->analysis.columns[this->column()];
    if (!column.summary) {
        ChartSpec none;
        none.message = tr("This column holds no number.");
        if (!column.problems.empty()) {
            const core::Diagnostic& first = column.problems.front();
            none.message = tr("Line %1, column %2: %3\n%4")
                               .arg(first.where.line)
                               .arg(first.where.column)
                               .arg(text(first.problem), text(first.remedy));
        }
        for (Chart* chart : charts_) chart->show(none);
        return;
    }
    std::vector<ShownFamily> shown;
    const auto found = fits_.find(this->column());
    if (found != fits_.end() && found->second) {
        const auto& families = found->second->families;
        for (std::size_t i = 0; i < families.size(); ++i)
            if (families_->topLevelItem(static_cast<int>(i))->checkState(0) == Qt::Checked)
                shown.push_back({&families[i], i});
    }
    charts_[0]->show(fittedDensity(column, shown));
    charts_[1]->show(fittedCumulative(column, shown));
    charts_[2]->show(quantileQuantile(column, shown));
    charts_[3]->show(usageLorenz(column));
}

}  // namespace breakeven::ui
