#include "ui/jobs/usage_job.hpp"

#include <filesystem>
#include <utility>

#include "core/scenario/stored_table.hpp"
#include "core/text/file_bytes.hpp"

namespace breakeven::ui {
namespace {

constexpr std::uintmax_t kMostBytes = 512U << 20;

/// Names and descriptions of a table whose bytes are in the record. @return why there is none otherwise
template <typename Tell>
void tellTable(LoadedUsage usage, const Tell& tell) {
    core::CsvReading reading = core::readCsv(usage.record.csv, usage.title);
    if (!reading.table) return tell(UsageRefusal{std::move(reading.diagnostics), std::move(usage.intake)});
    usage.analysis = sim::analyseUsage(*reading.table, usage.title);
    usage.table = std::make_shared<const core::CsvTable>(std::move(*reading.table));
    tell(std::make_shared<const LoadedUsage>(std::move(usage)));
}

/// A record of bytes that need not be good usage: the page shows them and says what is wrong.
sim::UsageTableRecord recordOf(std::string csv, const std::string& file) {
    sim::UsageTableReading reading = sim::usageTableOf(csv, file);
    if (reading.record) return std::move(*reading.record);
    sim::UsageTableRecord record;
    record.csv = std::move(csv);
    return record;
}

std::string titleOf(const std::vector<std::string>& files) {
    const std::string first = std::filesystem::path(files.front()).filename().string();
    return files.size() == 1 ? first : first + " +" + std::to_string(files.size() - 1);
}

}  // namespace

UsageJob::UsageJob(const Services& services, QObject* parent) : QObject(parent), services_(services) {
    timer_.setInterval(kPollMs);
    connect(&timer_, &QTimer::timeout, this, &UsageJob::poll);
}

void UsageJob::start(WorkThread<News>::Work work) {
    work_.start(std::move(work));
    timer_.start();
}

void UsageJob::readFile(const std::string& path) {
    start([path](const std::stop_token&, const auto& tell) {
        LoadedUsage usage;
        usage.title = titleOf({path});
        usage.file = path;
        usage.record = recordOf(core::fileBytes(path, kMostBytes), path);
        tellTable(std::move(usage), tell);
    });
}

void UsageJob::readStored(const std::string& name) {
    start([name, open = services_.openUsage](const std::stop_token&, const auto& tell) {
        LoadedUsage usage;
        usage.title = std::string(core::kStoredPrefix) + name;
        usage.stored = name;
        usage.record = recordOf(open()->csv(name), usage.title);
        tellTable(std::move(usage), tell);
    });
}

void UsageJob::meter(core::MeterJob job) {
    job.hashesFiles = true;
    start([job = std::move(job)](const std::stop_token& stop, const auto& tell) {
        core::MeterHooks hooks;
        hooks.stop = stop;
        hooks.progress = [&](std::uint64_t bytes, std::uint64_t rows) { tell(MeterProgress{bytes, rows}); };
        core::Metering metering = core::meterLogs(job, hooks);
        if (metering.isStopped || stop.stop_requested()) return;
        if (!metering.usage)
            return tell(UsageRefusal{std::move(metering.diagnostics), std::move(metering.report)});
        LoadedUsage usage;
        usage.title = titleOf(job.files);
        usage.record = sim::usageTableOf(metering);
        usage.intake = std::move(metering.report);
        usage.period = job.period;
        tellTable(std::move(usage), tell);
    });
}

void UsageJob::stop() {
    timer_.stop();
    work_.stopAndJoin();
}

void UsageJob::poll() {
    WorkThread<News>::Look look = work_.look();
    if (look.isOver) timer_.stop();
    std::optional<MeterProgress> progress;
    for (const News& item : look.news) {
        if (const auto* step = std::get_if<MeterProgress>(&item)) {
            progress = *step;
            continue;
        }
        stop();  // the thread has told its last
        if (const auto* usage = std::get_if<std::shared_ptr<const LoadedUsage>>(&item))
            emit finished(*usage);
        else
            emit refused(std::get<UsageRefusal>(item));
        return;
    }
    if (look.failure)
        emit refused({{*look.failure}, std::nullopt});
    else if (look.isOver)
        emit cancelled();
    else if (progress)
        emit progressed(*progress, look.seconds);
}

}  // namespace breakeven::ui
