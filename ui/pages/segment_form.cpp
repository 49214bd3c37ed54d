#include "ui/pages/segment_form.hpp"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QRegularExpressionValidator>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "sim/report/column_correlation.hpp"
#include "sim/report/fit_report.hpp"
#include "ui/format/number_format.hpp"

namespace breakeven::ui {

SegmentForm::SegmentForm(Document& document, QWidget* parent)
    : QGroupBox(tr("Make a segment of it"), parent), document_(document) {
    hint_ = new QLabel(this);
    hint_->setWordWrap(true);
    uses_ = new QFormLayout;
    id_ = new QLineEdit("measured", this);
    id_->setValidator(new QRegularExpressionValidator(QRegularExpression("[a-z0-9_-]+"), id_));
    id_->setToolTip(tr("Name of the segment: small letters, digits, - and _"));
    weight_ = new QDoubleSpinBox(this);
    weight_->setRange(0.0001, 1e9);
    weight_->setDecimals(4);
    weight_->setValue(1.0);
    weight_->setToolTip(tr("Its weight relative to the other segments"));
    replace_ = new QRadioButton(tr("in place of the scenario's segments"), this);
    auto* append = new QRadioButton(tr("beside them"), this);
    replace_->setChecked(true);
    together_ = new QCheckBox(tr("keep the rank correlations of the columns"), this);
    together_->setChecked(true);
    together_->setToolTip(
        tr("Columns are drawn one by one; their Spearman correlations bring the rows' togetherness back"));
    make_ = new QPushButton(tr("Use as segment"), this);
    make_->setToolTip(
        tr("Writes the segment into the open scenario; the file itself changes only when you save"));
    connect(make_, &QPushButton::clicked, this, &SegmentForm::makeWanted);
    uses_->addRow(tr("Segment"), id_);
    uses_->addRow(tr("Weight"), weight_);
    auto* places = new QHBoxLayout;
    places->addWidget(replace_);
    places->addWidget(append);
    places->addStretch(1);
    auto* box = new QVBoxLayout(this);
    box->addWidget(hint_);
    box->addLayout(uses_);
    box->addLayout(places);
    box->addWidget(together_);
    box->addWidget(make_, 0, Qt::AlignLeft);
    box->addStretch(1);
    connect(&document_, &Document::changed, this, &SegmentForm::refreshMeters);
    refreshMeters();
}

void SegmentForm::show(const std::shared_ptr<const LoadedUsage>& usage) {
    const bool isSame = usage_ && usage && usage_->table == usage->table;
    usage_ = usage;
    if (isSame) return;  // it has only been kept
    fits_.clear();
    refreshMeters();
}

void SegmentForm::showFit(std::size_t column, const std::shared_ptr<const sim::ColumnFit>& fit) {
    fits_[column] = fit;
    refreshLaws();
}

void SegmentForm::refreshMeters() {
    std::vector<std::pair<std::string, QString>> before;
    for (const MeterChoice& choice : choices_)
        before.emplace_back(choice.meter,
                            choice.column->currentIndex() > 0 ? choice.column->currentText() : QString());
    for (std::size_t i = 0; i < choices_.size(); ++i) uses_->removeRow(0);
    choices_.clear();
    const core::Scenario* scenario = document_.scenario();
    make_->setEnabled(scenario != nullptr && usage_ != nullptr);
    if (scenario == nullptr) {
        hint_->setText(tr("Open a scenario first: its meters are what columns are chosen for."));
        return;
    }
    hint_->setText(tr("Which column holds each meter's quantity of a user and month, for %1.")
                       .arg(text(scenario->name)));
    if (!usage_) return;
    if (usage_->period && *usage_->period != core::PeriodKind::Month)
        hint_->setText(hint_->text() + " " +
                       tr("These rows are not months: meter the log by month for a segment."));
    for (const core::Meter& meter : scenario->meters) {
        MeterChoice choice{meter.id, new QComboBox(this), new QComboBox(this)};
        choice.column->addItem(tr("— not used —"));
        for (const std::string& name : usage_->table->header) choice.column->addItem(text(name));
        choice.column->setObjectName("column." + text(meter.id));
        choice.law->setObjectName("law." + text(meter.id));
        choice.law->setAccessibleName(tr("How %1 is drawn").arg(text(meter.id)));
        const auto known = std::ranges::find(before, meter.id, &std::pair<std::string, QString>::first);
        const QString wanted = known != before.end() ? known->second : text(meter.id);
        choice.column->setCurrentIndex(std::max(0, choice.column->findText(wanted, Qt::MatchFixedString)));
        connect(choice.column, &QComboBox::currentIndexChanged, this, &SegmentForm::refreshLaws);
        auto* both = new QHBoxLayout;
        both->addWidget(choice.column, 1);
        both->addWidget(choice.law, 1);
        uses_->insertRow(static_cast<int>(choices_.size()), text(meter.id), both);
        choices_.push_back(choice);
    }
    refreshLaws();
}

void SegmentForm::refreshLaws() {
    for (const MeterChoice& choice : choices_) {
        const bool wasFitted = choice.law->currentIndex() > 0;
        choice.law->clear();
        choice.law->addItem(tr("as measured"));
        choice.law->setItemData(0, tr("The values themselves are drawn again"), Qt::ToolTipRole);
        const std::optional<std::size_t> column = columnOf(choice);
        choice.law->setVisible(column.has_value());
        if (!column) continue;
        const auto fit = fits_.find(*column);
        QString why = tr("Families are being fitted…");
        if (fit != fits_.end()) {
            why = fit->second ? text(fit->second->fit.proposal.why) : tr("This column holds no usage.");
            if (fit->second && fit->second->fit.proposal.kind == sim::Proposal::Kind::Family) {
                const std::string name(sim::familyName(fit->second->fit.proposal.law.family));
                choice.law->addItem(tr("as fitted: %1").arg(text(name)));
                choice.law->setItemData(1, why, Qt::ToolTipRole);
                if (wasFitted) choice.law->setCurrentIndex(1);
            }
        }
        choice.law->setEnabled(choice.law->count() > 1);
        choice.law->setToolTip(why);
    }
}

std::optional<std::size_t> SegmentForm::columnOf(const MeterChoice& choice) const {
    if (choice.column->currentIndex() <= 0) return std::nullopt;
    return static_cast<std::size_t>(choice.column->currentIndex() - 1);
}

core::SegmentEdit SegmentForm::edit() const {
    return replace_->isChecked() ? core::SegmentEdit::Replace : core::SegmentEdit::Append;
}

core::MeasuredSegment SegmentForm::segment() const {
    core::MeasuredSegment segment;
    segment.id = id_->text().toStdString();
    segment.weight = weight_->value();
    std::vector<std::size_t> columns;
    for (const MeterChoice& choice : choices_) {
        const std::optional<std::size_t> column = columnOf(choice);
        if (!column) continue;
        columns.push_back(*column);
        core::ColumnUse use{choice.meter, usage_->table->header[*column]};
        if (choice.law->currentIndex() > 0)
            use.law = sim::proposalLines(fits_.at(*column)->fit, usage_->title);
        segment.columns.push_back(std::move(use));
    }
    if (!together_->isChecked()) return segment;
    for (const sim::ColumnCorrelation& pair : sim::columnCorrelations(*usage_->table, columns)) {
        const auto meterOf = [&](std::size_t column) {
            const auto at = std::ranges::find(columns, column) - columns.begin();
            return segment.columns[static_cast<std::size_t>(at)].meter;
        };
        const double shown = std::round(1000.0 * pair.spearman) / 1000.0;  // the file stays readable
        segment.correlations.push_back({meterOf(pair.first), meterOf(pair.second), shown});
    }
    return segment;
}

}  // namespace breakeven::ui
