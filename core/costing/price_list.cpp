#include "core/costing/price_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/diagnostics/suggest.hpp"
#include "core/text/csv_table.hpp"
#include "core/text/csv_write.hpp"
#include "core/time/instant.hpp"

namespace breakeven::core {
namespace {

constexpr std::array<std::string_view, kPriceKinds> kKinds{
    "input", "cached", "cache_write", "output", "reasoning", "audio_input", "audio_output", "request"};
constexpr std::size_t kMostListed = 10;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Whether a name fits a pattern in which * stands for any text; capitals make no difference.
bool fits(std::string_view pattern, std::string_view name) {
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = n;
        } else if (p < pattern.size() && lower(pattern[p]) == lower(name[n])) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

bool fitsAny(std::string_view patterns, std::string_view name) {
    while (!patterns.empty()) {
        const std::size_t bar = patterns.find('|');
        if (fits(patterns.substr(0, bar), name)) return true;
        if (bar == std::string_view::npos) return false;
        patterns.remove_prefix(bar + 1);
    }
    return false;
}

/// Reads the rows of a price list.
class ListReader {
  public:
    ListReader(const CsvTable& table, const std::string& file) : table_(table), file_(file) {}

    PriceListReading read() {
        const std::size_t model = columnOf("model");
        const std::size_t currency = columnOf("currency");
        if (model == table_.header.size() || currency == table_.header.size()) {
            refuseAt({1, 1}, "the price list needs the columns model and currency",
                     "make one with: breakeven prices import FILE --out prices.csv");
            return std::move(reading_);
        }
        PriceList list;
        for (row_ = 0; row_ < table_.rows.size() && reading_.diagnostics.size() < kMostListed; ++row_)
            list.prices.push_back(price());
        if (table_.rows.empty()) refuseAt({1, 1}, "the price list has no rows", "add prices");
        if (!hasErrors(reading_.diagnostics)) reading_.list = std::move(list);
        return std::move(reading_);
    }

  private:
    [[nodiscard]] std::size_t columnOf(std::string_view name) const {
        return static_cast<std::size_t>(std::ranges::find(table_.header, name) - table_.header.begin());
    }

    std::string text(std::string_view name) const {
        const std::size_t column = columnOf(name);
        return column == table_.header.size() ? "" : table_.rows[row_][column];
    }

    void refuseAt(CellPlace place, std::string problem, std::string remedy) {
        reading_.diagnostics.push_back(
            {Severity::Error, {file_, place.line, place.column}, std::move(problem), std::move(remedy)});
    }

    void refuse(std::string_view column, std::string problem, std::string remedy) {
        const std::vector<CellPlace>& places = table_.places[row_];
        const std::size_t at = columnOf(column);
        refuseAt(at < places.size() ? places[at] : CellPlace{table_.lines[row_], 1},
                 fmt::format("column \"{}\": {}", column, problem), std::move(remedy));
    }

    std::optional<double> number(std::string_view column) {
        const std::string cell = text(column);
        if (cell.empty()) return std::nullopt;
        double value = 0.0;
        const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
        const bool isNumber = error == std::errc() && end == cell.data() + cell.size();
        if (isNumber && std::isfinite(value) && value >= 0.0) return value;
        refuse(column, fmt::format("\"{}\" is no number of at least 0", cell.substr(0, 40)),
               "write such as 2.5, or leave it empty");
        return std::nullopt;
    }

    ListedPrice price() {
        ListedPrice price;
        price.provider = text("provider");
        price.model = text("model");
        price.match = text("match");
        price.currency = text("currency");
        if (price.model.empty()) refuse("model", "the model has no name", "name it, or remove the row");
        const bool isCode = price.currency.size() == 3 &&
                            std::ranges::all_of(price.currency, [](char c) { return c >= 'A' && c <= 'Z'; });
        if (!isCode)
            refuse("currency", fmt::format("the currency is \"{}\"", price.currency.substr(0, 40)),
                   "write its ISO 4217 code, such as USD");
        if (const std::string start = text("start"); !start.empty()) {
            price.start = dayOfDate(start);
            if (!price.start)
                refuse("start", fmt::format("\"{}\" is no date", start.substr(0, 40)), "write 2026-01-31");
        }
        price.above = number("above").value_or(0.0);
        price.per = number("per").value_or(1.0);
        if (!(price.per > 0.0)) refuse("per", "it is 0", "write 1 or 1000000");
        for (std::size_t k = 0; k < kPriceKinds; ++k) price.amounts.at(k) = number(kKinds.at(k));
        return price;
    }

    const CsvTable& table_;
    const std::string& file_;
    std::size_t row_ = 0;
    PriceListReading reading_;
};

/// The first of a list of names, for a hint.
std::string someOf(const std::vector<std::string>& names) {
    constexpr std::size_t kMost = 5;
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < kMost; ++i)
        text += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", names[i]);
    return names.size() > kMost ? text + ", …" : text;
}

/// Names with the fewest edits, and those that hold the typed one.
std::vector<std::string> nearNames(std::string_view typed, std::vector<std::string> known) {
    std::vector<std::string> near;
    for (const std::string& name : known)
        if (name.find(typed) != std::string::npos || typed.find(name) != std::string_view::npos)
            near.push_back(name);
    while (near.size() < 3) {
        const auto nearest = nearestWord(typed, known);
        if (!nearest) break;
        std::erase(known, *nearest);
        if (std::ranges::find(near, *nearest) == near.end()) near.insert(near.begin(), *nearest);
    }
    return near;
}

}  // namespace

std::string_view nameOf(PriceKind kind) {
    return kKinds.at(static_cast<std::size_t>(kind));
}

std::optional<PriceKind> priceKindOf(std::string_view name) {
    const auto found = std::ranges::find(kKinds, name);
    if (found == kKinds.end()) return std::nullopt;
    return static_cast<PriceKind>(found - kKinds.begin());
}

PriceListReading readPriceList(std::string_view bytes, const std::string& file) {
    CsvReading csv = readCsv(bytes, file);
    if (!csv.table) return {std::nullopt, std::move(csv.diagnostics)};
    return readPriceTable(*csv.table, file);
}

PriceListReading readPriceTable(const CsvTable& table, const std::string& file) {
    return ListReader(table, file).read();
}

std::string priceListCsv(const PriceList& list) {
    std::string csv = "provider,model,match,start,above,currency,per";
    for (const std::string_view kind : kKinds) csv += fmt::format(",{}", kind);
    csv += "\r\n";
    for (const ListedPrice& price : list.prices) {
        csv += fmt::format("{},{},{},{},{},{},{}", csvText(price.provider), csvText(price.model),
                           csvText(price.match), price.start ? dateText(*price.start) : "",
                           price.above > 0.0 ? csvNumber(price.above) : "", price.currency,
                           csvNumber(price.per));
        for (const auto& amount : price.amounts) csv += "," + (amount ? csvNumber(*amount) : std::string());
        csv += "\r\n";
    }
    return csv;
}

PriceLookup findPrice(const PriceList& list, std::string_view provider, std::string_view model,
                      std::optional<std::int32_t> day) {
    PriceLookup result;
    const auto isOfProvider = [&](const ListedPrice& price) {
        return provider.empty() || price.provider == provider;
    };
    std::vector<const ListedPrice*> rows;
    for (const ListedPrice& price : list.prices)
        if (isOfProvider(price) && price.model == model) rows.push_back(&price);
    if (rows.empty()) {
        const auto fitting = std::ranges::find_if(list.prices, [&](const ListedPrice& price) {
            return isOfProvider(price) && (fits(price.model, model) || fitsAny(price.match, model));
        });
        if (fitting != list.prices.end())
            for (const ListedPrice& price : list.prices)
                if (price.provider == fitting->provider && price.model == fitting->model)
                    rows.push_back(&price);
    }
    if (rows.empty()) {
        std::vector<std::string> names;
        for (const ListedPrice& price : list.prices)
            if (isOfProvider(price)) names.push_back(price.model);
        std::ranges::sort(names);
        names.erase(std::unique(names.begin(), names.end()), names.end());
        result.why.problem =
            provider.empty() ? fmt::format("the price list has no model \"{}\"", model)
                             : fmt::format("the price list has no model \"{}\" of \"{}\"", model, provider);
        const std::vector<std::string> near = nearNames(model, std::move(names));
        result.why.remedy =
            near.empty() ? "look its name up in the list" : "did you mean " + someOf(near) + "?";
        return result;
    }
    std::optional<std::int32_t> earliest;
    std::erase_if(rows, [&](const ListedPrice* price) {
        if (price->start) earliest = std::min(earliest.value_or(*price->start), *price->start);
        return price->start && day && *price->start > *day;
    });
    if (rows.empty()) {
        result.why.problem = fmt::format("the prices of \"{}\" begin on {}, after {}", model,
                                         dateText(*earliest), dateText(*day));
        result.why.remedy = "choose a later date, or import an older list beside this one";
        return result;
    }
    std::vector<std::string> providers;
    for (const ListedPrice* price : rows)
        if (std::ranges::find(providers, price->provider) == providers.end())
            providers.push_back(price->provider);
    std::optional<ModelPrice> chosen;
    for (const std::string& name : providers) {
        std::optional<std::int32_t> latest;
        for (const ListedPrice* price : rows)
            if (price->provider == name && price->start)
                latest = std::max(latest.value_or(*price->start), *price->start);
        ModelPrice candidate;
        for (const ListedPrice* price : rows)
            if (price->provider == name && price->start == latest) candidate.tiers.push_back(*price);
        std::ranges::stable_sort(candidate.tiers, {}, &ListedPrice::above);
        const auto isEqual = [](const ListedPrice& a, const ListedPrice& b) {
            return a.above == b.above && a.currency == b.currency && a.per == b.per && a.amounts == b.amounts;
        };
        if (chosen && !std::ranges::equal(chosen->tiers, candidate.tiers, isEqual)) {
            result.why.problem = fmt::format("several providers price \"{}\" differently", model);
            result.why.remedy = fmt::format("say which provider: {}", someOf(providers));
            return result;
        }
        if (!chosen) chosen = std::move(candidate);
    }
    result.price = std::move(chosen);
    return result;
}

std::optional<double> amountOf(const ListedPrice& price, PriceKind kind) {
    const auto& own = price.amounts.at(static_cast<std::size_t>(kind));
    if (own) return own;
    switch (kind) {
        case PriceKind::Cached:
        case PriceKind::CacheWrite:
        case PriceKind::AudioInput:
            return amountOf(price, PriceKind::Input);
        case PriceKind::Reasoning:
        case PriceKind::AudioOutput:
            return amountOf(price, PriceKind::Output);
        default:
            return std::nullopt;
    }
}

std::optional<CallPrice> priceOfCall(const ModelPrice& price, const TokenUsage& usage) {
    const double whole = usage.wholeInput().value_or(0.0);
    const ListedPrice* tier = &price.tiers.front();
    for (const ListedPrice& candidate : price.tiers)
        if (whole > candidate.above || candidate.above == 0.0) tier = &candidate;
    CallPrice result;
    bool isPriced = true;
    const auto charge = [&](double& sum, const std::optional<double>& quantity, PriceKind kind) {
        if (!quantity || *quantity == 0.0) return;
        const auto amount = amountOf(*tier, kind);
        isPriced = isPriced && amount.has_value();
        sum += amount.value_or(0.0) * *quantity / tier->per;
    };
    charge(result.input, usage.input, PriceKind::Input);
    charge(result.input, usage.cached, PriceKind::Cached);
    charge(result.input, usage.cacheWrite, PriceKind::CacheWrite);
    charge(result.input, usage.audioInput, PriceKind::AudioInput);
    charge(result.output, usage.output, PriceKind::Output);
    charge(result.output, usage.reasoning, PriceKind::Reasoning);
    charge(result.output, usage.audioOutput, PriceKind::AudioOutput);
    result.request = tier->amounts.at(static_cast<std::size_t>(PriceKind::Request)).value_or(0.0);
    return isPriced ? std::optional(result) : std::nullopt;
}

}  // namespace breakeven::core
