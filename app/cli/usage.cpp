#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/cli/commands.hpp"
#include "app/wiring/files.hpp"
#include "app/wiring/stored_usage.hpp"
#include "core/scenario/stored_table.hpp"
#include "core/text/json_text.hpp"
#include "db/sqlite_usage_store.hpp"

namespace breakeven::app {
namespace {

struct UsageOptions {
    std::string name, file, database, out;
    bool json = false, replace = false;
};

std::vector<sim::UsageTableSummary> tablesOf(const UsageOptions& options) {
    const auto store = existingUsageStore(options.database);
    return store ? store->list() : std::vector<sim::UsageTableSummary>();
}

sim::UsageTableSummary tableOf(const UsageOptions& options) {
    std::vector<std::string> names;
    for (sim::UsageTableSummary& table : tablesOf(options)) {
        if (table.name == options.name) return std::move(table);
        names.push_back(table.name);
    }
    throw core::noSuchTable(options.name, names);
}

nlohmann::ordered_json jsonOf(const sim::UsageTableSummary& table) {
    nlohmann::ordered_json sources = nlohmann::ordered_json::array();
    for (const sim::UsageSource& source : table.sources)
        sources.push_back({{"file", source.file}, {"sha256", source.sha256}});
    return {{"name", table.name},           {"sha256", table.sha256},    {"rows", table.rows},
            {"bytes", table.bytes},         {"added_at", table.addedAt}, {"meters", table.meters},
            {"sources", std::move(sources)}};
}

int listTables(const UsageOptions& options) {
    const std::vector<sim::UsageTableSummary> tables = tablesOf(options);
    if (options.json) {
        nlohmann::ordered_json all = nlohmann::ordered_json::array();
        for (const sim::UsageTableSummary& table : tables) all.push_back(jsonOf(table));
        fmt::print("{}", core::jsonText({{"format", 1}, {"tables", std::move(all)}}));
        return kDone;
    }
    if (tables.empty()) {
        fmt::print("The store has no usage table. Keep one with `breakeven meter LOG... --store NAME`.\n");
        return kDone;
    }
    sim::Table shown;
    shown.columns = {{"table", "", "", true},
                     {"rows", "", "", false},
                     {"added (UTC)", "", "", true},
                     {"sources", "", "", false},
                     {"meters", "", "", true}};
    for (const sim::UsageTableSummary& table : tables) {
        const std::string texts[] = {table.name, std::to_string(table.rows), table.addedAt,
                                     std::to_string(table.sources.size()),
                                     fmt::format("{}", fmt::join(table.meters, ", "))};
        shown.rows.emplace_back();
        for (const std::string& text : texts) shown.rows.back().push_back({text, {}, ""});
    }
    fmt::print("{}", tableText(shown));
    return kDone;
}

int showTable(const UsageOptions& options) {
    const sim::UsageTableSummary table = tableOf(options);
    if (options.json) {
        fmt::print("{}", core::jsonText(jsonOf(table)));
        return kDone;
    }
    fmt::print("{}: {} rows, {} bytes, added {}\nsha256 {}\nmeters {}\nmade from\n", table.name, table.rows,
               table.bytes, table.addedAt, table.sha256, fmt::join(table.meters, ", "));
    for (const sim::UsageSource& source : table.sources) fmt::print("  {}  {}\n", source.sha256, source.file);
    return kDone;
}

int addTable(const UsageOptions& options) {
    core::checkTableName(options.name, "NAME");
    sim::UsageTableReading reading =
        sim::usageTableOf(usageBytes(options.file, options.database), options.file);
    printDiagnostics(reading.diagnostics);
    if (!reading.record) return kBadInput;
    keepTable(options.database, options.name, *reading.record, options.replace);
    return kDone;
}

int exportTable(const UsageOptions& options) {
    const std::string csv = storedUsage(options.database)(options.name);
    if (options.out.empty())
        fmt::print("{}", csv);
    else
        writeOne(options.out, csv);
    return kDone;
}

int deleteTable(const UsageOptions& options) {
    const sim::UsageTableSummary table = tableOf(options);
    existingUsageStore(options.database)->remove(table.name);
    fmt::print("deleted the usage table {} ({} rows); runs that were made from it keep their copy\n",
               table.name, table.rows);
    return kDone;
}

}  // namespace

void keepTable(const std::string& database, const std::string& name, const sim::UsageTableRecord& table,
               bool replaces) {
    db::SqliteUsageStore store(database.empty() ? defaultStorePath() : database);
    using OnOther = sim::UsageStore::OnOther;
    switch (store.keep(name, table, nowUtc(), replaces ? OnOther::Replace : OnOther::Refuse)) {
        case sim::UsageStore::Kept::Unchanged:
            return tell("store:{} holds these {} rows already\n", name, table.rows);
        case sim::UsageStore::Kept::Replaced:
            return tell("replaced store:{}, now {} rows\n", name, table.rows);
        case sim::UsageStore::Kept::Added:
            return tell("kept {} rows as store:{}\n", table.rows, name);
    }
}

void addUsage(CLI::App& cli, Action& action) {
    CLI::App* usage =
        cli.add_subcommand("usage", "Lists the usage tables of the store; adds, shows and deletes them");
    usage->require_subcommand(0, 1);
    usage->footer(
        "Examples:\n"
        "  breakeven usage\n"
        "  breakeven usage add team-2026-01 usage.csv\n"
        "  breakeven meter 'logs/*.jsonl' --map map.toml --store team-2026-01\n"
        "A scenario names a kept table in place of a file: file = \"store:team-2026-01\".");
    const auto options = std::make_shared<UsageOptions>();
    const auto takesStore = [&](CLI::App* command) {
        command->add_option("--db", options->database,
                            "the store; default: runs.sqlite in your data directory");
    };
    const auto takesJson = [&](CLI::App* command) {
        command->add_flag("--json", options->json, "print JSON");
    };
    const auto add = [&](const char* name, const char* text, const char* example,
                         int (*work)(const UsageOptions&)) {
        CLI::App* command = usage->add_subcommand(name, text);
        command->footer(std::string("Example: breakeven usage ") + example);
        command->add_option("NAME", options->name, "usage table: small letters, digits and -")->required();
        takesStore(command);
        command->callback([options, work, &action] { action = [options, work] { return work(*options); }; });
        return command;
    };
    takesStore(usage);
    takesJson(usage);
    usage->callback([usage, options, &action] {
        // Runs after that of a subcommand.
        if (usage->get_subcommands().empty()) action = [options] { return listTables(*options); };
    });
    CLI::App* command = add("add", "Keeps a usage CSV in the store", "add team-2026-01 usage.csv", addTable);
    command->add_option("FILE", options->file, "usage CSV: subject, period_start and one column per meter")
        ->required();
    command->add_flag("--replace", options->replace, "replace a table of this name that holds other rows");
    takesJson(add("show", "Prints where a usage table comes from", "show team-2026-01", showTable));
    add("export", "Writes a usage table as CSV", "export team-2026-01 --out usage.csv", exportTable)
        ->add_option("--out", options->out, "write to this file; default: standard output");
    add("delete", "Deletes a usage table; runs that were made from it keep their copy", "delete team-2026-01",
        deleteTable);
}

}  // namespace breakeven::app
