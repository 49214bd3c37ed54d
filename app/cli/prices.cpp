#include <fmt/format.h>

#include <filesystem>

#include "app/cli/commands.hpp"
#include "app/wiring/files.hpp"
#include "app/wiring/log_files.hpp"
#include "core/costing/price_import.hpp"
#include "core/text/file_bytes.hpp"
#include "core/time/instant.hpp"

namespace breakeven::app {
namespace {

constexpr std::size_t kMostPriceBytes = 64U << 20;

struct PricesOptions {
    std::vector<std::string> files;
    std::string out, start, currency = "USD";
    double per = 1.0;
    bool quiet = false;
};

/// The date in a file's name, "model_prices_2025-01-13.json".
std::optional<std::int32_t> dayInName(const std::string& path) {
    const std::string name = std::filesystem::path(path).filename().string();
    for (std::size_t i = 0; i + 10 <= name.size(); ++i)
        if (const auto day = core::dayOfDate(name.substr(i, 10))) return day;
    return std::nullopt;
}

int importFiles(const PricesOptions& options) {
    core::PriceList list;
    std::size_t skipped = 0;
    bool isGood = true;
    core::PriceImport how;
    how.currency = options.currency;
    how.per = options.per;
    if (!options.start.empty()) {
        how.start = core::dayOfDate(options.start);
        if (!how.start)
            throw core::Error(core::Error::Kind::Input, {core::Severity::Error,
                                                         {"--start", 0, 0},
                                                         fmt::format("\"{}\" is no date", options.start),
                                                         "write 2026-01-31"});
    }
    for (const std::string& file : options.files) {
        core::PriceImport ofFile = how;
        if (!ofFile.start) ofFile.start = dayInName(file);
        core::PriceImportReading reading =
            core::importPrices(core::fileBytes(file, kMostPriceBytes), file, ofFile);
        printDiagnostics(reading.diagnostics);
        isGood = isGood && reading.list;
        skipped += reading.skipped;
        if (reading.list)
            list.prices.insert(list.prices.end(), reading.list->prices.begin(), reading.list->prices.end());
    }
    if (!isGood) return kBadInput;
    const std::string csv = core::priceListCsv(list);
    if (options.out.empty()) {
        fmt::print("{}", csv);
    } else {
        const std::filesystem::path place = options.out;
        writeFiles(place.has_parent_path() ? place.parent_path().string() : ".",
                   {{place.filename().string(), csv}});
    }
    if (!options.quiet)
        tell("{} prices, {} entries without a price per token or request left out\n", list.prices.size(),
             skipped);
    return kDone;
}

}  // namespace

void addPrices(CLI::App& cli, Action& action) {
    CLI::App* prices = cli.add_subcommand("prices", "Price lists of model providers");
    prices->require_subcommand(1);
    CLI::App* command = prices->add_subcommand(
        "import",
        "Reads published price lists into one dated price list, for [cost] price_list of a scenario");
    command->footer(
        "Example: breakeven prices import model_prices_2025-01-13.json --out prices.csv\n"
        "Forms, found by content: JSON with input_cost_per_token (LiteLLM, tokencost), JSON with input_mtok "
        "(genai-prices), CSV with model, input, output …");
    auto options = std::make_shared<PricesOptions>();
    command->add_option("FILE", options->files, "price lists; later ones add to earlier ones")->required();
    command->add_option("--out", options->out, "write the list to this CSV; default: standard output");
    command->add_option("--start", options->start,
                        "first day of prices that name none; default: the date in the file's name, or none");
    command->add_option("--currency", options->currency, "of amounts that name none")->capture_default_str();
    command
        ->add_option("--per", options->per, "tokens that amounts of a CSV without a column \"per\" are for")
        ->check(CLI::Range(1.0, 1e9))
        ->capture_default_str();
    command->add_flag("--quiet", options->quiet, "say nothing when all went well");
    command->callback([options, &action] { action = [options] { return importFiles(*options); }; });
}

}  // namespace breakeven::app
