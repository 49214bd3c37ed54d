#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>

#include "app/cli/commands.hpp"
#include "app/wiring/files.hpp"
#include "app/wiring/stored_usage.hpp"
#include "core/diagnostics/suggest.hpp"
#include "core/scenario/stored_table.hpp"
#include "sim/fitting/usage_fit.hpp"
#include "sim/report/fit_report.hpp"

namespace breakeven::app {
namespace {

struct FitOptions {
    std::string file, segment = "measured", subject, period, split, toml, database;
    std::vector<std::string> meters, per, caps, above, below;
    std::size_t draws = 0;
    std::uint64_t seed = 1;
    int threads = 0;
    bool json = false, quiet = false;
};

/// Collects what is wrong with the options; all of it is told at once.
class OptionReader {
  public:
    explicit OptionReader(const std::vector<std::string>& names) : names_(names) {}

    void refuse(const std::string& where, std::string problem, std::string remedy) {
        diagnostics.push_back({core::Severity::Error, {where, 0, 0}, std::move(problem), std::move(remedy)});
    }

    std::optional<std::size_t> column(const std::string& where, const std::string& name) {
        const auto found = std::ranges::find(names_, name);
        if (found != names_.end()) return static_cast<std::size_t>(found - names_.begin());
        const auto nearest = core::nearestWord(name, names_);
        refuse(where, fmt::format("no meter \"{}\" is fitted", name),
               nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                       : fmt::format("meters: {}", fmt::join(names_, ", ")));
        return std::nullopt;
    }

    /// NAME=VALUE: calls `take` with the column and the value's text.
    template <typename Take>
    void each(const std::vector<std::string>& texts, const char* option, const Take& take) {
        for (const std::string& text : texts) {
            const std::string where = fmt::format("{} {}", option, text);
            const std::size_t equals = text.find('=');
            if (equals == std::string::npos || equals == 0)
                refuse(where, "there is no METER=VALUE here", fmt::format("write {} METER=VALUE", option));
            else if (const auto place = column(where, text.substr(0, equals)))
                take(where, *place, text.substr(equals + 1));
        }
    }

    std::optional<double> amount(const std::string& where, const std::string& text) {
        double value = 0.0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc() && end == text.data() + text.size() && std::isfinite(value) && value > 0.0)
            return value;
        refuse(where, fmt::format("\"{}\" is not a number above 0", text), "write digits only, such as 500");
        return std::nullopt;
    }

    std::vector<core::Diagnostic> diagnostics;

  private:
    const std::vector<std::string>& names_;
};

/// The quantities that the options ask for, one a column in their order.
std::vector<sim::Quantity> quantitiesOf(const FitOptions& options, const sim::UsageColumns& columns,
                                        OptionReader& reader) {
    std::vector<sim::Quantity> quantities(columns.names.size());
    for (std::size_t i = 0; i < quantities.size(); ++i) quantities[i].column = i;
    reader.each(options.per, "--per",
                [&](const std::string& where, std::size_t place, const std::string& text) {
                    const auto under = reader.column(where, text);
                    if (under == place) {
                        reader.refuse(where, "a meter per itself is 1", "name another meter");
                    } else if (under) {
                        quantities[place].per = under;
                    }
                });
    for (const sim::Quantity& item : quantities)
        if (item.per && quantities[*item.per].per)
            reader.refuse("--per",
                          fmt::format("\"{}\" is itself per another meter", columns.names[*item.per]),
                          "let both hang on the same meter");
    const auto bound = [&](const std::vector<std::string>& texts, const char* option, const auto& set) {
        reader.each(texts, option, [&](const std::string& where, std::size_t place, const std::string& text) {
            if (const auto value = reader.amount(where, text)) set(quantities[place], *value);
        });
    };
    bound(options.caps, "--cap", [](sim::Quantity& quantity, double value) { quantity.cap = value; });
    bound(options.above, "--above", [](sim::Quantity& quantity, double value) { quantity.above = value; });
    bound(options.below, "--below", [](sim::Quantity& quantity, double value) { quantity.below = value; });
    return quantities;
}

std::string kindText(const sim::UsageFit& kind) {
    std::string text = tableText(sim::fitSummaryTable(kind));
    for (const sim::QuantityFit& fit : kind.quantities) {
        text += fmt::format("\n{}: {}\n", sim::quantityName(fit), fit.proposal.why);
        for (const std::string& note : fit.notes) text += fmt::format("- {}\n", note);
        if (fit.persistence)
            text += fmt::format("- persistence {:.2f} ({:.2f} to {:.2f}), {} subjects, {:.1f} periods each\n",
                                fit.persistence->value, fit.persistence->low, fit.persistence->high,
                                fit.persistence->subjects, fit.persistence->periods);
        if (!fit.families.empty()) text += tableText(sim::fitFamilyTable(fit));
        const sim::Table parameters = sim::fitParameterTable(fit);
        if (!parameters.rows.empty()) text += "\n" + tableText(parameters);
    }
    const sim::Table correlations = sim::fitCorrelationTable(kind);
    if (!correlations.rows.empty()) text += "\n" + tableText(correlations);
    return text;
}

std::string splitText(const sim::SplitFit& split, const std::string& meter) {
    std::string text = fmt::format("Kinds of users by {}:", meter);
    for (const sim::LognormalMixture& mixture : split.mixtures)
        text += fmt::format(" {} with BIC {:.2f};", mixture.weights.size(), mixture.bic);
    text.back() = '.';
    return text + fmt::format(" {} taken.\n", split.kinds.size());
}

int fit(const FitOptions& options) {
    const core::CsvReading csv = core::readCsv(usageBytes(options.file, options.database), options.file);
    printDiagnostics(csv.diagnostics);
    if (!csv.table) return kBadInput;
    const auto given = [](const std::string& text) {
        return text.empty() ? std::nullopt : std::optional(text);
    };
    const sim::UsageColumnsReading reading = sim::usageColumnsOf(
        *csv.table, options.file, {options.meters, given(options.subject), given(options.period)});
    printDiagnostics(reading.diagnostics);
    if (!reading.columns) return kBadInput;
    OptionReader reader(reading.columns->names);
    const std::vector<sim::Quantity> quantities = quantitiesOf(options, *reading.columns, reader);
    std::optional<std::size_t> which;
    if (!options.split.empty()) which = reader.column("--split " + options.split, options.split);
    if (!reader.diagnostics.empty()) {
        printDiagnostics(reader.diagnostics);
        return kBadInput;
    }
    const sim::FitSettings settings{options.draws == 0 ? std::nullopt : std::optional(options.draws),
                                    options.seed, options.threads};
    std::string text;
    std::vector<sim::UsageFit> kinds;
    if (which) {
        sim::SplitFit split = sim::splitUsage(*reading.columns, quantities, *which, settings);
        text = splitText(split, options.split) + "\n";
        kinds = std::move(split.kinds);
    } else {
        kinds.push_back(sim::fitUsage(*reading.columns, quantities, settings));
    }
    const bool isStored = core::storedTable(options.file).has_value();
    const sim::FragmentNames names{
        options.segment, isStored ? options.file : std::filesystem::path(options.file).filename().string()};
    const std::string fragment = sim::fitToml(kinds, names);
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        if (kinds.size() > 1)
            text += fmt::format("{}Kind {}, {:.1f} % of the users\n\n", i == 0 ? "" : "\n", i + 1,
                                100.0 * kinds[i].weight);
        text += kindText(kinds[i]);
    }
    if (options.json) {
        fmt::print("{}", sim::fitJson(kinds, names));
    } else if (!options.quiet) {
        fmt::print("{}\n{}", text, fragment);
    }
    if (!options.toml.empty()) {
        const std::filesystem::path path = options.toml;
        writeFiles(path.has_parent_path() ? path.parent_path().string() : ".",
                   {{path.filename().string(), fragment}});
    }
    return kDone;
}

}  // namespace

void addFit(CLI::App& cli, Action& action) {
    CLI::App* command = cli.add_subcommand(
        "fit", "Ranks distributions for measured usage and proposes a segment to paste into a scenario");
    command->footer(
        "Example: breakeven fit usage.csv --meter requests --meter tokens --per tokens=requests\n"
        "USAGE.csv has one row per subject and period and one column per meter. The segment is printed last, "
        "as "
        "TOML.");
    auto options = std::make_shared<FitOptions>();
    command->add_option("USAGE", options->file, "usage table: a CSV, or store:NAME for a kept one")
        ->required();
    command->add_option("--db", options->database,
                        "the store of usage tables; default: runs.sqlite in your data directory");
    command->add_option("--meter", options->meters, "column to fit; default: every column of numbers")
        ->allow_extra_args(false);
    command->add_option("--per", options->per, "METER=METER: fit the first per unit of the second")
        ->allow_extra_args(false);
    command->add_option("--cap", options->caps, "METER=VALUE: this much or more means \"at least this\"")
        ->allow_extra_args(false);
    command->add_option("--above", options->above, "METER=VALUE: only more than this was recorded")
        ->allow_extra_args(false);
    command->add_option("--below", options->below, "METER=VALUE: only less than this was recorded")
        ->allow_extra_args(false);
    command->add_option("--split", options->split, "METER: tell kinds of users apart by it");
    command->add_option("--subject", options->subject, "column of the subject; default: subject");
    command->add_option("--period", options->period, "column of the period; default: period_start");
    command->add_option("--segment", options->segment, "id of the segment")->capture_default_str();
    command->add_option("--draws", options->draws, "bootstrap samples for the p-values; 0: by the rows")
        ->check(CLI::Range(0, 100'000));
    command->add_option("--seed", options->seed, "of the bootstrap")->capture_default_str();
    command->add_option("--threads", options->threads, "threads; 0: all of the machine")
        ->check(CLI::Range(0, 1024));
    command->add_option("--toml", options->toml, "write the segment to this file");
    command->add_flag("--json", options->json, "print everything as JSON");
    command->add_flag("--quiet", options->quiet, "print no table");
    command->callback([options, &action] { action = [options] { return fit(*options); }; });
}

}  // namespace breakeven::app
