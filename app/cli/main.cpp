#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>

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

}  // namespace

int main(int argc, char** argv) {
    try {
        return runCommandLine(argc, argv);
    } catch (const std::exception& error) {
        // Not through fmt, which may throw itself.
        std::fputs("breakeven: ", stderr);
        std::fputs(error.what(), stderr);
        std::fputs("\n", stderr);
        return app::kSystemFailed;
    }
}
