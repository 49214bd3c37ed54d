#include "ui/pages/verdict_card.hpp"

#include <QEvent>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/format/number_format.hpp"
#include "ui/theme/theme.hpp"

namespace breakeven::ui {
namespace {

constexpr int kStripe = 6;

QLabel* readable(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label->setFocusPolicy(Qt::NoFocus);
    return label;
}

}  // namespace

VerdictCard::VerdictCard(QWidget* parent) : QFrame(parent) {
    outcome_ = new QLabel(this);
    headline_ = readable(this);
    notes_ = readable(this);
    caption_ = readable(this);
    headline_->setObjectName("verdictHeadline");
    QFont small = outcome_->font();
    small.setBold(true);
    small.setPointSizeF(small.pointSizeF() * 0.9);
    small.setLetterSpacing(QFont::PercentageSpacing, 106.0);
    outcome_->setFont(small);
    QFont large = headline_->font();
    large.setPointSizeF(large.pointSizeF() * 1.35);
    large.setBold(true);
    headline_->setFont(large);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kStripe + 14, 10, 14, 10);
    layout->setSpacing(4);
    layout->addWidget(outcome_);
    layout->addWidget(headline_);
    layout->addWidget(notes_);
    layout->addWidget(caption_);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    colour();
}

QString VerdictCard::headline() const {
    return headline_->text();
}

void VerdictCard::show(const sim::Verdict& verdict, const QString& caption) {
    state_ = State::Uncertain;
    if (!verdict.plans.empty()) {
        switch (verdict.plans.front().outcome) {
            case sim::PlanVerdict::Outcome::Loses:
                state_ = State::Loses;
                break;
            case sim::PlanVerdict::Outcome::Carries:
                state_ = State::Carries;
                break;
            case sim::PlanVerdict::Outcome::Uncertain:
                break;
        }
    }
    switch (state_) {
        case State::Loses:
            outcome_->setText(tr("▼ LOSES MONEY"));
            break;
        case State::Carries:
            outcome_->setText(tr("▲ CARRIES ITS COST"));
            break;
        default:
            outcome_->setText(tr("◆ UNCERTAIN"));
    }
    headline_->setText(text(verdict.headline));
    QStringList notes;
    for (const std::string& note : verdict.notes) notes << "•  " + text(note);
    notes_->setText(notes.join('\n'));
    notes_->setVisible(!notes.isEmpty());
    caption_->setText(caption);
    caption_->setVisible(!caption.isEmpty());
    outcome_->show();
    colour();
}

void VerdictCard::showMessage(const QString& headline, const QString& caption) {
    state_ = State::None;
    outcome_->hide();
    notes_->hide();
    headline_->setText(headline);
    caption_->setText(caption);
    caption_->setVisible(!caption.isEmpty());
    colour();
}

void VerdictCard::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && caption_ != nullptr) colour();
}

void VerdictCard::colour() {
    const Colours colours = coloursOf(palette());
    const auto tint = [](QLabel* label, const QColor& colour) {
        QPalette p = label->palette();
        p.setColor(QPalette::WindowText, colour);
        label->setPalette(p);
    };
    tint(caption_, colours.muted);
    switch (state_) {
        case State::Loses:
            tint(outcome_, colours.loss);
            break;
        case State::Carries:
            tint(outcome_, colours.gain);
            break;
        default:
            tint(outcome_, colours.caution);
    }
    update();
}

void VerdictCard::paintEvent(QPaintEvent* event) {
    QFrame::paintEvent(event);
    const Colours colours = coloursOf(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(colours.grid);
    painter.setBrush(colours.panel);
    painter.drawRoundedRect(rect().adjusted(0, 0, -1, -1), 6, 6);
    QColor stripe = colours.muted;
    if (state_ == State::Loses) stripe = colours.loss;
    if (state_ == State::Uncertain) stripe = colours.caution;
    if (state_ == State::Carries) stripe = colours.gain;
    painter.setPen(Qt::NoPen);
    painter.setBrush(stripe);
    painter.drawRoundedRect(QRect(0, 0, kStripe, height()), 3, 3);
}

}  // namespace breakeven::ui
