#include <algorithm>

#include "app/cli/commands.hpp"
#include "app/cli/conclusion.hpp"
#include "app/wiring/replay.hpp"
#include "core/text/file_bytes.hpp"
#include "sim/engine/shards.hpp"
#include "sim/report/results_json.hpp"

namespace breakeven::app {
namespace {

struct MergeOptions {
    std::vector<std::string> files;
    ConclusionOptions conclusion;
};

sim::PartFile partOf(const std::string& file) {
    constexpr std::uintmax_t kLargest = std::uintmax_t{16} << 30;
    return sim::readPart(core::fileBytes(file, kLargest), file);
}

/// Everything of the parts but what they found, of which one at a time is enough.
/// @return none when a file is no good part, all reasons on standard error
std::optional<std::vector<sim::NamedPart>> heads(const std::vector<std::string>& files) {
    std::vector<sim::NamedPart> parts;
    for (const std::string& file : files) {
        try {
            parts.push_back({file, partOf(file)});
            parts.back().part.packed.clear();
        } catch (const core::Error& error) {
            if (error.kind() == core::Error::Kind::System) throw;
            tell("{}", core::formatDiagnostic(error.diagnostic()));
        }
    }
    if (parts.size() < files.size()) return std::nullopt;
    const std::vector<core::Diagnostic> problems = sim::partProblems(parts);
    printDiagnostics(problems);
    if (!problems.empty()) return std::nullopt;
    return parts;
}

int merge(const MergeOptions& options) {
    Conclusion conclusion(options.conclusion);
    if (!conclusion.isGood()) return kBadInput;
    const std::optional<std::vector<sim::NamedPart>> parts = heads(options.files);
    if (!parts) return kBadInput;
    const auto first =
        std::ranges::find(*parts, 1U, [](const auto& named) { return named.part.shard.index; });
    const core::ScenarioReading reading = scenarioOf(first->part.record);
    printDiagnostics(reading);
    if (!reading.scenario || !conclusion.fits(*reading.scenario)) return kBadInput;
    const core::Scenario& scenario = *reading.scenario;
    conclusion.openStore();

    sim::PartMerger merger(scenario);
    std::int64_t milliseconds = 0;
    int threads = 0;
    for (const sim::NamedPart& head : *parts) {
        const sim::NamedPart named{head.file, partOf(head.file)};
        merger.add(named);
        milliseconds += named.part.record.durationMs;
        threads = std::max(threads, named.part.record.threads);
    }
    const auto result = std::move(merger).result();
    const int status = conclusion.conclude(scenario, result, options.conclusion.csv, threads, milliseconds);
    if (options.conclusion.json) fmt::print("{}", sim::resultsJson(*result));
    return status;
}

}  // namespace

void addMerge(CLI::App& cli, Action& action) {
    CLI::App* command =
        cli.add_subcommand("merge", "Puts the parts of a run together, prints the verdict and keeps the run");
    command->footer("Example: breakeven merge part1 part2 part3 --csv results");
    auto options = std::make_shared<MergeOptions>();
    command->add_option("PART", options->files, "all parts that `run --shard` wrote, in any order")
        ->required();
    addConclusionOptions(*command, options->conclusion);
    command->callback([options, &action] { action = [options] { return merge(*options); }; });
}

}  // namespace breakeven::app
