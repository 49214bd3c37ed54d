#include "core/scenario/scenario_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>

#include "core/scenario/toml_reading.hpp"
#include "core/text/csv_table.hpp"
#include "core/text/file_bytes.hpp"
#include "core/units/sha256.hpp"

namespace breakeven::core {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostScenarioBytes = 16U << 20;
constexpr std::uintmax_t kMostInputBytes = 512U << 20;
constexpr std::size_t kMostDiagnostics = 200;
constexpr std::size_t kMostKeyParts = 32;  // the longest of ours has 6

/// Where a dotted key has too many parts: each is a table inside the one before, and toml++ walks them
/// recursively, so a key of 100,000 parts would end the program. Null offset when there is none. Strings and
/// comments are stepped over.
std::optional<std::size_t> endlessKey(std::string_view text) {
    std::size_t parts = 1;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '#') {
            i = std::min(text.find('\n', i), text.size());
            parts = 1;
        } else if (c == '"' || c == '\'') {
            const std::string triple(3, c);
            const std::string_view end =
                text.substr(i).starts_with(triple) ? std::string_view(triple) : text.substr(i, 1);
            for (i += end.size(); i < text.size() && !text.substr(i).starts_with(end); ++i) {
                if (c == '"' && text[i] == '\\') ++i;
            }
            i += end.size() - 1;
        } else if (c == '.') {
            if (++parts > kMostKeyParts) return i;
        } else if (c == '=' || c == ',' || c == '\n' || c == '[' || c == ']' || c == '{' || c == '}') {
            parts = 1;
        }
    }
    return std::nullopt;
}

/// Bytes of the UTF-8 character at the beginning of a text; 0 when there is none (Unicode 15, table 3-7).
std::size_t characterLength(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                               : (first & 0xF0U) == 0xE0        ? 3
                               : first >= 0xF0 && first <= 0xF4 ? 4
                                                                : 0;
    const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;  // no longer than need be
    const unsigned high = first == 0xED   ? 0x9F
                          : first == 0xF4 ? 0x8F
                                          : 0xBF;  // no surrogates, nothing beyond U+10FFFF
    if (length > 0 && (byte(1) < low || byte(1) > high)) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return 0;
    }
    return length;
}

/// Offset of the first byte that is not UTF-8.
std::optional<std::size_t> notUtf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = characterLength(text.substr(i));
        if (length == 0) return i;
        i += length;
    }
    return std::nullopt;
}

/// Line and column (in characters) of an offset, from 1.
std::pair<int, int> lineAndColumn(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const std::string_view line = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
    const auto isCharacter = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; };
    return {static_cast<int>(std::ranges::count(before, '\n')) + 1,
            static_cast<int>(std::ranges::count_if(line, isCharacter)) + 1};
}

/// Puts a parsed tree into a Scenario.
class ScenarioBuilder {
  public:
    ScenarioBuilder(const std::string& file, std::string_view text, const FileOpener& open)
        : reader_(file, text), open_(open), file_(file) {}

    void build(const toml::table& root, Scenario& scenario) {
        reader_.onlyKeys(root, "the scenario",
                         {"format", "name", "question", "currency", "run", "population", "meter", "segment",
                          "cost", "plan"},
                         {"behaviour"});
        readHead(root, scenario);
        readRun(root, scenario.run);
        if (const toml::table* population = reader_.table(root, "population")) {
            reader_.onlyKeys(*population, "population", {"subscribers"});
            scenario.subscribers =
                reader_.number(*population, "subscribers", "population.subscribers",
                               {1.0, std::numeric_limits<double>::infinity(), false}, 10'000.0);
        }
        reader_.tables(root, "meter", [&](const toml::table& table) {
            reader_.onlyKeys(table, "meter", {"id", "unit"});
            Meter meter;
            meter.id = reader_.id(table, "the meter");
            meter.unit = reader_.word(table, "unit", meter.id.c_str());
            refuseTwin(table, meter.id, scenario.meters, "meters");
            scenario.meters.push_back(std::move(meter));
        });
        const auto sample = [&](const toml::table& at, const std::string& name, const std::string& column) {
            return readSample(at, name, column, scenario);
        };
        reader_.tables(root, "segment", [&](const toml::table& table) {
            Segment segment = reading::readSegment(reader_, table, scenario.meters, sample);
            refuseTwin(table, segment.id, scenario.segments, "segments");
            scenario.segments.push_back(std::move(segment));
        });
        const auto hasWeight = [](const Segment& segment) { return segment.weight.base > 0.0; };
        if (!scenario.segments.empty() && std::ranges::none_of(scenario.segments, hasWeight)) {
            reader_.error(*root.get("segment"), "all segments have weight 0",
                          "give at least one a weight above 0");
        }
        scenario.cost = reading::readCost(reader_, root, scenario.meters);
        reader_.tables(root, "plan", [&](const toml::table& table) {
            Plan plan = reading::readPlan(reader_, table, scenario.meters, scenario.segments);
            refuseTwin(table, plan.id, scenario.plans, "plans");
            scenario.plans.push_back(std::move(plan));
        });
        demand(root, "meter", "declare what is counted");
        demand(root, "segment", "describe the users: one [[segment]] at least");
        demand(root, "plan", "add the plan to be tested");
        scenario.beliefs = reader_.beliefs;
        scenario.sources = reader_.sources;
        scenario.exactOnly = reader_.exactOnlyTerms;
    }

    std::vector<Diagnostic>& diagnostics() { return reader_.diagnostics; }
    std::vector<Diagnostic>& lints() { return reader_.lints; }

  private:
    /// Reports a list that is missing or empty; what is no list at all has been reported already.
    void demand(const toml::table& root, const char* key, const char* remedy) {
        const toml::node* node = root.get(key);
        const bool isEmpty = node == nullptr || (node->is_array() && node->as_array()->empty());
        if (isEmpty)
            reader_.error(node == nullptr ? root : *node, fmt::format("there is no [[{}]]", key), remedy);
    }

    template <typename Item>
    void refuseTwin(const toml::table& table, const std::string& id, const std::vector<Item>& items,
                    std::string_view what) {
        if (!id.empty() && std::ranges::find(items, id, &Item::id) != items.end()) {
            reader_.error(*table.get("id"), fmt::format("two {} have the id \"{}\"", what, id),
                          "give each its own id");
        }
    }

    void readHead(const toml::table& root, Scenario& scenario) {
        const toml::node* format = root.get("format");
        if (format == nullptr) {
            reader_.error(root, "\"format\" is missing", "begin the file with format = 1");
        } else if (format->value_exact<std::int64_t>() != 1) {
            reader_.error(*format, "this version reads format 1",
                          "write format = 1, or use a newer Breakeven");
        }
        scenario.name = reader_.word(root, "name");
        const auto isAllowed = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        };
        if (root["name"].is_string() &&
            (scenario.name.empty() || !std::ranges::all_of(scenario.name, isAllowed))) {
            reader_.error(*root.get("name"), fmt::format("the name is \"{}\"", scenario.name),
                          "use small letters, digits and - only");
        }
        scenario.question = reader_.word(root, "question", "");
        scenario.currency = reader_.word(root, "currency");
        const auto isCapital = [](char c) { return c >= 'A' && c <= 'Z'; };
        if (root["currency"].is_string() &&
            (scenario.currency.size() != 3 || !std::ranges::all_of(scenario.currency, isCapital))) {
            reader_.error(*root.get("currency"), fmt::format("the currency is \"{}\"", scenario.currency),
                          "write its ISO 4217 code, such as \"USD\"");
        }
    }

    void readRun(const toml::table& root, RunSettings& run) {
        const toml::table* table = reader_.table(root, "run");
        if (table == nullptr) return;
        reader_.onlyKeys(*table, "run", {"users", "worlds", "months", "start", "seed", "sampling"});
        run.users = reader_.whole(*table, "users", 2, 4'294'967'295U, run.users);
        run.worlds = static_cast<std::uint32_t>(reader_.whole(*table, "worlds", 1, 1'000'000, run.worlds));
        run.months = static_cast<std::uint32_t>(reader_.whole(*table, "months", 1, 60, run.months));
        run.seed = reader_.whole(*table, "seed", 0, 9'223'372'036'854'775'807U, run.seed);
        if (const toml::node* start = table->get("start"); start != nullptr && !start->is_date()) {
            reader_.error(*start, "run.start must be a date", "write start = 2026-01-01");
        }
        run.sampling = reader_.choice(*table, "sampling", {"random", "stratified"}, "stratified",
                                      {"latin_hypercube", "sobol", "antithetic", "importance"}) == 0
                           ? Sampling::Random
                           : Sampling::Stratified;
    }

    std::shared_ptr<const std::vector<double>> readSample(const toml::table& at, const std::string& name,
                                                          const std::string& column, Scenario& scenario) {
        auto none = std::make_shared<const std::vector<double>>(1, 0.0);
        if (name.empty() || column.empty()) return none;
        auto input = std::ranges::find(scenario.inputs, name, &InputFile::name);
        if (input == scenario.inputs.end()) {
            if (unread_.contains(name)) return none;
            try {
                std::string bytes = open_(name);
                std::string hash = sha256Hex(bytes);
                scenario.inputs.push_back({name, std::move(hash), std::move(bytes)});
                input = scenario.inputs.end() - 1;
            } catch (const Error& error) {
                unread_.insert(name);
                reader_.error(*at.get("file"), fmt::format("{}: {}", name, error.diagnostic().problem),
                              error.diagnostic().remedy);
                return none;
            }
        }
        if (!tables_.contains(name)) {
            CsvReading csv = readCsv(input->content, besideScenario(name));
            for (Diagnostic& diagnostic : csv.diagnostics)
                reader_.diagnostics.push_back(std::move(diagnostic));
            tables_.emplace(name, std::move(csv.table));
        }
        const std::optional<CsvTable>& table = tables_.at(name);
        if (!table) return none;
        const auto index = reading::findId(reader_, *at.get("column"), column, "column", table->header);
        if (!index) return none;
        if (std::ranges::count(table->header, column) > 1) {
            reader_.error(*at.get("column"),
                          fmt::format("{}: several columns are named \"{}\"", name, column),
                          "rename all but one in the file");
            return none;
        }
        NumberColumn numbers = usageColumn(*table, *index, besideScenario(name));
        for (Diagnostic& diagnostic : numbers.diagnostics)
            reader_.diagnostics.push_back(std::move(diagnostic));
        if (numbers.values.empty()) {
            if (numbers.diagnostics.empty())
                reader_.error(*at.get("column"),
                              fmt::format("{}: column \"{}\" holds no number", name, column),
                              "choose another column");
            return none;
        }
        if (numbers.missing > 0) {
            reader_.warning(
                *at.get("column"),
                fmt::format("{}: {} cells of \"{}\" are empty and left out", name, numbers.missing, column),
                "write 0 where there was no use");
        }
        std::ranges::sort(numbers.values);
        return std::make_shared<const std::vector<double>>(std::move(numbers.values));
    }

    /// The path of a file that the scenario names, for messages that can be followed.
    [[nodiscard]] std::string besideScenario(const std::string& name) const {
        return (fs::path(file_).parent_path() / name).string();
    }

    reading::Reader reader_;
    const FileOpener& open_;
    std::string file_;
    std::set<std::string> unread_;
    std::map<std::string, std::optional<CsvTable>> tables_;
};

}  // namespace

ScenarioReading readScenarioText(const std::string& text, const std::string& file,
                                 const std::vector<Override>& overrides, const FileOpener& open) {
    ScenarioReading reading;
    reading.file = file;
    reading.text = text;
    const auto refuse = [&](int line, int column, std::string problem, std::string remedy) {
        reading.diagnostics.push_back(
            {Severity::Error, {file, line, column}, std::move(problem), std::move(remedy)});
        return reading;
    };
    if (text.size() > kMostScenarioBytes)
        return refuse(0, 0, "the file is larger than 16 MiB", "is it a scenario?");
    if (text.find('\0') != std::string::npos)
        return refuse(0, 0, "this is a binary file, not a scenario", "name a .toml file");
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
        return refuse(0, 0, "the file is empty", "begin with format = 1 and name = \"…\"");
    if (const auto offset = notUtf8(text)) {
        const auto [line, column] = lineAndColumn(text, *offset);
        return refuse(
            line, column,
            fmt::format("the byte 0x{:02X} is not UTF-8", static_cast<unsigned char>(text[*offset])),
            "save the file as UTF-8");
    }
    if (const auto offset = endlessKey(text)) {
        const auto [line, column] = lineAndColumn(text, *offset);
        return refuse(line, column, fmt::format("a key has more than {} parts", kMostKeyParts),
                      "name the key as FORMAT.md does");
    }
    toml::table root;
    try {
        root = toml::parse(std::string_view(text));
    } catch (const toml::parse_error& error) {
        const auto& begin = error.source().begin;
        return refuse(static_cast<int>(begin.line), static_cast<int>(begin.column),
                      fmt::format("this is not TOML: {}", error.description()),
                      "mend the line; the format is described at toml.io");
    }
    Scenario scenario;
    scenario.file = file;
    scenario.text = text;
    scenario.overrides = overrides;
    reading::applyOverrides(root, overrides, reading.diagnostics);
    ScenarioBuilder builder(file, text, open);
    builder.build(root, scenario);
    auto& found = builder.diagnostics();
    // Those of the scenario in its order, then those of other files as they came.
    std::ranges::stable_sort(found, {}, [&](const Diagnostic& item) {
        return item.where.file == file ? std::tuple(0, item.where.line, item.where.column)
                                       : std::tuple(1, 0, 0);
    });
    reading.diagnostics.insert(reading.diagnostics.end(), found.begin(), found.end());
    if (hasErrors(reading.diagnostics)) {
        if (auto& all = reading.diagnostics; all.size() > kMostDiagnostics) {
            const std::size_t more = all.size() - kMostDiagnostics;
            all[kMostDiagnostics] = {Severity::Error, all[kMostDiagnostics].where,
                                     fmt::format("{} more problems from here on", more),
                                     "mend those listed, then check again"};
            all.resize(kMostDiagnostics + 1);
        }
        return reading;
    }
    reading.lints = std::move(builder.lints());
    std::string canonical = reading::canonicalText(root);
    for (const InputFile& input : scenario.inputs)
        canonical += fmt::format("\n{} {}", input.name, input.sha256);
    scenario.hash = sha256Hex(canonical);
    reading.scenario = std::move(scenario);
    return reading;
}

ScenarioReading readScenarioFile(const std::string& path, const std::vector<Override>& overrides) {
    try {
        const std::string text = fileBytes(path, kMostScenarioBytes);
        const fs::path folder = fs::path(path).parent_path();
        return readScenarioText(text, path, overrides, [&](const std::string& name) {
            return fileBytes((folder / name).string(), kMostInputBytes);
        });
    } catch (const Error& error) {
        ScenarioReading reading;
        reading.file = path;
        reading.diagnostics.push_back(error.diagnostic());
        return reading;
    }
}

}  // namespace breakeven::core
