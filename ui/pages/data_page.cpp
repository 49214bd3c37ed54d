#include "ui/pages/data_page.hpp"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QRegularExpressionValidator>
#include <QScrollArea>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/scenario/segment_edit.hpp"
#include "sim/report/column_correlation.hpp"
#include "sim/report/usage_curve.hpp"
#include "ui/charts/chart.hpp"
#include "ui/charts/chart_specs.hpp"
#include "ui/format/number_format.hpp"
#include "ui/models/csv_model.hpp"
#include "ui/pages/table_view.hpp"

namespace breakeven::ui {
namespace {

QString firstProblem(const std::vector<core::Diagnostic>& diagnostics, const QString& file, QString& remedy) {
    const core::Diagnostic& first = diagnostics.front();
    remedy = text(first.remedy);
    QString place = file;
    if (first.where.line > 0) place += QString(":%1:%2").arg(first.where.line).arg(first.where.column);
    QString problem = place + ": " + text(first.problem);
    if (diagnostics.size() > 1)
        problem += DataPage::tr(" (and %1 more problems)").arg(diagnostics.size() - 1);
    return problem;
}

}  // namespace

DataPage::DataPage(Document& document, QWidget* parent) : QWidget(parent), document_(document) {
    auto* load = new QPushButton(tr("Load a usage CSV…"), this);
    load->setToolTip(tr("One row per user and period, a column per meter (Ctrl+L)"));
    connect(load, &QPushButton::clicked, this, &DataPage::loadWanted);
    file_ = new QLabel(this);
    rows_ = new QLabel(this);
    auto* head = new QHBoxLayout;
    head->addWidget(load);
    head->addWidget(file_, 1);
    head->addWidget(rows_);

    preview_ = new CsvModel(this);
    view_ = new TableView(this);
    view_->setModel(preview_);
    view_->setSelectionBehavior(QAbstractItemView::SelectItems);
    view_->setAccessibleName(tr("First rows of the file"));
    connect(view_->horizontalHeader(), &QHeaderView::sectionClicked, this,
            [this](int section) { column_->setCurrentIndex(section); });

    auto* group = new QGroupBox(tr("Make a segment of it"), this);
    uses_ = new QFormLayout;
    id_ = new QLineEdit("measured", group);
    id_->setValidator(new QRegularExpressionValidator(QRegularExpression("[a-z0-9_-]+"), id_));
    id_->setToolTip(tr("Name of the segment: small letters, digits, - and _"));
    weight_ = new QDoubleSpinBox(group);
    weight_->setRange(0.0001, 1e9);
    weight_->setDecimals(4);
    weight_->setValue(1.0);
    weight_->setToolTip(tr("Its weight relative to the other segments"));
    replace_ = new QRadioButton(tr("in place of the scenario's segments"), group);
    auto* append = new QRadioButton(tr("beside them"), group);
    replace_->setChecked(true);
    together_ = new QCheckBox(tr("keep the rank correlations of the columns"), group);
    together_->setChecked(true);
    together_->setToolTip(
        tr("Columns are resampled one by one; their Spearman correlations bring the rows' "
           "togetherness back"));
    make_ = new QPushButton(tr("Use as segment"), group);
    make_->setToolTip(
        tr("Writes the segment into the open scenario; the file itself changes only when you save"));
    connect(make_, &QPushButton::clicked, this, &DataPage::makeSegment);
    hint_ = new QLabel(group);
    hint_->setWordWrap(true);
    auto* names = new QFormLayout;
    names->addRow(tr("Segment"), id_);
    names->addRow(tr("Weight"), weight_);
    auto* box = new QVBoxLayout(group);
    box->addWidget(hint_);
    box->addLayout(uses_);
    box->addLayout(names);
    box->addWidget(replace_);
    box->addWidget(append);
    box->addWidget(together_);
    box->addWidget(make_, 0, Qt::AlignLeft);
    auto* left = new QSplitter(Qt::Vertical, this);
    left->addWidget(view_);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidget(group);
    left->addWidget(scroll);
    left->setChildrenCollapsible(false);
    left->setStretchFactor(0, 1);
    left->setStretchFactor(1, 1);

    column_ = new QComboBox(this);
    column_->setToolTip(tr("Which column is drawn"));
    column_->setAccessibleName(tr("Column"));
    connect(column_, &QComboBox::currentIndexChanged, this, &DataPage::showColumn);
    charts_ = {new Chart(this), new Chart(this)};
    charts_[0]->setObjectName("data-density");
    charts_[1]->setObjectName("data-cumulative");
    auto* tabs = new QTabWidget(this);
    tabs->addTab(charts_[0], tr("Density"));
    tabs->addTab(charts_[1], tr("Cumulative"));
    summary_ = new QLabel(this);
    summary_->setWordWrap(true);
    auto* right = new QWidget(this);
    auto* rightColumn = new QVBoxLayout(right);
    rightColumn->setContentsMargins(0, 0, 0, 0);
    rightColumn->addWidget(column_);
    rightColumn->addWidget(tabs, 1);
    rightColumn->addWidget(summary_);

    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->addWidget(left);
    splitter->addWidget(right);
    splitter->setChildrenCollapsible(false);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    body_ = splitter;
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(head);
    layout->addWidget(body_, 1);
    layout->addStretch(0);
    body_->setVisible(false);
    file_->setText(tr("No file is loaded. Its first line names the columns; drop a file here or load one."));
    connect(&document_, &Document::changed, this, &DataPage::refreshMeters);
    refreshMeters();
}

void DataPage::load(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    core::CsvReading reading;
    try {
        const std::string bytes = core::filesBeside("")(absolute.toStdString());
        reading = core::readCsv(bytes, absolute.toStdString());
    } catch (const core::Error& error) {
        reading.diagnostics.push_back(error.diagnostic());
    }
    if (!reading.table) {
        QString remedy;
        const QString problem = firstProblem(reading.diagnostics, absolute, remedy);
        emit refused(problem, remedy);
        return;
    }
    path_ = absolute;
    table_ = std::make_shared<const core::CsvTable>(std::move(*reading.table));
    preview_->show(table_);
    view_->fitColumns();
    file_->setText(QFileInfo(path_).fileName());
    file_->setToolTip(path_);
    rows_->setText(tr("%1 rows, %2 columns").arg(table_->rows.size()).arg(table_->header.size()));
    body_->setVisible(true);
    {
        const QSignalBlocker quiet(column_);
        column_->clear();
        for (const std::string& name : table_->header) column_->addItem(text(name));
    }
    // The first column that holds usage is what a person wants to see.
    int first = 0;
    for (std::size_t c = table_->header.size(); c-- > 0;) {
        const core::NumberColumn numbers = core::usageColumn(*table_, c, "");
        if (numbers.diagnostics.empty() && !numbers.values.empty()) first = static_cast<int>(c);
    }
    column_->setCurrentIndex(first);
    showColumn();
    refreshMeters();
}

void DataPage::refreshMeters() {
    std::vector<std::pair<std::string, QString>> before;
    for (const auto& [meter, box] : columnOf_)
        before.emplace_back(meter, box->currentIndex() > 0 ? box->currentText() : QString());
    while (uses_->rowCount() > 0) uses_->removeRow(0);
    columnOf_.clear();
    const core::Scenario* scenario = document_.scenario();
    make_->setEnabled(scenario != nullptr && table_ != nullptr);
    if (scenario == nullptr) {
        hint_->setText(tr("Open a scenario first: its meters are what columns are chosen for."));
        return;
    }
    hint_->setText(tr("Which column holds each meter's quantity of a user and month, for %1.")
                       .arg(text(scenario->name)));
    if (!table_) return;
    for (const core::Meter& meter : scenario->meters) {
        auto* box = new QComboBox(this);
        box->addItem(tr("— not used —"));
        for (const std::string& name : table_->header) box->addItem(text(name));
        box->setObjectName("column." + text(meter.id));
        const auto known = std::ranges::find(before, meter.id, &std::pair<std::string, QString>::first);
        const QString wanted = known != before.end() ? known->second : text(meter.id);
        box->setCurrentIndex(std::max(0, box->findText(wanted, Qt::MatchFixedString)));
        uses_->addRow(text(meter.id), box);
        columnOf_.emplace_back(meter.id, box);
    }
}

void DataPage::showColumn() {
    const int row = column_->currentIndex();
    ChartSpec none;
    summary_->clear();
    if (!table_ || row < 0) return;
    const core::NumberColumn numbers =
        core::usageColumn(*table_, static_cast<std::size_t>(row), QFileInfo(path_).fileName().toStdString());
    if (!numbers.diagnostics.empty() || numbers.values.empty()) {
        QString remedy;
        none.message =
            numbers.diagnostics.empty()
                ? tr("This column holds no number.")
                : firstProblem(numbers.diagnostics, QFileInfo(path_).fileName(), remedy) + "\n" + remedy;
        for (Chart* chart : charts_) chart->show(none);
        return;
    }
    sim::UsageCurve curve = sim::usageCurveOf(numbers.values);
    curve.meter = column_->currentText().toStdString();
    curve.segment = QFileInfo(path_).fileName().toStdString();
    curve.unit = curve.meter;
    charts_[0]->show(usageDensity(curve));
    charts_[1]->show(usageCumulative(curve));
    QString words = tr("%1 values: median %2, mean %3, 90 % below %4, 99 % below %5.")
                        .arg(numbers.values.size())
                        .arg(readNumber(curve.median), readNumber(curve.mean), readNumber(curve.p90),
                             readNumber(curve.p99));
    if (numbers.missing > 0) words += " " + tr("%1 cells are empty and left out.").arg(numbers.missing);
    summary_->setText(words);
}

std::string DataPage::fileAsNamed() const {
    const QString folder = document_.folder() + "/";
    return path_.startsWith(folder) ? path_.mid(folder.size()).toStdString() : path_.toStdString();
}

void DataPage::makeSegment() {
    if (!table_ || document_.scenario() == nullptr) return;
    core::EmpiricalSegment segment;
    segment.id = id_->text().toStdString();
    segment.weight = weight_->value();
    segment.file = fileAsNamed();
    for (const auto& [meter, box] : columnOf_) {
        if (box->currentIndex() > 0) segment.columns.push_back({meter, box->currentText().toStdString()});
    }
    if (segment.columns.empty()) {
        emit refused(tr("No column is chosen for any meter."), tr("Choose a column for at least one meter."));
        return;
    }
    if (segment.id.empty()) {
        emit refused(tr("The segment has no name."), tr("Give it one of small letters, digits, - and _."));
        return;
    }
    if (together_->isChecked()) {
        std::vector<std::size_t> columns;
        for (const auto& [meter, box] : columnOf_)
            if (box->currentIndex() > 0) columns.push_back(static_cast<std::size_t>(box->currentIndex() - 1));
        for (const sim::ColumnCorrelation& pair : sim::columnCorrelations(*table_, columns)) {
            const auto meterOf = [&](std::size_t column) {
                const auto at = std::ranges::find(columns, column) - columns.begin();
                return segment.columns[static_cast<std::size_t>(at)].meter;
            };
            const double shown = std::round(1000.0 * pair.spearman) / 1000.0;  // the file stays readable
            segment.correlations.push_back({meterOf(pair.first), meterOf(pair.second), shown});
        }
    }
    const core::SegmentEdit edit =
        replace_->isChecked() ? core::SegmentEdit::Replace : core::SegmentEdit::Append;
    const std::string before = document_.text();
    const std::string edited = core::withEmpiricalSegment(before, segment, edit);
    const core::ScenarioReading reading = core::readScenarioText(
        edited, document_.path().toStdString(), {}, core::filesBeside(document_.path().toStdString()));
    if (!reading.scenario) {
        QString remedy;
        std::vector<core::Diagnostic> errors = reading.diagnostics;
        std::erase_if(errors, [](const core::Diagnostic& d) { return d.severity != core::Severity::Error; });
        const QString problem = firstProblem(errors, text(errors.front().where.file), remedy);
        emit refused(tr("The segment does not fit this scenario, which stays as it was. %1").arg(problem),
                     remedy);
        return;
    }
    document_.setText(edited);
    emit segmentMade(
        tr("Segment “%1” is part of the scenario now: %2 columns of %3. Save the scenario to keep it.")
            .arg(text(segment.id))
            .arg(segment.columns.size())
            .arg(QFileInfo(path_).fileName()));
}

}  // namespace breakeven::ui
