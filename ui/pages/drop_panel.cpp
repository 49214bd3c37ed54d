#include "ui/pages/drop_panel.hpp"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace breakeven::ui {

DropPanel::DropPanel(QWidget* parent) : QFrame(parent) {
    setFrameShape(QFrame::StyledPanel);
    setObjectName("data-empty");
    auto* title = new QLabel(tr("Drop a log here"), this);
    QFont large = title->font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setBold(true);
    title->setFont(large);
    auto* words = new QLabel(
        tr("CSV or TSV with any columns, JSON lines, CloudEvents, session logs of Claude Code and Codex, or "
           "API "
           "responses with their usage; gzipped ones too. Its columns are looked at first: you say what "
           "they "
           "mean before anything is counted.\n\n"
           "A usage table, with a row per user and period and a column per meter, is shown at once."),
        this);
    words->setWordWrap(true);
    words->setAlignment(Qt::AlignCenter);
    words->setMaximumWidth(620);
    auto* layout = new QVBoxLayout(this);
    layout->addStretch(2);
    layout->addWidget(title, 0, Qt::AlignCenter);
    layout->addSpacing(8);
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(words, 4);
    row->addStretch(1);
    layout->addLayout(row);
    layout->addStretch(3);
}

}  // namespace breakeven::ui
