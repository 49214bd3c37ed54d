#include "core/scenario/scenario_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "core/scenario/stored_table.hpp"
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

/// Puts a parsed tree into a Scenario.
class ScenarioBuilder {
  public:
    ScenarioBuilder(const std::string& file, std::string_view text, const FileOpener& open)
        : reader_(file, text), open_(open), file_(file) {}

    void build(const toml::table& root, Scenario& scenario) {
        reader_.onlyKeys(root, "the scenario",
                         {"format", "name", "question", "currency", "run", "population", "meter", "segment",
                          "cost", "plan", "beliefs"},
                         {"behaviour"});
        readHead(root, scenario);
        readRun(root, scenario);
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
        const auto list = [&](const toml::node& at, const std::string& name) {
            return priceList(at, name, scenario);
        };
        const auto column = [&](const toml::table& at, const char* fileKey, const char* columnKey) {
            return readColumn(at, fileKey, columnKey, scenario);
        };
        const reading::CostFiles files{list, column, scenario.currency};
        scenario.cost = reading::readCost(reader_, root, scenario.meters, files);
        reader_.tables(root, "plan", [&](const toml::table& table) {
            Plan plan = reading::readPlan(reader_, table, scenario.meters, scenario.segments);
            plan.cost =
                reading::readPlanCost(reader_, root, table, "plan." + plan.id, scenario.meters, files);
            refuseTwin(table, plan.id, scenario.plans, "plans");
            scenario.plans.push_back(std::move(plan));
        });
        demand(root, "meter", "declare what is counted");
        demand(root, "segment", "describe the users: one [[segment]] at least");
        demand(root, "plan", "add the plan to be tested");
        lintUnseenMeters(root, scenario);
        reading::readBeliefs(reader_, root, scenario);
        scenario.beliefs = reader_.beliefs;
        scenario.sources = reader_.sources;
        scenario.exactOnly = reader_.exactOnlyTerms;
    }

    std::vector<Diagnostic>& diagnostics() { return reader_.diagnostics; }
    std::vector<Diagnostic>& lints() { return reader_.lints; }

  private:
    /// Calls `see` with the meters whose use costs something.
    template <typename See>
    static void costedMeters(const Cost& cost, See see) {
        for (const CostRate& rate : cost.rates)
            if (rate.meter) see(*rate.meter);
        for (const AgentCost& agent : cost.agents) see(agent.meter);
        for (const RouteCost& route : cost.routes) see(route.meter);
        for (const MultiplierCost& multiplier : cost.multipliers)
            if (multiplier.drawnPer) see(*multiplier.drawnPer);
        for (const GuardCost& guard : cost.guards) see(guard.meter);
        for (const ScaleCost& scale : cost.scales) {
            see(scale.meter);
            see(scale.size);
        }
        for (const OneOffCost& item : cost.oneOffs)
            if (item.method == OneOffCost::Method::Units) see(item.meter);
        if (cost.fleet) std::ranges::for_each(cost.fleet->meters, see);
    }

    /// Warns of a meter that is used but moves no number of cost or revenue, as when its rate was forgotten.
    void lintUnseenMeters(const toml::table& root, const Scenario& scenario) {
        const toml::array* list = root["meter"].as_array();
        if (list == nullptr || list->size() != scenario.meters.size()) return;
        std::vector<bool> isSeen(scenario.meters.size(), false);
        std::vector<bool> isUsed(scenario.meters.size(), false);
        const auto see = [&](std::size_t meter) { isSeen[meter] = true; };
        costedMeters(scenario.cost, see);
        for (const Plan& plan : scenario.plans) {
            if (plan.cost) costedMeters(*plan.cost, see);
            for (const Charge& charge : plan.charges) {
                for (const WeightedMeter& part : charge.meters) isSeen[part.meter] = true;
                if (charge.terms.refunds) isSeen[*charge.terms.refunds] = true;
            }
            for (const Limit& limit : plan.limits) isSeen[limit.meter] = true;
        }
        for (const Segment& segment : scenario.segments) {
            for (const Usage& usage : segment.usages) {
                isUsed[usage.meter] = true;
                if (usage.per) isSeen[*usage.per] = true;
            }
            if (segment.activity) isSeen[segment.activity->meter] = true;
        }
        for (std::size_t meter = 0; meter < isSeen.size(); ++meter) {
            if (isSeen[meter] || !isUsed[meter]) continue;
            reader_.lint(*list->get(meter),
                         fmt::format("no cost rate, charge or limit looks at the meter \"{}\"",
                                     scenario.meters[meter].id),
                         "give it a [[cost.rate]] if its use costs something");
        }
    }

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

    void readRun(const toml::table& root, Scenario& scenario) {
        RunSettings& run = scenario.run;
        const toml::table* table = reader_.table(root, "run");
        if (table == nullptr) return;
        reader_.onlyKeys(*table, "run",
                         {"users", "worlds", "months", "start", "seed", "sampling", "control_variates",
                          "distributions"});
        run.users = reader_.whole(*table, "users", 2, 4'294'967'295U, run.users);
        run.worlds = static_cast<std::uint32_t>(reader_.whole(*table, "worlds", 1, 1'000'000, run.worlds));
        run.months = static_cast<std::uint32_t>(reader_.whole(*table, "months", 1, 60, run.months));
        run.seed = reader_.whole(*table, "seed", 0, 9'223'372'036'854'775'807U, run.seed);
        if (const toml::node* start = table->get("start"); start != nullptr && !start->is_date()) {
            reader_.error(*start, "run.start must be a date", "write start = 2026-01-01");
        }
        run.sampling =
            static_cast<Sampling>(reader_.choice(*table, "sampling", kSamplingNames, "stratified"));
        scenario.keepsMarginsOnly = reader_.choice(*table, "distributions", {"all", "margin"}, "all") == 1;
        scenario.usesControls = reader_.choice(*table, "control_variates", {"none", "usage"}, "none") == 1;
        if (scenario.usesControls && run.worlds > 1) {
            reader_.warning(*table->get("control_variates"),
                            "control variates serve runs of one world; with several they change nothing",
                            "set worlds = 1, or leave them out");
        }
    }

    /// A file that the scenario names, read once; null after an error, which is reported once.
    const InputFile* inputFile(const toml::node& at, const std::string& name, Scenario& scenario) {
        const auto known = std::ranges::find(scenario.inputs, name, &InputFile::name);
        if (known != scenario.inputs.end()) return &*known;
        if (unread_.contains(name)) return nullptr;
        try {
            std::string bytes = open_(name);
            std::string hash = sha256Hex(bytes);
            scenario.inputs.push_back({name, std::move(hash), std::move(bytes)});
            return &scenario.inputs.back();
        } catch (const Error& error) {
            unread_.insert(name);
            reader_.error(at, fmt::format("{}: {}", name, error.diagnostic().problem),
                          error.diagnostic().remedy);
            return nullptr;
        }
    }

    const PriceList* priceList(const toml::node& at, const std::string& name, Scenario& scenario) {
        if (!priceLists_.contains(name)) {
            const InputFile* input = inputFile(at, name, scenario);
            if (input == nullptr) return nullptr;
            PriceListReading reading = readPriceList(input->content, besideScenario(name));
            for (Diagnostic& diagnostic : reading.diagnostics)
                reader_.diagnostics.push_back(std::move(diagnostic));
            priceLists_.emplace(name, std::move(reading.list));
        }
        const std::optional<PriceList>& list = priceLists_.at(name);
        return list ? &*list : nullptr;
    }

    /// A column of numbers for resampling, ascending; one 0 after an error.
    std::shared_ptr<const std::vector<double>> readSample(const toml::table& at, const std::string& name,
                                                          const std::string& column, Scenario& scenario) {
        auto none = std::make_shared<const std::vector<double>>(1, 0.0);
        if (name.empty() || column.empty()) return none;
        std::optional<std::vector<double>> values = readColumn(at, "file", "column", scenario);
        if (!values) return none;
        std::ranges::sort(*values);
        return std::make_shared<const std::vector<double>>(std::move(*values));
    }

    /// The numbers of a CSV column in the order of its rows; none after an error.
    std::optional<std::vector<double>> readColumn(const toml::table& at, const char* fileKey,
                                                  const char* columnKey, Scenario& scenario) {
        const std::string name = at[fileKey].value_or(std::string());
        const std::string column = at[columnKey].value_or(std::string());
        if (name.empty() || column.empty()) return std::nullopt;
        const InputFile* input = inputFile(*at.get(fileKey), name, scenario);
        if (input == nullptr) return std::nullopt;
        if (!tables_.contains(name)) {
            CsvReading csv = readCsv(input->content, besideScenario(name));
            for (Diagnostic& diagnostic : csv.diagnostics)
                reader_.diagnostics.push_back(std::move(diagnostic));
            tables_.emplace(name, std::move(csv.table));
        }
        const std::optional<CsvTable>& table = tables_.at(name);
        if (!table) return std::nullopt;
        const auto index = reading::findId(reader_, *at.get(columnKey), column, "column", table->header);
        if (!index) return std::nullopt;
        if (std::ranges::count(table->header, column) > 1) {
            reader_.error(*at.get(columnKey),
                          fmt::format("{}: several columns are named \"{}\"", name, column),
                          "rename all but one in the file");
            return std::nullopt;
        }
        NumberColumn numbers = usageColumn(*table, *index, besideScenario(name));
        for (Diagnostic& diagnostic : numbers.diagnostics)
            reader_.diagnostics.push_back(std::move(diagnostic));
        if (numbers.values.empty()) {
            if (numbers.diagnostics.empty())
                reader_.error(*at.get(columnKey),
                              fmt::format("{}: column \"{}\" holds no number", name, column),
                              "choose another column");
            return std::nullopt;
        }
        if (numbers.missing > 0) {
            reader_.warning(
                *at.get(columnKey),
                fmt::format("{}: {} cells of \"{}\" are empty and left out", name, numbers.missing, column),
                "write 0 where there was no use");
        }
        return std::move(numbers.values);
    }

    /// The path of a file that the scenario names, for messages that can be followed.
    [[nodiscard]] std::string besideScenario(const std::string& name) const {
        if (storedTable(name)) return name;
        return (fs::path(file_).parent_path() / name).string();
    }

    reading::Reader reader_;
    const FileOpener& open_;
    std::string file_;
    std::set<std::string> unread_;
    std::map<std::string, std::optional<CsvTable>> tables_;
    std::map<std::string, std::optional<PriceList>> priceLists_;
};

}  // namespace

ScenarioReading readScenarioText(const std::string& text, const std::string& file,
                                 const std::vector<Override>& overrides, const FileOpener& open) {
    ScenarioReading reading;
    reading.file = file;
    reading.text = text;
    std::optional<toml::table> parsed = reading::parseToml(
        text, file, "a scenario", "begin with format = 1 and name = \"…\"", reading.diagnostics);
    if (!parsed) return reading;
    toml::table& root = *parsed;
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
    found.erase(std::unique(found.begin(), found.end()),
                found.end());  // told once, however often it was read
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

FileOpener filesBeside(const std::string& scenarioPath, FileOpener stored) {
    return
        [folder = fs::path(scenarioPath).parent_path(), stored = std::move(stored)](const std::string& name) {
            if (const auto table = storedTable(name)) {
                if (stored) return stored(*table);
                throw Error(Error::Kind::Input, {Severity::Error,
                                                 {name, 0, 0},
                                                 "there is no store here to take it from",
                                                 "name a file beside the scenario"});
            }
            return fileBytes((folder / name).string(), kMostInputBytes);
        };
}

ScenarioReading readScenarioFile(const std::string& path, const std::vector<Override>& overrides,
                                 FileOpener stored) {
    try {
        const std::string text = fileBytes(path, kMostScenarioBytes);
        return readScenarioText(text, path, overrides, filesBeside(path, std::move(stored)));
    } catch (const Error& error) {
        ScenarioReading reading;
        reading.file = path;
        reading.diagnostics.push_back(error.diagnostic());
        return reading;
    }
}

}  // namespace breakeven::core
