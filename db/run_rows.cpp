#include "db/run_rows.hpp"

#include <fmt/format.h>

#include <charconv>

#include "core/diagnostics/diagnostic.hpp"
#include "core/scenario/stored_table.hpp"
#include "db/usage_content.hpp"

namespace breakeven::db {
namespace {

constexpr std::size_t kMostInputBytes = 4U << 20;

std::string seedText(std::uint64_t seed) {
    return fmt::format("{:016x}", seed);
}

std::uint64_t seedOf(const std::string& text) {
    std::uint64_t seed = 0;
    std::from_chars(text.data(), text.data() + text.size(), seed, 16);
    return seed;
}

core::Sampling samplingOf(const std::string& text) {
    const std::optional<core::Sampling> sampling = core::samplingNamed(text);
    if (!sampling) {
        throw core::Error(core::Error::Kind::System, {core::Severity::Error,
                                                      {"the store", 0, 0},
                                                      "a run was sampled in a way that is not known: " + text,
                                                      "open it with the version that wrote it"});
    }
    return *sampling;
}

/// Binds values to parameters 1, 2, … in turn.
class Binder {
  public:
    explicit Binder(SQLite::Statement& statement) : statement_(statement) {}
    Binder& operator<<(const std::string& value) { return statement_.bind(next_++, value), *this; }
    Binder& operator<<(double value) { return statement_.bind(next_++, value), *this; }
    Binder& operator<<(std::int64_t value) { return statement_.bind(next_++, value), *this; }
    Binder& operator<<(const std::optional<double>& value) {
        if (value) return *this << *value;
        statement_.bind(next_++);
        return *this;
    }
    Binder& operator<<(const sim::RowKey& key) { return *this << key.plan << key.segment << key.month; }
    Binder& operator<<(const sim::Estimate& e) {
        return *this << e.value << e.standardError << e.low << e.high << e.bandLow << e.bandHigh << e.exact;
    }

  private:
    SQLite::Statement& statement_;
    int next_ = 1;
};

/// Reads columns 0, 1, … in turn.
class Reader {
  public:
    explicit Reader(SQLite::Statement& statement) : statement_(statement) {}
    std::string text() { return statement_.getColumn(next_++).getString(); }
    double real() { return statement_.getColumn(next_++).getDouble(); }
    std::int64_t whole() { return statement_.getColumn(next_++).getInt64(); }
    std::optional<double> maybe() {
        const SQLite::Column column = statement_.getColumn(next_++);
        if (column.isNull()) return std::nullopt;
        return column.getDouble();
    }
    sim::RowKey key() {
        sim::RowKey key;
        key.plan = text();
        key.segment = text();
        key.month = text();
        return key;
    }
    sim::Estimate estimate() {
        sim::Estimate e;
        e.value = real();
        e.standardError = real();
        e.low = real();
        e.high = real();
        e.bandLow = maybe();
        e.bandHigh = maybe();
        e.exact = maybe();
        return e;
    }

  private:
    SQLite::Statement& statement_;
    int next_ = 0;
};

/// "INSERT INTO table VALUES (?,?,…),(?,?,…),…"
std::string insertionOf(const std::string& table, int columns, std::size_t rows) {
    std::string row = "(?";
    for (int i = 1; i < columns; ++i) row += ",?";
    std::string sql = "INSERT INTO " + table + " VALUES " + row + ")";
    for (std::size_t i = 1; i < rows; ++i) sql += "," + row + ")";
    return sql;
}

/// Inserts every item of a list with its position: run, position and what `bind` adds make `columns` columns.
template <typename Item, typename Bind>
void insertAll(SQLite::Database& database, const std::string& table, int columns, std::int64_t run,
               const std::vector<Item>& items, Bind bind) {
    constexpr std::size_t kTogether = 32;  // half the time of one by one
    std::size_t done = 0;
    for (const std::size_t rows : {kTogether, std::size_t{1}}) {
        if (items.size() - done < rows) continue;
        SQLite::Statement statement(database, insertionOf(table, columns, rows));
        while (items.size() - done >= rows) {
            Binder binder(statement);
            for (const std::size_t end = done + rows; done < end; ++done) {
                binder << run << static_cast<std::int64_t>(done + 1);
                bind(binder, items[done]);
            }
            statement.exec();
            statement.reset();
        }
    }
}

template <typename Item, typename Read>
std::vector<Item> selectAll(SQLite::Database& database, const char* sql, std::int64_t run, Read read) {
    SQLite::Statement statement(database, sql);
    statement.bind(1, run);
    std::vector<Item> items;
    while (statement.executeStep()) {
        Reader reader(statement);
        items.push_back(read(reader));
    }
    return items;
}

void insertRows(SQLite::Database& database, std::int64_t run, const sim::RunResult& result) {
    insertAll(database, "metric", 14, run, result.metrics,
              [](Binder& b, const sim::MetricRow& r) { b << r.key << r.metric << r.unit << r.estimate; });
    insertAll(database, "difference", 16, run, result.differences,
              [](Binder& b, const sim::DifferenceRow& r) {
                  b << r.baseline << r.key << r.metric << r.unit << r.estimate << std::int64_t{r.noise};
              });
    insertAll(database, "quantile", 10, run, result.quantiles, [](Binder& b, const sim::QuantileRow& r) {
        b << r.key << r.quantity << r.level << r.value << r.low << r.high;
    });
    insertAll(database, "histogram", 9, run, result.histogram, [](Binder& b, const sim::HistogramRow& r) {
        b << r.key << r.quantity << r.binLow << r.binHigh << static_cast<std::int64_t>(r.count);
    });
    insertAll(database, "world_name", 4, run, result.worlds.names(),
              [](Binder& b, const sim::WorldRows::Name& n) { b << n.plan << n.metric; });
    insertAll(database, "world_number", 5, run, result.worlds.entries(),
              [](Binder& b, const sim::WorldRows::Entry& e) {
                  b << std::int64_t{e.world} << std::int64_t{e.name} + 1 << e.value;
              });
    insertAll(database, "lorenz", 7, run, result.lorenz,
              [](Binder& b, const sim::LorenzRow& r) { b << r.key << r.userShare << r.costShare; });
}

sim::WorldRows selectWorlds(SQLite::Database& database, std::int64_t run) {
    const auto names = selectAll<sim::WorldRows::Name>(
        database, "SELECT plan, metric FROM world_name WHERE run_id = ? ORDER BY name", run, [](Reader& r) {
            sim::WorldRows::Name name;
            name.plan = r.text();
            name.metric = r.text();
            return name;
        });
    SQLite::Statement statement(
        database, "SELECT world, name, value FROM world_number WHERE run_id = ? ORDER BY position");
    statement.bind(1, run);
    sim::WorldRows worlds;
    while (statement.executeStep()) {
        Reader reader(statement);
        const auto world = static_cast<std::uint32_t>(reader.whole());
        const sim::WorldRows::Name& name = names.at(static_cast<std::size_t>(reader.whole() - 1));
        worlds.add(world, name.plan, name.metric, reader.real());
    }
    return worlds;
}

void selectRows(SQLite::Database& database, std::int64_t run, sim::RunResult& result) {
    result.metrics = selectAll<sim::MetricRow>(
        database,
        "SELECT plan, segment, month, metric, unit, value, standard_error, low, high, band_low, band_high, "
        "exact FROM metric WHERE run_id = ? ORDER BY position",
        run, [](Reader& r) {
            sim::MetricRow row;
            row.key = r.key();
            row.metric = r.text();
            row.unit = r.text();
            row.estimate = r.estimate();
            return row;
        });
    result.differences = selectAll<sim::DifferenceRow>(
        database,
        "SELECT baseline, plan, segment, month, metric, unit, value, standard_error, low, high, band_low, "
        "band_high, exact, noise FROM difference WHERE run_id = ? ORDER BY position",
        run, [](Reader& r) {
            sim::DifferenceRow row;
            row.baseline = r.text();
            row.key = r.key();
            row.metric = r.text();
            row.unit = r.text();
            row.estimate = r.estimate();
            row.noise = r.whole() != 0;
            return row;
        });
    result.quantiles =
        selectAll<sim::QuantileRow>(database,
                                    "SELECT plan, segment, month, quantity, level, value, low, high FROM "
                                    "quantile WHERE run_id = ? ORDER BY position",
                                    run, [](Reader& r) {
                                        sim::QuantileRow row;
                                        row.key = r.key();
                                        row.quantity = r.text();
                                        row.level = r.real();
                                        row.value = r.real();
                                        row.low = r.real();
                                        row.high = r.real();
                                        return row;
                                    });
    result.histogram =
        selectAll<sim::HistogramRow>(database,
                                     "SELECT plan, segment, month, quantity, bin_low, bin_high, count FROM "
                                     "histogram WHERE run_id = ? ORDER BY position",
                                     run, [](Reader& r) {
                                         sim::HistogramRow row;
                                         row.key = r.key();
                                         row.quantity = r.text();
                                         row.binLow = r.real();
                                         row.binHigh = r.real();
                                         row.count = static_cast<std::uint64_t>(r.whole());
                                         return row;
                                     });
    result.worlds = selectWorlds(database, run);
    result.lorenz = selectAll<sim::LorenzRow>(
        database,
        "SELECT plan, segment, month, user_share, cost_share FROM lorenz WHERE run_id = ? ORDER BY position",
        run, [](Reader& r) {
            sim::LorenzRow row;
            row.key = r.key();
            row.userShare = r.real();
            row.costShare = r.real();
            return row;
        });
}

}  // namespace

std::int64_t insertRun(SQLite::Database& database, const sim::RunRecord& record) {
    const sim::RunResult& result = *record.result;
    const sim::RunManifest& m = result.manifest;
    SQLite::Statement statement(database,
                                "INSERT INTO run (name, scenario, question, currency, scenario_hash, "
                                "scenario_file, scenario_text, engine_version, seed, users, worlds, "
                                "months, sampling, label, started_at, duration_ms, threads, cancelled, "
                                "worlds_finished) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    Binder(statement) << m.run << m.scenario << m.question << m.currency << m.scenarioHash
                      << record.scenarioFile << record.scenarioText << m.engineVersion
                      << seedText(m.settings.seed) << static_cast<std::int64_t>(m.settings.users)
                      << std::int64_t{m.settings.worlds} << std::int64_t{m.settings.months}
                      << std::string(core::samplingName(m.settings.sampling)) << record.label
                      << record.startedAt << record.durationMs << std::int64_t{record.threads}
                      << std::int64_t{result.cancelled} << std::int64_t{result.worldsFinished};
    statement.exec();
    const std::int64_t run = database.getLastInsertRowid();
    insertAll(database, "run_override", 4, run, record.overrides,
              [](Binder& b, const core::Override& item) { b << item.key << item.value; });
    SQLite::Statement input(database, "INSERT INTO input_file VALUES (?,?,?,?,?)");
    std::int64_t position = 0;
    for (const core::InputFile& file : record.inputs) {
        Binder(input) << run << ++position << file.name << file.sha256;
        const bool isLarge = file.content.size() > kMostInputBytes;
        // A table of the store may be replaced or deleted; what a run was made from stays, once for all runs.
        if (isLarge && core::storedTable(file.name)) keepUsageContent(database, file.sha256, file.content);
        if (isLarge)
            input.bind(5);
        else
            input.bind(5, file.content.data(), static_cast<int>(file.content.size()));
        input.exec();
        input.reset();
    }
    insertRows(database, run, result);
    return run;
}

sim::RunRecord selectRun(SQLite::Database& database, std::int64_t row) {
    SQLite::Statement statement(
        database,
        "SELECT name, scenario, question, currency, scenario_hash, engine_version, seed, users, worlds, "
        "months, sampling, scenario_file, scenario_text, "
        "label, started_at, duration_ms, threads, cancelled, worlds_finished FROM run WHERE id = ?");
    statement.bind(1, row);
    if (!statement.executeStep()) {
        throw core::Error(core::Error::Kind::Input, {core::Severity::Error,
                                                     {database.getFilename(), 0, 0},
                                                     fmt::format("the store has no run #{}", row),
                                                     "list the runs with `breakeven runs`"});
    }
    Reader reader(statement);
    sim::RunRecord record;
    auto result = std::make_shared<sim::RunResult>();
    sim::RunManifest& m = result->manifest;
    m.run = reader.text();
    m.scenario = reader.text();
    m.question = reader.text();
    m.currency = reader.text();
    m.scenarioHash = reader.text();
    m.engineVersion = reader.text();
    m.settings.seed = seedOf(reader.text());
    m.settings.users = static_cast<std::uint64_t>(reader.whole());
    m.settings.worlds = static_cast<std::uint32_t>(reader.whole());
    m.settings.months = static_cast<std::uint32_t>(reader.whole());
    m.settings.sampling = samplingOf(reader.text());
    record.scenarioFile = reader.text();
    record.scenarioText = reader.text();
    record.label = reader.text();
    record.startedAt = reader.text();
    record.durationMs = reader.whole();
    record.threads = static_cast<int>(reader.whole());
    result->cancelled = reader.whole() != 0;
    result->worldsFinished = static_cast<std::uint32_t>(reader.whole());
    record.overrides = selectAll<core::Override>(
        database, "SELECT key, value FROM run_override WHERE run_id = ? ORDER BY position", row,
        [](Reader& r) {
            core::Override item;
            item.key = r.text();
            item.value = r.text();
            return item;
        });
    record.inputs = selectAll<core::InputFile>(
        database,
        "SELECT i.name, i.sha256, coalesce(i.content, u.content) FROM input_file AS i LEFT JOIN "
        "usage_content "
        "AS u ON i.content IS NULL AND u.sha256 = i.sha256 WHERE i.run_id = ? ORDER BY i.position",
        row, [](Reader& r) {
            core::InputFile file;
            file.name = r.text();
            file.sha256 = r.text();
            file.content = r.text();
            return file;
        });
    selectRows(database, row, *result);
    record.result = std::move(result);
    return record;
}

sim::RunSummary summaryOf(SQLite::Statement& row) {
    Reader reader(row);
    sim::RunSummary summary;
    summary.row = reader.whole();
    summary.run = reader.text();
    summary.scenario = reader.text();
    summary.question = reader.text();
    summary.label = reader.text();
    summary.startedAt = reader.text();
    summary.durationMs = reader.whole();
    summary.settings.users = static_cast<std::uint64_t>(reader.whole());
    summary.settings.worlds = static_cast<std::uint32_t>(reader.whole());
    summary.settings.months = static_cast<std::uint32_t>(reader.whole());
    summary.settings.seed = seedOf(reader.text());
    summary.settings.sampling = samplingOf(reader.text());
    summary.engineVersion = reader.text();
    summary.cancelled = reader.whole() != 0;
    summary.changes = reader.text();
    return summary;
}

}  // namespace breakeven::db
