#include "ui/pages/message_bar.hpp"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include "ui/format/number_format.hpp"
#include "ui/theme/theme.hpp"

namespace breakeven::ui {

MessageBar::MessageBar(QWidget* parent) : QFrame(parent) {
    sign_ = new QLabel(this);
    words_ = new QLabel(this);
    words_->setObjectName("message");
    words_->setWordWrap(true);
    words_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    words_->setTextFormat(Qt::PlainText);
    auto* close = new QToolButton(this);
    close->setText("✕");
    close->setAutoRaise(true);
    close->setToolTip(tr("Close this message"));
    close->setAccessibleName(tr("Close this message"));
    connect(close, &QToolButton::clicked, this, &MessageBar::clear);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 6, 6, 6);
    layout->addWidget(sign_, 0, Qt::AlignTop);
    layout->addWidget(words_, 1);
    layout->addWidget(close, 0, Qt::AlignTop);
    setFrameShape(QFrame::StyledPanel);
    hide();
}

void MessageBar::tell(const QString& message) {
    show(message, false);
}

void MessageBar::complain(const QString& problem, const QString& remedy) {
    show(remedy.isEmpty() ? problem : problem + "\n" + remedy, true);
}

void MessageBar::complain(const core::Diagnostic& diagnostic) {
    QString place = text(diagnostic.where.file);
    if (diagnostic.where.line > 0)
        place += QString(":%1:%2").arg(diagnostic.where.line).arg(diagnostic.where.column);
    complain(place + ": " + text(diagnostic.problem), text(diagnostic.remedy));
}

void MessageBar::clear() {
    words_->clear();
    hide();
}

QString MessageBar::message() const {
    return words_->text();
}

void MessageBar::show(const QString& message, bool isProblem) {
    isProblem_ = isProblem;
    words_->setText(message);
    sign_->setText(isProblem ? "⚠" : "✓");
    colour();
    QFrame::show();
}

void MessageBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && sign_ != nullptr) colour();
}

void MessageBar::colour() {
    const Colours colours = coloursOf(palette());
    QPalette p = sign_->palette();
    p.setColor(QPalette::WindowText, isProblem_ ? colours.loss : colours.gain);
    sign_->setPalette(p);
}

}  // namespace breakeven::ui
