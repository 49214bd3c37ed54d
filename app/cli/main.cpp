#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "app/cli/commands.hpp"

namespace {

using namespace breakeven;

int runCommandLine(int argc, char** argv) {
    std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is reported like a full disk
    CLI::App cli("Does this price plan cover what its users cost?", "breakeven");
    cli.set_version_flag("--version", BREAKEVEN_VERSION);
    cli.require_subcommand(1);
    app::Action action;
    app::addCheck(cli, action);
    app::addRun(cli, action);
    app::addMerge(cli, action);
    app::addSweep(cli, action);
    app::addCost(cli, action);
    app::addBill(cli, action);
    app::addConformance(cli, action);
    app::addFit(cli, action);
    app::addFacts(cli, action);
    app::addMeter(cli, action);
    app::addPrices(cli, action);
    app::addUsage(cli, action);
    app::addStoreCommands(cli, action);
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int status = cli.exit(error);
        return status == 0 ? app::kDone : app::kBadInput;
    }
    try {
        const int status = action();
        if (std::fflush(stdout) != 0)
            throw core::Error(
                core::Error::Kind::System,
                {core::Severity::Error, {"standard output", 0, 0}, "can't be written", "is the disk full?"});
        return status;
    } catch (const core::Error& error) {
        app::tell("{}", core::formatDiagnostic(error.diagnostic()));
        return error.kind() == core::Error::Kind::Input ? app::kBadInput : app::kSystemFailed;
    }
}

/// How this process was started, which may be as one of many.
sim::Launch launch() {
    return sim::launchOf([](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
    });
}

/// The whole program on the first rank; the others work for it.
int runOnRanks(const sim::Launch& launch, int argc, char** argv) {
    std::signal(
        SIGPIPE,
        SIG_IGN);  // srun stops reading when a rank dies; what the first rank has is kept all the same
    sim::Ranks ranks(launch);
    if (!ranks.isFirst()) {
        ranks.serve();
        return app::kDone;
    }
    app::simulateOn(&ranks);
    const int status = runCommandLine(argc, argv);
    app::simulateOn(nullptr);
    return status;
}

int runAsLaunched(int argc, char** argv) {
    const sim::Launch started = launch();
    if (started.ranks == 1) return runCommandLine(argc, argv);
    if (started.hasMpi) return runOnRanks(started, argc, argv);
    // Processes that know nothing of each other: fine where each makes its own part.
    const bool isShard = std::any_of(argv, argv + argc, [](std::string_view text) {
        return text == "--shard" || text.starts_with("--shard=");
    });
    if (isShard) return runCommandLine(argc, argv);
    if (started.rank == 0)
        app::tell("{}",
                  core::formatDiagnostic(
                      {core::Severity::Error,
                       {"srun", 0, 0},
                       fmt::format("{} processes were started that can't find each other", started.ranks),
                       "add --mpi=pmix, or give each its part with --shard"}));
    return app::kBadInput;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return runAsLaunched(argc, argv);
    } catch (const core::Error& error) {
        app::tell("{}", core::formatDiagnostic(error.diagnostic()));
        return app::kSystemFailed;
    } catch (const std::exception& error) {
        // Not through fmt, which may throw itself.
        std::fputs("breakeven: ", stderr);
        std::fputs(error.what(), stderr);
        std::fputs("\n", stderr);
        return app::kSystemFailed;
    }
}
