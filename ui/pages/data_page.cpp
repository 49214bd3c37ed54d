#include "ui/pages/data_page.hpp"

#include <QCheckBox>
#include <QComboBox>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpressionValidator>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "core/scenario/stored_table.hpp"
#include "ui/format/number_format.hpp"
#include "ui/pages/drop_panel.hpp"
#include "ui/pages/log_form.hpp"
#include "ui/pages/segment_form.hpp"
#include "ui/pages/usage_charts_panel.hpp"
#include "ui/pages/usage_tables.hpp"

namespace breakeven::ui {
namespace {

enum class Body { Empty, Log, Usage };

QString placeOf(const core::Diagnostic& diagnostic) {
    QString place = text(diagnostic.where.file);
    if (diagnostic.where.line > 0)
        place += QString(":%1:%2").arg(diagnostic.where.line).arg(diagnostic.where.column);
    return place;
}

/// "usage-events" of "Usage_events.csv.gz": what may be the name of a stored table.
QString tableNameOf(const std::string& title) {
    QString name = QFileInfo(text(title)).fileName().toLower();
    name = name.left(name.indexOf('.') > 0 ? name.indexOf('.') : name.size());
    for (QChar& c : name)
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) c = '-';
    while (name.startsWith('-')) name.remove(0, 1);
    return name.isEmpty() ? "usage" : name.left(60);
}

}  // namespace

DataPage::DataPage(Document& document, const Services& services, QWidget* parent)
    : QWidget(parent), document_(document), services_(services), job_(services), fits_() {
    auto* load = new QPushButton(tr("Open a log or table…"), this);
    load->setToolTip(tr("A log of events, or a table with a row per user and period (Ctrl+L)"));
    connect(load, &QPushButton::clicked, this, &DataPage::loadWanted);
    kept_ = new QComboBox(this);
    kept_->setObjectName("data-kept");
    kept_->setAccessibleName(tr("Usage tables in the store"));
    kept_->setToolTip(tr("Usage tables that were kept in the store"));
    connect(kept_, &QComboBox::activated, this, [this](int index) {
        if (index > 0) openStored(kept_->itemData(index).toString());
    });
    file_ = new QLabel(this);
    auto* head = new QHBoxLayout;
    head->addWidget(load);
    head->addWidget(kept_);
    head->addWidget(file_, 1);

    log_ = new LogForm(this);
    connect(log_, &LogForm::meterWanted, this, &DataPage::meter);
    connect(log_, &LogForm::formatChosen, this, [this](core::LogFormat format) {
        core::MeterMap map;
        map.format = format;
        lookAt(files_, map);
    });
    connect(log_, &LogForm::asItStandsWanted, this, [this](const std::string& path) {
        job_.readFile(path);
        setBusy(true, tr("Reading…"));
    });

    tables_ = new UsageTables(this);
    charts_ = new UsageChartsPanel(this);
    segment_ = new SegmentForm(document_, this);
    connect(tables_, &UsageTables::columnChosen, charts_, &UsageChartsPanel::choose);
    connect(charts_, &UsageChartsPanel::columnChanged, tables_, &UsageTables::showColumn);
    connect(segment_, &SegmentForm::makeWanted, this, &DataPage::makeSegment);
    name_ = new QLineEdit(this);
    name_->setObjectName("data-name");
    name_->setMaxLength(100);
    name_->setValidator(new QRegularExpressionValidator(QRegularExpression("[a-z0-9-]+"), name_));
    name_->setToolTip(
        tr("Name of the table in the store: small letters, digits and -. A scenario then says "
           "store:NAME in place of a file"));
    mayReplace_ = new QCheckBox(tr("replace"), this);
    mayReplace_->setObjectName("data-replace");
    mayReplace_->setToolTip(tr("A table of this name that holds other rows is replaced"));
    keep_ = new QPushButton(tr("Keep"), this);
    keep_->setToolTip(tr("Keeps the rows in the store, with the hashes of the files they came from"));
    connect(keep_, &QPushButton::clicked, this, &DataPage::keep);
    auto* keepRow = new QHBoxLayout;
    auto* keepWords = new QLabel(tr("Keep in the store as"), this);
    keepWords->setBuddy(name_);
    keepRow->addWidget(keepWords);
    keepRow->addWidget(name_, 1);
    keepRow->addWidget(mayReplace_);
    keepRow->addWidget(keep_);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidget(segment_);
    auto* below = new QWidget(this);
    auto* belowColumn = new QVBoxLayout(below);
    belowColumn->setContentsMargins(0, 0, 0, 0);
    belowColumn->addLayout(keepRow);
    belowColumn->addWidget(scroll, 1);
    auto* left = new QSplitter(Qt::Vertical, this);
    left->addWidget(tables_);
    left->addWidget(below);
    left->setChildrenCollapsible(false);
    left->setSizes({300, 420});
    auto* usage = new QSplitter(Qt::Horizontal, this);
    usage->addWidget(left);
    usage->addWidget(charts_);
    usage->setChildrenCollapsible(false);
    usage->setStretchFactor(0, 1);
    usage->setStretchFactor(1, 1);

    body_ = new QStackedWidget(this);
    body_->addWidget(new DropPanel(this));
    body_->addWidget(log_);
    body_->addWidget(usage);
    jobBar_ = new QWidget(this);
    progress_ = new QProgressBar(this);
    progress_->setTextVisible(false);
    progressWords_ = new QLabel(this);
    auto* stop = new QPushButton(tr("Cancel"), this);
    stop->setToolTip(tr("Stops reading; nothing is kept (Esc)"));
    connect(stop, &QPushButton::clicked, this, &DataPage::cancel);
    auto* jobRow = new QHBoxLayout(jobBar_);
    jobRow->setContentsMargins(0, 0, 0, 0);
    jobRow->addWidget(progress_, 1);
    jobRow->addWidget(progressWords_);
    jobRow->addWidget(stop);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(head);
    layout->addWidget(body_, 1);
    layout->addWidget(jobBar_);

    connect(&job_, &UsageJob::progressed, this, &DataPage::showProgress);
    connect(&job_, &UsageJob::finished, this, &DataPage::show);
    connect(&job_, &UsageJob::cancelled, this, [this] {
        setBusy(false);
        emit told(tr("Cancelled: nothing was metered."));
    });
    connect(&job_, &UsageJob::refused, this, [this](const UsageRefusal& refusal) {
        setBusy(false);
        log_->showRejected(refusal.intake);
        std::vector<core::Diagnostic> problems = refusal.diagnostics;
        // The usual remedy names an option of the command line.
        if (refusal.intake && !refusal.intake->firstRejected.empty())
            problems.front().remedy =
                tr("Mend the rows that are listed, or put right what the columns mean.").toStdString();
        refuse(problems);
    });
    connect(&fits_, &FitJob::fitted, charts_, &UsageChartsPanel::showFit);
    connect(&fits_, &FitJob::fitted, segment_, &SegmentForm::showFit);
    connect(&fits_, &FitJob::failed, this, [this](const core::Diagnostic& problem) { refuse({problem}); });
    setBusy(false);
    refreshKept();
}

const std::vector<Chart*>& DataPage::charts() const {
    return charts_->charts();
}

void DataPage::open(const QStringList& paths) {
    if (paths.isEmpty()) return;
    std::vector<std::string> files;
    for (const QString& path : paths) files.push_back(QFileInfo(path).absoluteFilePath().toStdString());
    lookAt(files, {});
}

void DataPage::openStored(const QString& name) {
    job_.readStored(name.toStdString());
    setBusy(true, tr("Reading…"));
}

void DataPage::lookAt(const std::vector<std::string>& files, const core::MeterMap& map) {
    core::LogPreviewReading reading;
    try {
        reading = core::previewLog(files.front(), map);
    } catch (const core::Error& error) {
        reading.diagnostics.push_back(error.diagnostic());
    }
    if (!reading.preview) return refuse(reading.diagnostics);
    if (reading.preview->isUsageTable && files.size() == 1 && !map.format) {
        job_.readFile(files.front());
        setBusy(true, tr("Reading…"));
        return;
    }
    job_.stop();
    setBusy(false);
    files_ = files;
    log_->show(files, *reading.preview);
    body_->setCurrentIndex(static_cast<int>(Body::Log));
    file_->clear();
}

void DataPage::meter(const core::MeterJob& job) {
    // Of packed logs it is not known how much there is to read.
    fileBytes_ = 0;
    for (const std::string& file : job.files) {
        if (text(file).endsWith(".gz")) {
            fileBytes_ = 0;
            break;
        }
        fileBytes_ += static_cast<std::uint64_t>(QFileInfo(text(file)).size());
    }
    log_->showRejected(std::nullopt);
    job_.meter(job);
    setBusy(true, tr("Metering…"));
}

void DataPage::cancel() {
    job_.cancel();
}

void DataPage::showProgress(const MeterProgress& progress, double seconds) {
    constexpr int kSteps = 1000;
    progress_->setRange(0, fileBytes_ > 0 ? kSteps : 0);
    if (fileBytes_ > 0) {
        const double share = static_cast<double>(progress.bytes) / static_cast<double>(fileBytes_);
        progress_->setValue(static_cast<int>(kSteps * std::min(1.0, share)));
    }
    progressWords_->setText(tr("%1 rows, %2")
                                .arg(wholeNumber(static_cast<double>(progress.rows)),
                                     duration(static_cast<qint64>(1e3 * seconds))));
}

void DataPage::setBusy(bool isBusy, const QString& words) {
    jobBar_->setVisible(isBusy);
    progress_->setRange(0, 0);
    progressWords_->setText(words);
    log_->setBusy(isBusy);
    emit stateChanged();
}

void DataPage::refuse(const std::vector<core::Diagnostic>& diagnostics) {
    const auto first = std::ranges::find(diagnostics, core::Severity::Error, &core::Diagnostic::severity);
    if (first == diagnostics.end()) return;
    const auto errors = std::ranges::count(diagnostics, core::Severity::Error, &core::Diagnostic::severity);
    QString problem = placeOf(*first) + ": " + text(first->problem);
    if (errors > 1) problem += tr(" (and %1 more problems)").arg(errors - 1);
    emit refused(problem, text(first->remedy));
}

void DataPage::refreshKept() {
    const QSignalBlocker quiet(kept_);
    kept_->clear();
    kept_->addItem(tr("Kept tables…"));
    if (services_.openUsage) {
        try {
            for (const sim::UsageTableSummary& table : services_.openUsage()->list())
                kept_->addItem(tr("%1 (%2 rows)").arg(text(table.name)).arg(table.rows), text(table.name));
        } catch (const core::Error&) {
            // A store that can't be opened is told by the window.
        }
    }
    kept_->setEnabled(kept_->count() > 1);
    const int place = usage_ ? kept_->findData(text(usage_->stored)) : -1;
    kept_->setCurrentIndex(std::max(0, usage_ && !usage_->stored.empty() ? place : 0));
}

void DataPage::show(const std::shared_ptr<const LoadedUsage>& usage) {
    setBusy(false);
    usage_ = usage;
    body_->setCurrentIndex(static_cast<int>(Body::Usage));
    file_->setText(tr("%1: %2 rows, %3 columns")
                       .arg(text(usage->title))
                       .arg(usage->table->rows.size())
                       .arg(usage->table->header.size()));
    file_->setToolTip(text(usage->file));
    name_->setText(usage->stored.empty() ? tableNameOf(usage->title) : text(usage->stored));
    mayReplace_->setChecked(false);
    segment_->show(usage);
    tables_->show(usage);
    charts_->show(usage);
    std::vector<std::size_t> columns{charts_->column()};
    for (std::size_t c = 0; c < usage->analysis.columns.size(); ++c)
        if (usage->analysis.columns[c].summary && c != columns.front()) columns.push_back(c);
    fits_.start(usage, std::move(columns));
    refreshKept();
}

bool DataPage::keep() {
    if (!usage_) return false;
    if (usage_->record.meters.empty()) {
        emit refused(tr("No column of %1 holds usage.").arg(text(usage_->title)),
                     tr("Mend the cells that the charts name, then open it again."));
        return false;
    }
    const QString name = name_->text();
    try {
        const auto onOther =
            mayReplace_->isChecked() ? sim::UsageStore::OnOther::Replace : sim::UsageStore::OnOther::Refuse;
        services_.openUsage()->keep(name.toStdString(), usage_->record, services_.nowUtc(), onOther);
    } catch (const core::Error& error) {
        const bool isTaken = error.diagnostic().remedy.find("--replace") != std::string::npos;
        emit refused(text(error.diagnostic().problem), isTaken ? tr("choose another name, or check “replace”")
                                                               : text(error.diagnostic().remedy));
        return false;
    }
    auto kept = std::make_shared<LoadedUsage>(*usage_);
    kept->stored = name.toStdString();
    usage_ = std::move(kept);
    refreshKept();
    emit told(tr("Kept %1 rows as store:%2. A scenario can name it in place of a file.")
                  .arg(usage_->table->rows.size())
                  .arg(name));
    return true;
}

std::string DataPage::fileAsNamed() const {
    // What is in the store is found from everywhere; a file beside the scenario goes where it goes.
    const QString folder = document_.folder() + "/";
    const QString path = text(usage_->file);
    if (path.startsWith(folder)) return path.mid(folder.size()).toStdString();
    if (!usage_->stored.empty()) return std::string(core::kStoredPrefix) + usage_->stored;
    return usage_->file;
}

void DataPage::makeSegment() {
    if (!usage_ || document_.scenario() == nullptr) return;
    core::MeasuredSegment segment = segment_->segment();
    if (segment.columns.empty()) {
        emit refused(tr("No column is chosen for any meter."), tr("Choose a column for at least one meter."));
        return;
    }
    if (segment.id.empty()) {
        emit refused(tr("The segment has no name."), tr("Give it one of small letters, digits, - and _."));
        return;
    }
    const bool needsRows =
        std::ranges::any_of(segment.columns, [](const core::ColumnUse& use) { return use.law.empty(); });
    if (needsRows) {
        // Metered rows are nowhere yet that a scenario could name.
        if (usage_->file.empty() && usage_->stored.empty() && !keep()) return;
        segment.file = fileAsNamed();
    }
    const std::string edited = core::withMeasuredSegment(document_.text(), segment, segment_->edit());
    const core::ScenarioReading reading = document_.readText(edited);
    if (!reading.scenario) {
        const auto first =
            std::ranges::find(reading.diagnostics, core::Severity::Error, &core::Diagnostic::severity);
        emit refused(tr("The segment does not fit this scenario, which stays as it was. %1: %2")
                         .arg(placeOf(*first), text(first->problem)),
                     text(first->remedy));
        return;
    }
    document_.setText(edited);
    emit segmentMade(
        tr("Segment “%1” is part of the scenario now: %2 columns of %3. Save the scenario to keep it.")
            .arg(text(segment.id))
            .arg(segment.columns.size())
            .arg(text(segment.file.empty() ? usage_->title : segment.file)));
}

}  // namespace breakeven::ui
