#include "ui/pages/figure_row.hpp"

#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/format/number_format.hpp"
#include "ui/theme/theme.hpp"

namespace breakeven::ui {

FigureRow::FigureRow(std::size_t count, QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    for (std::size_t i = 0; i < count; ++i) {
        Card card{new QFrame(this), new QLabel(this), new QLabel(this), new QLabel(this)};
        card.frame->setFrameShape(QFrame::StyledPanel);
        card.frame->setAutoFillBackground(true);
        card.frame->setBackgroundRole(QPalette::Base);
        QFont large = card.number->font();
        large.setPointSizeF(large.pointSizeF() * 1.6);
        large.setBold(true);
        card.number->setFont(large);
        card.number->setTextInteractionFlags(Qt::TextSelectableByMouse);
        QFont small = card.unit->font();
        small.setPointSizeF(small.pointSizeF() * 0.9);
        card.unit->setFont(small);
        auto* column = new QVBoxLayout(card.frame);
        column->setContentsMargins(12, 6, 12, 6);
        column->setSpacing(1);
        column->addWidget(card.title);
        column->addWidget(card.number);
        column->addWidget(card.unit);
        row->addWidget(card.frame, 1);
        cards_.push_back(card);
    }
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    colour();
}

void FigureRow::show(const std::vector<sim::CostFigure>& figures, const QString& unit) {
    const std::size_t shown = std::min(cards_.size(), figures.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const sim::CostFigure& figure = figures[i];
        const Card& card = cards_[i];
        card.title->setText(text(figure.title));
        card.number->setText(text(figure.text));
        card.unit->setText(unit);
        card.frame->setToolTip(text(figure.definition));
        card.frame->setAccessibleName(tr("%1: %2 %3").arg(card.title->text(), card.number->text(), unit));
        card.frame->setAccessibleDescription(text(figure.definition));
    }
}

QString FigureRow::textOf(const QString& title) const {
    const auto card =
        std::ranges::find_if(cards_, [&](const Card& item) { return item.title->text() == title; });
    return card == cards_.end() ? QString() : card->number->text();
}

void FigureRow::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) colour();
}

void FigureRow::colour() {
    for (const Card& card : cards_) {
        for (QLabel* label : {card.title, card.unit}) {
            QPalette soft = label->palette();
            soft.setColor(QPalette::WindowText, coloursOf(palette()).muted);
            label->setPalette(soft);
        }
    }
}

}  // namespace breakeven::ui
