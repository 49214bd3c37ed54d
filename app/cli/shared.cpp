#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "app/cli/commands.hpp"
#include "app/cli/interrupt.hpp"
#include "app/wiring/files.hpp"
#include "db/sqlite_run_store.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/report/live_text.hpp"
#include "sim/report/results_table.hpp"
#include "sim/report/verdict.hpp"

namespace breakeven::app {
namespace {

// The process's, as MPI itself is.
sim::Ranks* allRanks = nullptr;

/// Characters, not bytes, of UTF-8 text.
std::size_t widthOf(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(const std::string& text, std::size_t width, bool isLeft) {
    const std::string space(width - std::min(width, widthOf(text)), ' ');
    return isLeft ? text + space : space + text;
}

}  // namespace

std::string tableText(const sim::Table& table) {
    std::vector<std::size_t> widths;
    bool hasUnits = false;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        std::size_t width = std::max(widthOf(table.columns[c].title), widthOf(table.columns[c].unit));
        for (const auto& row : table.rows) width = std::max(width, widthOf(row[c].text));
        widths.push_back(width);
        hasUnits = hasUnits || !table.columns[c].unit.empty();
    }
    const auto line = [&](auto cell) {
        std::string text;
        for (std::size_t c = 0; c < widths.size(); ++c)
            text += padded(cell(c), widths[c], table.columns[c].isText) + "  ";
        return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
    };
    std::string text = line([&](std::size_t c) { return table.columns[c].title; });
    if (hasUnits) text += line([&](std::size_t c) { return table.columns[c].unit; });
    for (const auto& row : table.rows) text += line([&](std::size_t c) { return row[c].text; });
    return text;
}

void printDiagnostics(const core::ScenarioReading& reading) {
    for (const core::Diagnostic& item : reading.diagnostics) {
        const bool isHere = item.where.file == reading.file;
        tell("{}", core::formatDiagnostic(item, isHere ? reading.text : ""));
    }
}

void printDiagnostics(const std::vector<core::Diagnostic>& diagnostics) {
    for (const core::Diagnostic& item : diagnostics) tell("{}", core::formatDiagnostic(item));
}

bool isSimulatable(const core::ScenarioReading& reading) {
    const auto& terms = reading.scenario->exactOnly;
    for (const core::Diagnostic& item : terms)
        tell("{}", core::formatDiagnostic(item, item.where.file == reading.file ? reading.text : ""));
    return terms.empty();
}

std::string resultText(const sim::RunResult& result, const core::Scenario* scenario) {
    const sim::Verdict verdict = scenario != nullptr ? sim::verdict(result, *scenario) : sim::verdict(result);
    std::string text =
        fmt::format("{}: {}\n\n{}\n", result.manifest.scenario, result.manifest.question, verdict.headline);
    for (const std::string& note : verdict.notes) text += fmt::format("- {}\n", note);
    text += "\n" + tableText(sim::planTable(result));
    // Two metrics answer "which plan, by how much, how sure"; differences.csv has them all.
    sim::Table differences = sim::differenceTable(result);
    std::erase_if(differences.rows, [](const auto& row) {
        return row[2].text != "margin_per_user" && row[2].text != "probability_plan_loses";
    });
    if (!differences.rows.empty()) text += "\n" + tableText(differences);
    // These seven cover every closed form's path; metrics.csv has them all.
    sim::Table exact = sim::exactTable(result);
    std::erase_if(exact.rows, [](const auto& row) {
        constexpr std::array kShown{"revenue_per_user",       "cost_per_user",    "loss_making_users",
                                    "cross_subsidy_per_user", "touched_by_limit", "cost_gini",
                                    "probability_pool_loses"};
        return std::ranges::find(kShown, row[1].text) == kShown.end();
    });
    if (!exact.rows.empty()) text += "\n" + tableText(exact);
    return text;
}

void simulateOn(sim::Ranks* ranks) {
    allRanks = ranks;
}

bool hasRanks() {
    return allRanks != nullptr;
}

std::int64_t showing(int threads, bool quiet, const std::string& currency,
                     const std::function<void(const sim::Hooks&)>& work) {
    using Clock = std::chrono::steady_clock;
    const bool isShown = !quiet && ::isatty(STDERR_FILENO) == 1;
    std::stop_source stop;
    const InterruptWatch watch;
    const auto start = Clock::now();
    auto last = start;
    sim::Hooks hooks;
    hooks.threads = threads;
    hooks.stop = stop.get_token();
    hooks.progress = [&](const sim::Progress& progress) {
        if (watch.isInterrupted()) stop.request_stop();
        const auto now = Clock::now();
        if (!isShown || now - last < std::chrono::milliseconds(100)) return;
        last = now;
        const double seconds = std::chrono::duration<double>(now - start).count();
        const double share =
            static_cast<double>(progress.userMonthsDone) / static_cast<double>(progress.userMonthsTotal);
        const auto filled = static_cast<std::size_t>(share * 30.0);
        tell("\r[{}{}] {:3.0f} %  {:.1f} million user-months/s  {:.0f} s left ", std::string(filled, '#'),
             std::string(30 - filled, '.'), 100.0 * share,
             1e-6 * static_cast<double>(progress.userMonthsDone) / seconds, seconds * (1.0 - share) / share);
        if (progress.live) tell(" {}\033[K", sim::liveText(*progress.live, currency));
        std::fflush(stderr);
    };
    work(hooks);
    if (isShown) tell("\r\033[K");
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
}

std::shared_ptr<const sim::RunResult> simulateShowing(const core::Scenario& scenario, int threads, bool quiet,
                                                      std::int64_t& milliseconds) {
    std::shared_ptr<const sim::RunResult> result;
    milliseconds = showing(threads, quiet, scenario.currency, [&](const sim::Hooks& hooks) {
        result = hasRanks() ? allRanks->simulate(scenario, hooks) : sim::simulate(scenario, hooks);
    });
    if (hasRanks() && result->cancelled)
        tell("the job was ended: a rank died, or it was stopped from outside\n");
    return result;
}

sim::RunRecord recordOf(const core::Scenario& scenario, const std::shared_ptr<const sim::RunResult>& result,
                        const std::string& label, int threads, std::int64_t milliseconds) {
    sim::RunRecord record = sim::recordOf(scenario, result);
    record.label = label;
    record.startedAt = nowUtc();
    record.durationMs = milliseconds;
    record.threads = threads;
    return record;
}

void checkLabel(const std::string& label) {
    if (label != "latest" && !label.starts_with('#')) return;
    throw core::Error(core::Error::Kind::Input,
                      {core::Severity::Error,
                       {"--label " + label, 0, 0},
                       "this names a run by its time or number already",
                       "choose a label that is not `latest` and has no # in front"});
}

std::vector<core::Override> overridesOf(const std::vector<std::string>& texts) {
    std::vector<core::Override> overrides;
    for (const std::string& text : texts) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos || equals == 0) {
            throw core::Error(core::Error::Kind::Input, {core::Severity::Error,
                                                         {"--set " + text, 0, 0},
                                                         "there is no KEY=VALUE here",
                                                         "write --set plan.pro.fee=150"});
        }
        overrides.push_back({text.substr(0, equals), text.substr(equals + 1)});
    }
    return overrides;
}

void writeOne(const std::string& path, std::string bytes) {
    const std::filesystem::path place = path;
    writeFiles(place.has_parent_path() ? place.parent_path().string() : ".",
               {{place.filename().string(), std::move(bytes)}});
}

std::unique_ptr<sim::RunStore> openStore(const std::string& path) {
    return std::make_unique<db::SqliteRunStore>(path.empty() ? defaultStorePath() : path);
}

}  // namespace breakeven::app
