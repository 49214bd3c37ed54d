#include "app/cli/shard.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "app/wiring/files.hpp"
#include "app/wiring/pending_file.hpp"
#include "app/wiring/stored_usage.hpp"
#include "sim/engine/shards.hpp"

namespace breakeven::app {
namespace {

core::Diagnostic wrongOption(const std::string& option, std::string problem, std::string remedy) {
    return {core::Severity::Error, {option, 0, 0}, std::move(problem), std::move(remedy)};
}

/// I/N with 1 <= I <= N.
std::optional<sim::Shard> shardOf(const std::string& text) {
    sim::Shard shard;
    const char* const end = text.data() + text.size();
    const auto index = std::from_chars(text.data(), end, shard.index);
    if (index.ec != std::errc() || index.ptr == end || *index.ptr != '/') return std::nullopt;
    const auto count = std::from_chars(index.ptr + 1, end, shard.count);
    const bool isShard = count.ec == std::errc() && count.ptr == end && shard.index >= 1 &&
                         shard.index <= shard.count && shard.count <= sim::kMostShards;
    return isShard ? std::optional(shard) : std::nullopt;
}

/// All that does not go together with --shard.
std::vector<core::Diagnostic> problemsOf(const ShardOptions& options) {
    std::vector<core::Diagnostic> problems;
    if (options.shard.empty())
        problems.push_back(
            wrongOption("--out", "there is no part to be written", "name it with --shard I/N"));
    if (options.out.empty())
        problems.push_back(
            wrongOption("--shard", "the part needs a file to go into", "name it with --out PART"));
    if (!options.shard.empty() && !shardOf(options.shard))
        problems.push_back(wrongOption(
            "--shard " + options.shard, "this names no part",
            fmt::format("write I/N, such as 2/8, with I from 1 to N and N up to {}", sim::kMostShards)));
    if (options.paths.size() != 1)
        problems.push_back(wrongOption("--shard", "a part is of one scenario", "name one FILE"));
    if (hasRanks())
        problems.push_back(wrongOption("--shard", "the ranks of this job share the work already",
                                       "leave out --shard, or mpirun"));
    if (!options.targetError.empty())
        problems.push_back(wrongOption(
            "--target-error", "how many worlds or users are added depends on the result of all parts",
            "choose --users and --worlds yourself; a small run says how wide its "
            "interval is"));
    const ConclusionOptions& later = options.conclusion;
    const std::pair<const char*, bool> ofMerge[] = {{"--csv", !later.csv.empty()},
                                                    {"--label", !later.label.empty()},
                                                    {"--fail-if", !later.failIf.empty()},
                                                    {"--json", later.json}};
    for (const auto& [option, isGiven] : ofMerge) {
        if (isGiven)
            problems.push_back(wrongOption(option, "a part has no result", "give it to `breakeven merge`"));
    }
    return problems;
}

}  // namespace

int runShard(const ShardOptions& options) {
    const std::vector<core::Diagnostic> problems = problemsOf(options);
    printDiagnostics(problems);
    if (!problems.empty()) return kBadInput;
    const sim::Shard shard = *shardOf(options.shard);
    const core::ScenarioReading reading = core::readScenarioFile(options.paths.front(), options.overrides,
                                                                 storedUsage(options.conclusion.database));
    printDiagnostics(reading);
    if (!reading.scenario || !isSimulatable(reading)) return kBadInput;

    PendingFile file(options.out);  // a place that can't be written is told before the work
    std::optional<sim::PartFile> part;
    const std::string startedAt = nowUtc();
    const std::int64_t milliseconds =
        showing(options.threads, options.conclusion.quiet, reading.scenario->currency,
                [&](const sim::Hooks& hooks) { part = sim::simulateShard(*reading.scenario, shard, hooks); });
    if (!part) {
        tell("interrupted: a part is kept whole or not at all\n");
        return kInterrupted;
    }
    part->record.startedAt = startedAt;
    part->record.durationMs = milliseconds;
    part->record.threads = options.threads;
    const std::string bytes = sim::partBytes(*part);
    file.write(bytes);
    file.keep();
    if (!options.conclusion.quiet)
        tell("part {}/{} of run {} kept in {} ({:.1f} MB) after {:.1f} s\n", shard.index, shard.count,
             part->manifest.run, options.out, 1e-6 * static_cast<double>(bytes.size()),
             1e-3 * static_cast<double>(milliseconds));
    return kDone;
}

}  // namespace breakeven::app
