#include "core/billing/semantics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/diagnostics/suggest.hpp"

namespace breakeven::core {
namespace {

using rating::CouponOrder;
using rating::FlatAtZero;
using rating::ProrationMethod;
using enum InvoiceStep;

/// What each preset rests on is told in scenarios/SEMANTICS.md.
std::vector<Semantics> presets() {
    return {
        Semantics{},
        {"lago",
         FlatAtZero::FirstTier,
         RoundingScope::Line,
         ProrationMethod::DaysInclusive,
         CouponOrder::AsGiven,
         {Cap, Minimum, Discount, Tax, Credit}},
        {"openmeter",
         FlatAtZero::FirstTier,
         RoundingScope::Tier,
         ProrationMethod::SecondsExclusiveEnd,
         CouponOrder::AsGiven,
         {Discount, Cap, Minimum, Credit, Tax}},
        {"stripe",
         FlatAtZero::None,
         RoundingScope::Line,
         ProrationMethod::SecondsExclusiveEnd,
         CouponOrder::AsGiven,
         {Cap, Minimum, Discount, Credit, Tax}},
        {"flexprice",
         FlatAtZero::None,
         RoundingScope::Line,
         ProrationMethod::DaysInclusive,
         CouponOrder::AsGiven,
         {Cap, Minimum, Discount, Credit, Tax}},
        {"meteroid",
         FlatAtZero::None,
         RoundingScope::Line,
         ProrationMethod::DaysExclusiveEnd,
         CouponOrder::PercentageFirst,
         {Cap, Minimum, Discount, Credit, Tax}},
        {"killbill",
         FlatAtZero::None,
         RoundingScope::Line,
         ProrationMethod::DaysExclusiveEnd,
         CouponOrder::AsGiven,
         {Cap, Minimum, Discount, Tax, Credit}},
    };
}

template <typename Value, std::size_t Count>
using Words = std::array<std::pair<std::string_view, Value>, Count>;

constexpr Words<FlatAtZero, 2> kFlatAtZero = {
    {{"none", FlatAtZero::None}, {"first_tier", FlatAtZero::FirstTier}}};
constexpr Words<RoundingScope, 3> kRounding = {
    {{"line", RoundingScope::Line}, {"tier", RoundingScope::Tier}, {"invoice", RoundingScope::Invoice}}};
constexpr Words<ProrationMethod, 3> kProration = {
    {{"days_inclusive", ProrationMethod::DaysInclusive},
     {"days_exclusive_end", ProrationMethod::DaysExclusiveEnd},
     {"seconds_exclusive_end", ProrationMethod::SecondsExclusiveEnd}}};
constexpr Words<CouponOrder, 2> kCoupons = {
    {{"as_given", CouponOrder::AsGiven}, {"percentage_first", CouponOrder::PercentageFirst}}};
constexpr Words<InvoiceStep, 5> kSteps = {
    {{"discount", Discount}, {"cap", Cap}, {"minimum", Minimum}, {"credit", Credit}, {"tax", Tax}}};

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == separator)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

/// Reads one semantics text.
class SemanticsParser {
  public:
    SemanticsParser(const std::string& text, const std::string& option)
        : place_{fmt::format("{} {}", option, text), 0, 0} {
        const std::vector<std::string> parts = split(text, ',');
        Semantics result;
        std::vector<std::string> names;
        for (const Semantics& preset : presets()) {
            names.push_back(preset.name);
            if (preset.name == parts.front()) result = preset;
        }
        if (result.name != parts.front())
            fail(fmt::format("there is no preset \"{}\"", parts.front()), parts.front(), names);
        for (std::size_t i = 1; i < parts.size(); ++i) apply(parts[i], result);
        result.name = text;
        if (reading.diagnostics.empty()) reading.semantics = result;
    }

    SemanticsReading reading;

  private:
    void fail(std::string problem, const std::string& typed, const std::vector<std::string>& known) {
        const auto nearest = nearestWord(typed, known);
        reading.diagnostics.push_back({Severity::Error, place_, std::move(problem),
                                       nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                                               : fmt::format("use one of {}", fmt::join(known, ", "))});
    }

    template <typename Value, std::size_t Count>
    void choose(const Words<Value, Count>& words, const std::string& key, const std::string& word,
                Value& to) {
        const auto found = std::ranges::find(words, word, &std::pair<std::string_view, Value>::first);
        if (found != words.end()) {
            to = found->second;
            return;
        }
        std::vector<std::string> known;
        for (const auto& item : words) known.emplace_back(item.first);
        fail(fmt::format("{}: unknown word \"{}\"", key, word), word, known);
    }

    void order(const std::string& text, std::array<InvoiceStep, 5>& steps) {
        const std::vector<std::string> words = split(text, '>');
        std::vector<InvoiceStep> found;
        for (const std::string& word : words) {
            InvoiceStep step = Discount;
            const std::size_t before = reading.diagnostics.size();
            choose(kSteps, "order", word, step);
            if (reading.diagnostics.size() > before) return;
            if (std::ranges::find(found, step) == found.end()) found.push_back(step);
        }
        if (found.size() == steps.size() && words.size() == steps.size()) {
            std::ranges::copy(found, steps.begin());
            return;
        }
        reading.diagnostics.push_back({Severity::Error, place_,
                                       fmt::format("order \"{}\" does not name each step once", text),
                                       "write order=discount>cap>minimum>credit>tax in the order you want"});
    }

    void apply(const std::string& text, Semantics& result) {
        const std::size_t at = text.find('=');
        const std::string key = text.substr(0, at);
        const std::string word = at == std::string::npos ? "" : text.substr(at + 1);
        if (key == "flat_at_zero")
            choose(kFlatAtZero, key, word, result.flatAtZero);
        else if (key == "rounding")
            choose(kRounding, key, word, result.rounding);
        else if (key == "proration")
            choose(kProration, key, word, result.proration);
        else if (key == "coupons")
            choose(kCoupons, key, word, result.coupons);
        else if (key == "order")
            order(word, result.order);
        else
            fail(fmt::format("there is no option \"{}\"", key), key,
                 {"flat_at_zero", "rounding", "proration", "coupons", "order"});
    }

    SourcePoint place_;
};

}  // namespace

SemanticsReading readSemantics(const std::string& text, const std::string& option) {
    return SemanticsParser(text, option).reading;
}

}  // namespace breakeven::core
