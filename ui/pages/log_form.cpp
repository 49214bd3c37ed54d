#include "ui/pages/log_form.hpp"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileInfo>
#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStyle>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "ui/format/number_format.hpp"
#include "ui/models/csv_model.hpp"
#include "ui/models/intake_tables.hpp"
#include "ui/models/table_model.hpp"
#include "ui/pages/table_view.hpp"

namespace breakeven::ui {
namespace {

constexpr int kNone = 0;  ///< the first item of a list of columns: none of them
constexpr int kAggregates = 8;

/// A list of columns behind an item for none of them.
void listColumns(QComboBox& box, const QString& none, const core::LogPreview& preview,
                 const std::string& chosen) {
    const QSignalBlocker quiet(box);
    box.clear();
    box.addItem(none);
    for (const std::string& column : preview.columns) box.addItem(text(column));
    box.setCurrentIndex(chosen.empty() ? kNone : std::max(kNone, box.findText(text(chosen))));
}

std::string chosenColumn(const QComboBox& box) {
    return box.currentIndex() > kNone ? box.currentText().toStdString() : std::string();
}

}  // namespace

LogForm::LogForm(QWidget* parent) : QWidget(parent) {
    title_ = new QLabel(this);
    title_->setWordWrap(true);
    rows_ = new CsvModel(this);
    view_ = new TableView(this);
    view_->setObjectName("log-rows");
    view_->setModel(rows_);
    view_->setSelectionBehavior(QAbstractItemView::SelectItems);
    view_->setAccessibleName(tr("First rows of the log"));
    rejected_ = new TableModel(this);
    rejectedView_ = new TableView(this);
    rejectedView_->setObjectName("log-rejected");
    rejectedView_->showSorted(rejected_, TableModel::SortRole);
    rejectedView_->setAccessibleName(tr("Rejected rows"));
    rejectedView_->setVisible(false);

    auto* group = new QGroupBox(tr("What the columns mean"), this);
    const auto box = [&](const char* name, const QString& tip) {
        auto* made = new QComboBox(group);
        made->setObjectName(name);
        made->setToolTip(tip);
        made->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        connect(made, &QComboBox::currentIndexChanged, this, &LogForm::refresh);
        return made;
    };
    format_ = box("log-format", tr("What kind of log this is; found by its content"));
    for (const std::string& name : core::logFormatNames()) format_->addItem(text(name));
    connect(format_, &QComboBox::activated, this,
            [this](int index) { emit formatChosen(static_cast<core::LogFormat>(index)); });
    subject_ = box("log-subject", tr("Whose usage a row is"));
    oneSubject_ = new QLineEdit(group);
    oneSubject_->setObjectName("log-one-subject");
    oneSubject_->setPlaceholderText(tr("name of the one subject"));
    oneSubject_->setToolTip(tr("All rows are the usage of this subject"));
    connect(oneSubject_, &QLineEdit::textChanged, this, &LogForm::refresh);
    time_ = box("log-time", tr("When a row was: a date, or a number since 1970"));
    timeUnit_ = box("log-time-unit", tr("Of times that are numbers"));
    for (const QString& unit :
         {tr("by size"), tr("seconds"), tr("milliseconds"), tr("microseconds"), tr("nanoseconds")})
        timeUnit_->addItem(unit);
    id_ = box("log-id", tr("Later rows of an id are duplicates and left out"));
    period_ = box("log-period", tr("A row of the usage table is a subject and such a period"));
    for (const QString& period : {tr("month"), tr("week"), tr("day")}) period_->addItem(period);
    zone_ = new QLineEdit("UTC", group);
    zone_->setObjectName("log-zone");
    zone_->setToolTip(tr("Periods begin at midnight of this time zone, such as Europe/Berlin"));
    decimalComma_ = new QCheckBox(tr("numbers are written 1,5"), group);

    meters_ = new QTableWidget(0, 3, group);
    meters_->setObjectName("log-meters");
    meters_->setHorizontalHeaderLabels({tr("Meter"), tr("Is the"), tr("Of column")});
    meters_->setAccessibleName(tr("Meters"));
    meters_->verticalHeader()->hide();
    meters_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 12);
    meters_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    meters_->setSelectionBehavior(QAbstractItemView::SelectRows);
    meters_->setTabKeyNavigation(false);
    meters_->setMinimumHeight(fontMetrics().height() * 9);
    connect(meters_, &QTableWidget::itemChanged, this, &LogForm::refresh);
    add_ = new QPushButton(tr("Add a meter"), group);
    remove_ = new QPushButton(tr("Remove"), group);
    remove_->setToolTip(tr("Removes the chosen meters"));
    connect(add_, &QPushButton::clicked, this, [this] {
        core::MeterRule rule;
        rule.column = preview_.columns.empty() ? "" : preview_.columns.front();
        rule.id = "meter_" + std::to_string(meters_->rowCount() + 1);
        addMeter(rule);
        meters_->setCurrentCell(meters_->rowCount() - 1, 0);
        refresh();
    });
    connect(remove_, &QPushButton::clicked, this, &LogForm::removeMeter);

    auto* form = new QFormLayout;
    form->addRow(tr("Format"), format_);
    form->addRow(tr("Subject"), subject_);
    form->addRow(QString(), oneSubject_);
    form->addRow(tr("Time"), time_);
    form->addRow(tr("Times that are numbers"), timeUnit_);
    form->addRow(tr("Event id"), id_);
    form->addRow(tr("Billing period"), period_);
    form->addRow(tr("Time zone"), zone_);
    form->addRow(QString(), decimalComma_);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(add_);
    buttons->addWidget(remove_);
    buttons->addStretch(1);
    auto* column = new QVBoxLayout(group);
    column->addLayout(form);
    column->addWidget(meters_, 1);
    column->addLayout(buttons);

    missing_ = new QLabel(this);
    missing_->setObjectName("log-missing");
    missing_->setWordWrap(true);
    meter_ = new QPushButton(tr("Meter this log"), this);
    meter_->setDefault(true);
    meter_->setToolTip(tr("Reads all of it and adds up the usage of each subject and period"));
    connect(meter_, &QPushButton::clicked, this, [this] { emit meterWanted(job()); });
    asItStands_ = new QPushButton(tr("Use the rows as they stand"), this);
    asItStands_->setToolTip(tr("It is usage already: one row per subject and period"));
    connect(asItStands_, &QPushButton::clicked, this, [this] { emit asItStandsWanted(files_.front()); });
    auto* act = new QHBoxLayout;
    act->addWidget(meter_);
    act->addWidget(asItStands_);
    act->addStretch(1);

    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidget(group);
    // The form needs its width more than the rows do, which can be scrolled.
    scroll->setMinimumWidth(group->minimumSizeHint().width() +
                            style()->pixelMetric(QStyle::PM_ScrollBarExtent) + 4);
    auto* right = new QWidget(this);
    auto* rightColumn = new QVBoxLayout(right);
    rightColumn->setContentsMargins(0, 0, 0, 0);
    rightColumn->addWidget(scroll, 1);
    rightColumn->addWidget(missing_);
    rightColumn->addLayout(act);
    auto* left = new QSplitter(Qt::Vertical, this);
    left->addWidget(view_);
    left->addWidget(rejectedView_);
    left->setChildrenCollapsible(false);
    left->setStretchFactor(0, 2);
    left->setStretchFactor(1, 1);
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->addWidget(left);
    splitter->addWidget(right);
    splitter->setChildrenCollapsible(false);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(title_);
    layout->addWidget(splitter, 1);
}

void LogForm::show(std::vector<std::string> files, const core::LogPreview& preview) {
    files_ = std::move(files);
    preview_ = preview;
    const core::MeterMap& map = preview_.suggested;
    auto table = std::make_shared<core::CsvTable>();
    table->header = preview_.columns;
    table->rows = preview_.rows;
    table->lines.assign(preview_.rows.size(), 0);
    rows_->show(table);
    view_->fitColumns();
    const QString name = QFileInfo(text(files_.front())).fileName();
    title_->setText(
        files_.size() == 1
            ? tr("The first %1 rows of %2, read as “%3”. Put right what was not found, then meter it.")
                  .arg(preview_.rows.size())
                  .arg(name, text(std::string(core::nameOf(preview_.format))))
            : tr("The first %1 rows of %2 (one of %3 files), read as “%4”. Put right what was not found, "
                 "then "
                 "meter them.")
                  .arg(preview_.rows.size())
                  .arg(name)
                  .arg(files_.size())
                  .arg(text(std::string(core::nameOf(preview_.format)))));
    format_->setCurrentIndex(static_cast<int>(preview_.format));
    listColumns(*subject_, tr("— all rows are of one subject —"), preview_, map.subject);
    oneSubject_->setText(text(map.subjectValue.value_or("")));
    listColumns(*time_, tr("— choose —"), preview_, map.time);
    timeUnit_->setCurrentIndex(static_cast<int>(map.timeUnit));
    listColumns(*id_, tr("— none: duplicates can't be told —"), preview_, map.id);
    decimalComma_->setVisible(preview_.format == core::LogFormat::Csv);
    meters_->setRowCount(0);
    rules_.clear();
    for (const core::MeterRule& rule : map.meters) addMeter(rule);
    asItStands_->setVisible(preview_.format == core::LogFormat::Csv && files_.size() == 1);
    showRejected(std::nullopt);
    refresh();
}

void LogForm::addMeter(const core::MeterRule& rule) {
    const QSignalBlocker quiet(meters_);
    const int row = meters_->rowCount();
    meters_->insertRow(row);
    rules_.push_back(rule);
    meters_->setItem(row, 0, new QTableWidgetItem(text(rule.id)));
    meters_->item(row, 0)->setToolTip(tr("Name of the meter: small letters, digits, - and _"));
    auto* aggregate = new QComboBox(meters_);
    for (int i = 0; i < kAggregates; ++i)
        aggregate->addItem(text(std::string(core::nameOf(static_cast<core::Aggregate>(i)))));
    aggregate->setCurrentIndex(static_cast<int>(rule.aggregate));
    aggregate->setAccessibleName(tr("How values of %1 become one").arg(text(rule.id)));
    auto* column = new QComboBox(meters_);
    listColumns(*column, tr("— events —"), preview_, rule.column);
    column->setAccessibleName(tr("Column of %1").arg(text(rule.id)));
    connect(aggregate, &QComboBox::currentIndexChanged, this, &LogForm::refresh);
    connect(column, &QComboBox::currentIndexChanged, this, &LogForm::refresh);
    meters_->setCellWidget(row, 1, aggregate);
    meters_->setCellWidget(row, 2, column);
}

void LogForm::removeMeter() {
    std::vector<int> rows;
    for (const QModelIndex& index : meters_->selectionModel()->selectedRows()) rows.push_back(index.row());
    std::ranges::sort(rows, std::ranges::greater());
    for (const int row : rows) {
        meters_->removeRow(row);
        rules_.erase(rules_.begin() + row);
    }
    refresh();
}

core::MeterMap LogForm::map() const {
    core::MeterMap map = preview_.suggested;
    map.format = preview_.format;
    map.subject = chosenColumn(*subject_);
    map.subjectValue.reset();
    if (map.subject.empty() && !oneSubject_->text().trimmed().isEmpty())
        map.subjectValue = oneSubject_->text().trimmed().toStdString();
    map.time = chosenColumn(*time_);
    map.timeUnit = static_cast<core::EpochUnit>(timeUnit_->currentIndex());
    map.id = chosenColumn(*id_);
    if (map.id.empty()) map.source.clear();
    map.isDecimalComma = decimalComma_->isVisibleTo(this) && decimalComma_->isChecked();
    map.meters.clear();
    for (int row = 0; row < meters_->rowCount(); ++row) {
        core::MeterRule rule = rules_[static_cast<std::size_t>(row)];
        rule.id = meters_->item(row, 0)->text().trimmed().toStdString();
        rule.aggregate = static_cast<core::Aggregate>(
            static_cast<QComboBox*>(meters_->cellWidget(row, 1))->currentIndex());
        rule.column = chosenColumn(*static_cast<QComboBox*>(meters_->cellWidget(row, 2)));
        map.meters.push_back(std::move(rule));
    }
    return map;
}

core::MeterJob LogForm::job() const {
    constexpr std::array kPeriods{core::PeriodKind::Month, core::PeriodKind::Week, core::PeriodKind::Day};
    core::MeterJob job;
    job.files = files_;
    job.map = map();
    job.period = kPeriods.at(static_cast<std::size_t>(std::max(0, period_->currentIndex())));
    job.zone = zone_->text().trimmed().toStdString();
    job.temporaryFolder = QDir::tempPath().toStdString();
    return job;
}

QString LogForm::whatIsMissing(const core::MeterMap& map) const {
    if (map.subject.empty() && !map.subjectValue)
        return tr("Whose usage is a row? Choose the column of the subject, or name the one subject.");
    if (map.time.empty()) return tr("When was a row? Choose the column of the time.");
    if (map.meters.empty()) return tr("What is to be metered? Add a meter.");
    for (const core::MeterRule& rule : map.meters) {
        const std::string call = std::string(core::nameOf(rule.aggregate)) + "(" + rule.column + ")";
        std::vector<core::Diagnostic> problems;
        static_cast<void>(core::readMeterRule(rule.id + "=" + call, "meter", problems));
        if (!problems.empty()) return tr("%1: %2").arg(text(problems[0].problem), text(problems[0].remedy));
        if (std::ranges::count(map.meters, rule.id, &core::MeterRule::id) > 1)
            return tr("Two meters are named “%1”: rename one.").arg(text(rule.id));
    }
    return {};
}

void LogForm::refresh() {
    if (files_.empty()) return;
    oneSubject_->setEnabled(subject_->currentIndex() == kNone && !isBusy_);
    const core::LogFormat format = preview_.format;
    const bool hasOwnIds = format == core::LogFormat::CloudEvents || format == core::LogFormat::ClaudeCode ||
                           format == core::LogFormat::Codex;
    id_->setEnabled(!hasOwnIds && !isBusy_);
    const QString missing = whatIsMissing(map());
    missing_->setText(missing);
    missing_->setVisible(!missing.isEmpty());
    meter_->setEnabled(missing.isEmpty() && !isBusy_);
    asItStands_->setEnabled(!isBusy_);
    remove_->setEnabled(meters_->rowCount() > 0 && !isBusy_);
}

void LogForm::showRejected(const std::optional<core::IntakeReport>& report) {
    const bool hasRows = report && !report->firstRejected.empty();
    rejectedView_->setVisible(hasRows);
    if (!hasRows) return;
    rejected_->show(rejectedTable(*report));
    rejectedView_->fitColumns(1);
}

void LogForm::setBusy(bool isBusy) {
    isBusy_ = isBusy;
    for (QWidget* widget : std::initializer_list<QWidget*>{format_, subject_, time_, timeUnit_, period_,
                                                           zone_, decimalComma_, meters_, add_, remove_})
        widget->setEnabled(!isBusy);
    refresh();
}

}  // namespace breakeven::ui
