#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "app/cli/commands.hpp"
#include "app/cli/interrupt.hpp"
#include "app/wiring/files.hpp"
#include "app/wiring/log_files.hpp"
#include "app/wiring/pending_file.hpp"
#include "core/metering/anchors.hpp"
#include "core/metering/intake_text.hpp"
#include "core/metering/meter_logs.hpp"
#include "core/scenario/stored_table.hpp"
#include "core/text/file_bytes.hpp"

namespace breakeven::app {
namespace {

constexpr std::size_t kMostMapBytes = 1U << 20;
constexpr std::size_t kMostAnchorBytes = 256U << 20;

struct MeterOptions {
    std::vector<std::string> logs, meters, where, groupBy;
    std::string format, map, subject, subjectValue, time, timeValue, timeZone, id, source, delimiter;
    std::string period = "month", zone = "UTC", anchors, keyFile, out, rejects, marks, store, database;
    bool replace = false, noHeader = false, decimalComma = false, strict = false, json = false, quiet = false;
    int threads = 0;
    std::size_t idMemoryMib = 1024;
};

core::Error wrongUse(const std::string& option, std::string problem, std::string remedy) {
    return {core::Error::Kind::Input,
            {core::Severity::Error, {option, 0, 0}, std::move(problem), std::move(remedy)}};
}

/// Options override what the map file says.
core::MeterMap mapOf(const MeterOptions& options, std::vector<core::Diagnostic>& diagnostics) {
    core::MeterMap map;
    if (!options.map.empty()) {
        core::MeterMapReading reading =
            core::readMeterMap(core::fileBytes(options.map, kMostMapBytes), options.map);
        diagnostics.insert(diagnostics.end(), reading.diagnostics.begin(), reading.diagnostics.end());
        if (reading.map) map = std::move(*reading.map);
    }
    if (!options.format.empty()) map.format = core::logFormatOf(options.format);
    if (!options.delimiter.empty())
        map.delimiter = options.delimiter == "\\t" ? '\t' : options.delimiter.front();
    if (options.noHeader) map.hasHeader = false;
    if (options.decimalComma) map.isDecimalComma = true;
    if (!options.subject.empty()) {
        map.subject = options.subject;
        map.subjectValue.reset();
    }
    if (!options.subjectValue.empty()) {
        map.subjectValue = options.subjectValue;
        map.subject.clear();
    }
    if (!options.time.empty()) {
        map.time = options.time;
        map.timeValue.reset();
    }
    if (!options.timeValue.empty()) {
        const auto time = core::parseTime(options.timeValue);
        if (!time)
            throw wrongUse("--time-value", fmt::format("\"{}\" is no time", options.timeValue),
                           "write 2026-01-01 or 2026-01-01T00:00:00Z");
        map.timeValue = time->instant;
        map.time.clear();
    }
    if (!options.timeZone.empty()) map.timeZone = options.timeZone;
    if (!options.id.empty()) map.id = options.id;
    if (!options.source.empty()) map.source = options.source;
    if (!options.meters.empty()) map.meters.clear();
    for (const std::string& text : options.meters)
        if (const auto rule = core::readMeterRule(text, "--meter", diagnostics)) map.meters.push_back(*rule);
    for (const core::MeterRule& rule : map.meters)
        if (std::ranges::count(map.meters, rule.id, &core::MeterRule::id) > 1)
            throw wrongUse("--meter", fmt::format("two meters are named \"{}\"", rule.id), "rename one");
    return map;
}

/// --where and --group-by hold for all meters, those of the format too.
void applyToAll(const MeterOptions& options, core::MeterMap& map) {
    if (options.where.empty() && options.groupBy.empty()) return;
    if (map.meters.empty() && map.format) map = core::withDefaults(map, *map.format);
    if (map.meters.empty())
        throw wrongUse("--group-by", "it is not known yet which meters there are",
                       "name them with --meter, or the log's format with --format");
    for (core::MeterRule& rule : map.meters) {
        for (const std::string& text : options.where) {
            const std::size_t equals = text.find('=');
            if (equals == std::string::npos || equals == 0)
                throw wrongUse("--where", fmt::format("\"{}\" is no COLUMN=VALUE", text),
                               "write --where model=o1");
            const std::string column = text.substr(0, equals);
            const auto known = std::ranges::find(rule.where, column, &core::RowFilter::column);
            if (known != rule.where.end()) {
                known->values.push_back(text.substr(equals + 1));
            } else {
                rule.where.push_back({column, {text.substr(equals + 1)}, false});
            }
        }
        if (!options.groupBy.empty()) rule.groupBy = options.groupBy;
    }
}

core::MeterJob jobOf(const MeterOptions& options, std::vector<core::Diagnostic>& diagnostics) {
    core::MeterJob job;
    job.files = logFiles(options.logs);
    job.map = mapOf(options, diagnostics);
    applyToAll(options, job.map);
    job.period = options.period == "day"    ? core::PeriodKind::Day
                 : options.period == "week" ? core::PeriodKind::Week
                                            : core::PeriodKind::Month;
    job.zone = options.zone;
    if (!options.anchors.empty()) {
        if (job.period != core::PeriodKind::Month)
            throw wrongUse("--anchors", "only months have an anchor day", "leave out --period");
        if (auto anchors = core::readAnchors(core::fileBytes(options.anchors, kMostAnchorBytes),
                                             options.anchors, diagnostics))
            job.anchors = std::move(*anchors);
    }
    if (!options.keyFile.empty()) {
        job.subjectKey = core::fileBytes(options.keyFile, kMostMapBytes);
        while (job.subjectKey->ends_with('\n') || job.subjectKey->ends_with('\r')) job.subjectKey->pop_back();
        if (job.subjectKey->size() < 16)
            throw wrongUse(options.keyFile, "the key has fewer than 16 bytes",
                           "make one with: head -c 32 /dev/urandom | base64");
    }
    job.isStrict = options.strict;
    job.hashesFiles = !options.store.empty();
    job.threads = options.threads;
    job.idMemoryBytes = options.idMemoryMib << 20;
    if (const char* folder = std::getenv("TMPDIR"); folder != nullptr && *folder != '\0')
        job.temporaryFolder = folder;
    return job;
}

core::Metering meterShowing(const core::MeterJob& job, bool isQuiet, PendingFile* rejects) {
    using Clock = std::chrono::steady_clock;
    const bool isShown = !isQuiet && ::isatty(STDERR_FILENO) == 1;
    std::stop_source stop;
    const InterruptWatch watch;
    const auto start = Clock::now();
    auto last = start;
    core::MeterHooks hooks;
    hooks.stop = stop.get_token();
    if (rejects != nullptr) hooks.rejected = [rejects](std::string_view rows) { rejects->write(rows); };
    hooks.progress = [&](std::uint64_t bytes, std::uint64_t rows) {
        if (watch.isInterrupted()) stop.request_stop();
        const auto now = Clock::now();
        if (!isShown || now - last < std::chrono::milliseconds(100)) return;
        last = now;
        const double seconds = std::chrono::duration<double>(now - start).count();
        tell("\r{:.1f} million rows, {:.0f} MB, {:.0f} MB/s ", 1e-6 * static_cast<double>(rows),
             1e-6 * static_cast<double>(bytes), 1e-6 * static_cast<double>(bytes) / seconds);
    };
    core::Metering metering = core::meterLogs(job, hooks);
    if (isShown) tell("\r\033[K");
    metering.isStopped = metering.isStopped || watch.isInterrupted();
    return metering;
}

int meter(const MeterOptions& options) {
    // A store that can't take the table is told before a long reading, not after it.
    if (!options.store.empty()) {
        core::checkTableName(options.store, "--store");
        static_cast<void>(openStore(options.database));
    } else if (options.replace) {
        throw wrongUse("--replace", "there is no --store to replace a table in", "add --store NAME");
    }
    std::vector<core::Diagnostic> diagnostics;
    const core::MeterJob job = jobOf(options, diagnostics);
    printDiagnostics(diagnostics);
    if (core::hasErrors(diagnostics)) return kBadInput;
    std::unique_ptr<PendingFile> rejects;
    if (!options.rejects.empty()) rejects = std::make_unique<PendingFile>(options.rejects);
    const core::Metering metering = meterShowing(job, options.quiet, rejects.get());
    if (metering.isStopped) {
        tell("interrupted: nothing was written\n");
        return kInterrupted;
    }
    if (options.json) {
        fmt::print("{}", core::intakeJson(metering.report));
    }
    if (!options.quiet && metering.report.rows > 0) tell("{}", core::intakeText(metering.report));
    printDiagnostics(metering.diagnostics);
    if (rejects) rejects->keep();
    if (!metering.usage) return kBadInput;
    if (!options.out.empty()) {
        writeOne(options.out, core::usageCsv(*metering.usage));
    } else if (!options.json && options.store.empty()) {
        fmt::print("{}", core::usageCsv(*metering.usage));
    }
    if (!options.marks.empty()) writeOne(options.marks, core::marksCsv(*metering.usage));
    if (!options.store.empty())
        keepTable(options.database, options.store, sim::usageTableOf(metering), options.replace);
    return kDone;
}

}  // namespace

void addMeter(CLI::App& cli, Action& action) {
    CLI::App* command = cli.add_subcommand("meter", "Turns logs into usage per subject and billing period");
    command->footer(
        "Examples:\n"
        "  breakeven meter events.csv --subject user --time at --id id --meter output_tokens=tokens_out "
        "--out "
        "usage.csv\n"
        "  breakeven meter 'logs/*.jsonl.gz' --map map.toml --zone Europe/Berlin --out usage.csv\n"
        "  breakeven meter ~/.claude/projects --subject-value me --store me-2026-01\n"
        "The first row of an id counts, later ones are duplicates. Rows that can't be read are listed and, "
        "above 1 %, refused.\nMap files and formats: scenarios/METERING.md.");
    auto options = std::make_shared<MeterOptions>();
    command->add_option("LOG", options->logs, "files, globs or folders; - is standard input; .gz is unpacked")
        ->required();
    command->add_option("--format", options->format, "default: found by content")
        ->check(CLI::IsMember(core::logFormatNames()));
    command->add_option("--map", options->map, "what the columns mean (TOML)");
    command->add_option("--subject", options->subject, "column or path of whose usage it is");
    command->add_option("--subject-value", options->subjectValue, "all usage is this subject's");
    command->add_option("--time", options->time, "column or path of the time");
    command->add_option("--time-value", options->timeValue, "all usage is of this time");
    command->add_option("--time-zone", options->timeZone, "of times without an offset; default UTC");
    command->add_option("--id", options->id,
                        "column or path of the event's id: later rows of an id are duplicates");
    command->add_option("--event-source", options->source, "column or path within which ids are unique");
    command
        ->add_option("--meter", options->meters,
                     "NAME=COLUMN, NAME=AGGREGATE(COLUMN) with sum, unique, max, min, latest, average or "
                     "time_weighted, or NAME=count()")
        ->allow_extra_args(false);
    command
        ->add_option("--where", options->where,
                     "COLUMN=VALUE: only such rows; several values of a column: any")
        ->allow_extra_args(false);
    command->add_option("--group-by", options->groupBy, "COLUMN: each of its values is a meter of its own")
        ->allow_extra_args(false);
    command->add_option("--period", options->period, "billing period")
        ->check(CLI::IsMember({"day", "week", "month"}))
        ->capture_default_str();
    command->add_option("--zone", options->zone, "time zone of the billing periods")->capture_default_str();
    command->add_option("--anchors", options->anchors,
                        "CSV subject,anchor: the day of the month on which a subject's period begins");
    command->add_option("--hash-subjects", options->keyFile, "replace subjects by their HMAC under this key");
    command->add_option("--delimiter", options->delimiter, "of CSV; default: found by content");
    command->add_flag("--no-header", options->noHeader, "the CSV has no header; columns are 1, 2, 3 …");
    command->add_flag("--decimal-comma", options->decimalComma, "numbers are written 1,5");
    command->add_flag("--strict", options->strict, "refuse any bad row");
    command->add_option("--rejects", options->rejects, "write rejected rows to this file");
    command->add_option("--marks", options->marks, "write partial periods and gaps to this CSV");
    command->add_option("--out", options->out, "write the usage to this CSV; default: standard output");
    command->add_option("--store", options->store,
                        "keep the usage in the store under this name, for scenarios that say store:NAME");
    command->add_flag("--replace", options->replace,
                      "replace a stored table of this name that holds other rows");
    command->add_option("--db", options->database, "the store; default: runs.sqlite in your data directory");
    command->add_option("--threads", options->threads, "threads; 0: all of the machine")
        ->check(CLI::Range(0, 1024));
    command->add_option("--id-memory", options->idMemoryMib, "MiB of ids in memory; more go to TMPDIR")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 20))
        ->capture_default_str();
    command->add_flag("--json", options->json, "print the report of the intake as JSON");
    command->add_flag("--quiet", options->quiet, "no progress, no report");
    command->callback([options, &action] { action = [options] { return meter(*options); }; });
}

}  // namespace breakeven::app
