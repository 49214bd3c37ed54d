#include "ui/pages/start_page.hpp"

#include <QCommandLinkButton>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "core/scenario/scenario_reader.hpp"
#include "ui/format/number_format.hpp"

namespace breakeven::ui {
namespace {

QLabel* heading(const QString& words, double size, QWidget* parent) {
    auto* label = new QLabel(words, parent);
    QFont font = label->font();
    font.setPointSizeF(font.pointSizeF() * size);
    font.setBold(true);
    label->setFont(font);
    label->setWordWrap(true);
    return label;
}

}  // namespace

StartPage::StartPage(const std::vector<std::string>& shippedScenarios, QWidget* parent) : QWidget(parent) {
    auto* content = new QWidget(this);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(28, 24, 28, 24);
    column->setSpacing(10);
    column->addWidget(heading(tr("Does this price plan cover what its users cost?"), 1.7, content));
    auto* words =
        new QLabel(tr("Breakeven draws the people behind a subscription, bills the same people under every "
                      "plan, and says with what probability each plan loses money, why, and what price or "
                      "cap would carry it."),
                   content);
    words->setWordWrap(true);
    words->setMaximumWidth(760);
    column->addWidget(words);

    auto* row = new QHBoxLayout;
    auto* open = new QPushButton(tr("Open a scenario…"), content);
    open->setDefault(true);
    open->setToolTip(tr("A scenario is one TOML file: meters, users, costs, plans (Ctrl+O)"));
    connect(open, &QPushButton::clicked, this, &StartPage::openWanted);
    row->addWidget(open);
    row->addStretch(1);
    column->addLayout(row);

    column->addSpacing(10);
    column->addWidget(heading(tr("Scenarios to begin with"), 1.15, content));
    for (const std::string& path : shippedScenarios) {
        const core::ScenarioReading reading = core::readScenarioFile(path);
        const QString name =
            reading.scenario ? text(reading.scenario->name) : QFileInfo(text(path)).baseName();
        const QString question = reading.scenario ? text(reading.scenario->question)
                                                  : tr("This file has errors; open it to see them.");
        auto* card = new QCommandLinkButton(name, question, content);
        card->setObjectName("shipped." + name);
        card->setToolTip(text(path));
        connect(card, &QCommandLinkButton::clicked, this, [this, file = text(path)] { emit chosen(file); });
        column->addWidget(card);
    }
    if (shippedScenarios.empty())
        column->addWidget(new QLabel(tr("No scenario came with this program."), content));

    recentBox_ = new QWidget(content);
    recent_ = new QVBoxLayout(recentBox_);
    recent_->setContentsMargins(0, 10, 0, 0);
    column->addWidget(recentBox_);
    column->addStretch(1);

    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidget(content);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll);
    showRecent({});
}

void StartPage::showRecent(const QStringList& paths) {
    while (QLayoutItem* item = recent_->takeAt(0)) {
        if (item->widget() != nullptr) item->widget()->deleteLater();
        delete item;
    }
    recentBox_->setVisible(!paths.isEmpty());
    if (paths.isEmpty()) return;
    recent_->addWidget(heading(tr("Recently opened"), 1.15, recentBox_));
    for (const QString& path : paths) {
        auto* card = new QCommandLinkButton(QFileInfo(path).fileName(), path, recentBox_);
        card->setEnabled(QFileInfo::exists(path));
        connect(card, &QCommandLinkButton::clicked, this, [this, path] { emit chosen(path); });
        recent_->addWidget(card);
    }
}

}  // namespace breakeven::ui
