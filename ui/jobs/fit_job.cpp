#include "ui/jobs/fit_job.hpp"

namespace breakeven::ui {
namespace {

/// A person waits for these: p-values down to 1 % are enough to tell whether a family fits.
sim::FitSettings settingsFor(std::size_t rows) {
    constexpr std::size_t kFewRows = 2'000;
    sim::FitSettings settings;
    settings.draws = rows <= kFewRows ? 199 : 39;
    return settings;
}

}  // namespace

FitJob::FitJob(QObject* parent) : QObject(parent) {
    timer_.setInterval(kPollMs);
    connect(&timer_, &QTimer::timeout, this, &FitJob::poll);
}

void FitJob::start(std::shared_ptr<const LoadedUsage> usage, std::vector<std::size_t> columns) {
    work_.start([usage = std::move(usage), columns = std::move(columns)](const std::stop_token& stop,
                                                                         const auto& tell) {
        for (const std::size_t column : columns) {
            if (stop.stop_requested()) return;
            const sim::UsageColumn& values = usage->analysis.columns[column];
            auto fit =
                sim::fitColumn(*usage->table, values, usage->title, settingsFor(values.ascending.size()));
            tell({column, fit ? std::make_shared<const sim::ColumnFit>(std::move(*fit)) : nullptr});
        }
    });
    timer_.start();
}

void FitJob::stop() {
    timer_.stop();
    work_.stopAndJoin();
}

void FitJob::poll() {
    WorkThread<News>::Look look = work_.look();
    if (look.isOver) timer_.stop();
    for (const News& item : look.news) emit fitted(item.first, item.second);
    if (look.failure) emit failed(*look.failure);
}

}  // namespace breakeven::ui
