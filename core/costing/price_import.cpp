#include "core/costing/price_import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "core/text/csv_scan.hpp"
#include "core/text/csv_table.hpp"
#include "core/text/csv_write.hpp"
#include "core/text/utf8.hpp"
#include "core/time/instant.hpp"

namespace breakeven::core {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostBytes = 64U << 20;
constexpr std::size_t kMostWarnings = 20;
constexpr int kDeepest = 64;

const Json* member(const Json& object, std::string_view key) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(std::string(key));
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string word(const Json& object, std::string_view key) {
    const Json* found = member(object, key);
    return found != nullptr && found->is_string() ? found->get<std::string>() : "";
}

/// One import; collects what is worth telling.
class Importer {
  public:
    Importer(const std::string& file, const PriceImport& how) : file_(file), how_(how) {}

    PriceImportReading done() {
        if (list_.prices.empty() && !hasErrors(reading_.diagnostics))
            refuse("it holds no prices per token", "name a price list of the forms that --help lists");
        if (!hasErrors(reading_.diagnostics)) reading_.list = std::move(list_);
        return std::move(reading_);
    }

    void refuse(std::string problem, std::string remedy, int line = 0, int column = 0) {
        reading_.diagnostics.push_back(
            {Severity::Error, {file_, line, column}, std::move(problem), std::move(remedy)});
    }

    void readJson(std::string_view bytes);
    void readCsvPrices(std::string_view bytes);

  private:
    void warn(std::string problem, std::string remedy) {
        if (reading_.diagnostics.size() == kMostWarnings) problem = "more of such are left out";
        if (reading_.diagnostics.size() <= kMostWarnings)
            reading_.diagnostics.push_back(
                {Severity::Warning, {file_, 0, 0}, std::move(problem), std::move(remedy)});
    }

    /// A price >= 0, or none with an error.
    std::optional<double> amount(const Json& value, const std::string& model, std::string_view key) {
        if (value.is_number()) {
            const double number = value.get<double>();
            if (std::isfinite(number) && number >= 0.0) return number;
        }
        if (reading_.diagnostics.size() < kMostWarnings)
            refuse(fmt::format("model \"{}\": {} is no price of at least 0", model, key),
                   "mend or remove it in the file");
        return std::nullopt;
    }

    void perToken(const std::string& model, const Json& entry);
    void perMillion(const std::string& provider, const Json& model);
    void perMillionRows(ListedPrice base, const Json& prices);
    std::string patterns(const Json& match, const std::string& model);
    void addFilled(const ListedPrice& price) {
        const bool hasAny = std::ranges::any_of(price.amounts, [](const auto& a) { return a.has_value(); });
        if (hasAny) {
            list_.prices.push_back(price);
        } else {
            ++reading_.skipped;
        }
    }

    const std::string& file_;
    const PriceImport& how_;
    PriceList list_;
    PriceImportReading reading_;
};

void setAmount(ListedPrice& price, PriceKind kind, std::optional<double> amount) {
    price.amounts.at(static_cast<std::size_t>(kind)) = amount;
}

/// Price per token keys of LiteLLM's form.
struct TokenKey {
    std::string_view key;
    PriceKind kind;
};
constexpr TokenKey kTokenKeys[] = {{"input_cost_per_token", PriceKind::Input},
                                   {"cache_read_input_token_cost", PriceKind::Cached},
                                   {"input_cost_per_token_cache_hit", PriceKind::Cached},
                                   {"cache_creation_input_token_cost", PriceKind::CacheWrite},
                                   {"output_cost_per_token", PriceKind::Output},
                                   {"output_cost_per_reasoning_token", PriceKind::Reasoning},
                                   {"input_cost_per_audio_token", PriceKind::AudioInput},
                                   {"output_cost_per_audio_token", PriceKind::AudioOutput},
                                   {"input_cost_per_request", PriceKind::Request}};

constexpr TokenKey kMillionKeys[] = {{"input_mtok", PriceKind::Input},
                                     {"cache_read_mtok", PriceKind::Cached},
                                     {"cache_write_mtok", PriceKind::CacheWrite},
                                     {"output_mtok", PriceKind::Output},
                                     {"output_reasoning_mtok", PriceKind::Reasoning},
                                     {"input_audio_mtok", PriceKind::AudioInput},
                                     {"output_audio_mtok", PriceKind::AudioOutput}};

void Importer::perToken(const std::string& model, const Json& entry) {
    if (model == "sample_spec") return;  // the form's own documentation entry
    ListedPrice base;
    base.provider = word(entry, "litellm_provider");
    base.model = model;
    base.start = how_.start;
    base.currency = how_.currency;
    std::map<double, ListedPrice> tiers;
    for (const auto& [key, kind] : kTokenKeys) {
        if (const Json* value = member(entry, key)) setAmount(base, kind, amount(*value, model, key));
        // "…_above_128k_tokens" holds for all tokens of calls with more input than that.
        const std::string prefix = std::string(key) + "_above_";
        for (const auto& [name, value] : entry.items()) {
            if (!name.starts_with(prefix) || !name.ends_with("k_tokens") || value.is_null()) continue;
            const double thousands = std::strtod(name.c_str() + prefix.size(), nullptr);
            if (!(thousands > 0.0)) continue;
            setAmount(tiers.try_emplace(thousands * 1000.0).first->second, kind, amount(value, model, name));
        }
    }
    addFilled(base);
    for (const auto& [above, tier] : tiers) {
        ListedPrice row = base;
        row.above = above;
        for (std::size_t k = 0; k < kPriceKinds; ++k)
            if (tier.amounts.at(k)) row.amounts.at(k) = tier.amounts.at(k);
        addFilled(row);
    }
}

std::string Importer::patterns(const Json& match, const std::string& model) {
    const auto literal = [&](const Json& value, const char* before, const char* after) -> std::string {
        const std::string text = value.is_string() ? value.get<std::string>() : "";
        if (text.empty() || text.find_first_of("*|") != std::string::npos) return "";
        return before + text + after;
    };
    std::string result;
    const auto add = [&](const std::string& pattern) {
        if (pattern.empty()) return;
        result += (result.empty() ? "" : "|") + pattern;
    };
    if (!match.is_object()) return result;
    for (const auto& [key, value] : match.items()) {
        if (key == "or" && value.is_array()) {
            for (const Json& item : value) add(patterns(item, model));
        } else if (key == "equals") {
            const std::string same = literal(value, "", "");
            if (same != model) add(same);
        } else if (key == "starts_with") {
            add(literal(value, "", "*"));
        } else if (key == "ends_with") {
            add(literal(value, "*", ""));
        } else if (key == "contains") {
            add(literal(value, "*", "*"));
        } else {
            warn(fmt::format("model \"{}\": names by \"{}\" are left out", model, key),
                 "add patterns with * to its match column by hand");
        }
    }
    return result;
}

void Importer::perMillionRows(ListedPrice base, const Json& prices) {
    std::map<double, ListedPrice> tiers;
    for (const auto& [key, kind] : kMillionKeys) {
        const Json* value = member(prices, key);
        if (value == nullptr) continue;
        if (const Json* first = member(*value, "base")) {
            setAmount(base, kind, amount(*first, base.model, key));
            const Json* list = member(*value, "tiers");
            if (list == nullptr || !list->is_array()) continue;
            for (const Json& tier : *list) {
                const Json* start = member(tier, "start");
                const Json* price = member(tier, "price");
                if (start == nullptr || price == nullptr || !start->is_number()) continue;
                setAmount(tiers.try_emplace(start->get<double>()).first->second, kind,
                          amount(*price, base.model, key));
            }
        } else {
            setAmount(base, kind, amount(*value, base.model, key));
        }
    }
    if (const Json* thousand = member(prices, "requests_kcount"))
        if (const auto price = amount(*thousand, base.model, "requests_kcount"))
            setAmount(base, PriceKind::Request, *price / 1000.0);
    addFilled(base);
    ListedPrice row = base;
    for (const auto& [above, tier] : tiers) {
        if (!(above > 0.0)) continue;
        row.above = above;
        for (std::size_t k = 0; k < kPriceKinds; ++k)
            if (tier.amounts.at(k)) row.amounts.at(k) = tier.amounts.at(k);
        addFilled(row);
    }
}

void Importer::perMillion(const std::string& provider, const Json& model) {
    ListedPrice base;
    base.provider = provider;
    base.model = word(model, "id");
    base.currency = how_.currency;
    base.start = how_.start;
    base.per = 1e6;
    if (const Json* match = member(model, "match")) base.match = patterns(*match, base.model);
    const Json* prices = member(model, "prices");
    if (base.model.empty() || prices == nullptr) return;
    if (!prices->is_array()) {
        perMillionRows(base, *prices);
        return;
    }
    for (const Json& item : *prices) {
        const Json* constraint = member(item, "constraint");
        const Json* inner = member(item, "prices");
        if (inner == nullptr) continue;
        ListedPrice row = base;
        if (constraint != nullptr) {
            row.start = dayOfDate(word(*constraint, "start_date"));
            if (!row.start || constraint->size() != 1) {
                warn(fmt::format("model \"{}\" of \"{}\": prices by time of day are left out", base.model,
                                 provider),
                     "the price without a condition is kept; change it by hand where need be");
                continue;
            }
        }
        perMillionRows(row, *inner);
    }
}

void Importer::readJson(std::string_view bytes) {
    int depth = 0;
    const auto limit = [&](int at, Json::parse_event_t, Json&) {
        depth = std::max(depth, at);
        return at <= kDeepest;
    };
    Json root;
    try {
        root = Json::parse(bytes, limit);
    } catch (const Json::parse_error& error) {
        const auto [line, column] =
            lineAndColumn(bytes, std::min(bytes.size(), error.byte - (error.byte > 0)));
        refuse("this is not JSON", "fetch the file again", line, column);
        return;
    } catch (const Json::exception&) {
        refuse("a number is out of range", "fetch the file again");
        return;
    }
    if (depth > kDeepest) {
        refuse(fmt::format("brackets are nested more than {} deep", kDeepest), "is it a price list?");
        return;
    }
    if (root.is_array()) {
        for (const Json& provider : root) {
            const Json* models = member(provider, "models");
            if (models == nullptr || !models->is_array()) continue;
            for (const Json& model : *models) perMillion(word(provider, "id"), model);
        }
    } else if (root.is_object()) {
        for (const auto& [model, entry] : root.items())
            if (entry.is_object()) perToken(model, entry);
    }
}

void Importer::readCsvPrices(std::string_view bytes) {
    CsvReading csv = readCsv(bytes, file_);
    for (Diagnostic& problem : csv.diagnostics) reading_.diagnostics.push_back(std::move(problem));
    if (!csv.table) return;
    const std::map<std::string, std::string, std::less<>> kOtherNames{{"snapshot_date", "start"},
                                                                      {"effective_from", "start"},
                                                                      {"cached_input", "cached"},
                                                                      {"cache_read", "cached"}};
    CsvTable& table = *csv.table;
    for (std::string& name : table.header)
        if (const auto found = kOtherNames.find(name); found != kOtherNames.end()) name = found->second;
    const auto lacks = [&](std::string_view name) {
        return std::ranges::find(table.header, name) == table.header.end();
    };
    if (lacks("model")) {
        refuse("there is no column \"model\"", "name the columns model, input, output …", 1, 1);
        return;
    }
    // What the file lacks is put in as columns, so that one reader checks all cells.
    const auto addColumn = [&](const char* name, const std::string& value) {
        if (!lacks(name)) return;
        table.header.emplace_back(name);
        for (auto& row : table.rows) row.push_back(value);
    };
    addColumn("currency", how_.currency);
    addColumn("per", csvNumber(how_.per.value_or(1.0)));
    addColumn("start", how_.start ? dateText(*how_.start) : "");
    PriceListReading reading = readPriceTable(table, file_);
    for (Diagnostic& problem : reading.diagnostics) reading_.diagnostics.push_back(std::move(problem));
    if (!reading.list) return;
    for (const ListedPrice& price : reading.list->prices) addFilled(price);
}

}  // namespace

PriceImportReading importPrices(std::string_view bytes, const std::string& file, const PriceImport& how) {
    Importer importer(file, how);
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    const std::size_t first = bytes.find_first_not_of(" \t\r\n");
    if (bytes.size() > kMostBytes) {
        importer.refuse("the file is larger than 64 MiB", "is it a price list?");
    } else if (first == std::string_view::npos) {
        importer.refuse("the file is empty", "name a price list");
    } else if (const auto offset = notUtf8(bytes)) {
        const auto [line, column] = lineAndColumn(bytes, *offset);
        importer.refuse("this is not UTF-8 text", "save the file as UTF-8", line, column);
    } else if (bytes[first] == '{' || bytes[first] == '[') {
        importer.readJson(bytes);
    } else {
        importer.readCsvPrices(bytes);
    }
    return importer.done();
}

}  // namespace breakeven::core
