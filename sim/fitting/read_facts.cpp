#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "core/diagnostics/suggest.hpp"
#include "sim/fitting/facts.hpp"

namespace breakeven::sim {
namespace {

constexpr const char* kKnown = "use mean, median, p90 (any percentile), above12, top10, gini or cv";

std::optional<double> numberOf(std::string_view text) {
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

/// Half a unit of the last digit of a written number: 0.5 of "12", 0.05 of "6.0".
double roundingOf(std::string_view digits) {
    const std::size_t exponent = digits.find_first_of("eE");
    const std::string_view mantissa = digits.substr(0, exponent);
    const std::size_t point = mantissa.find('.');
    const double decimals =
        point == std::string_view::npos ? 0.0 : static_cast<double>(mantissa.size() - point - 1);
    const double power =
        exponent == std::string_view::npos
            ? 0.0
            : numberOf(digits.substr(exponent + 1 + (digits[exponent + 1] == '+' ? 1 : 0))).value_or(0.0);
    return 0.5 * std::pow(10.0, power - decimals);
}

/// Kind and level of a fact's name; none when it is no fact.
std::optional<Fact> kindOf(std::string_view name) {
    Fact fact;
    const auto rest = [&](std::string_view prefix) -> std::optional<double> {
        return name.starts_with(prefix) ? numberOf(name.substr(prefix.size())) : std::nullopt;
    };
    if (name == "mean") return fact;
    fact.kind = Fact::Kind::Gini;
    if (name == "gini") return fact;
    fact.kind = Fact::Kind::Cv;
    if (name == "cv") return fact;
    fact.kind = Fact::Kind::Quantile;
    fact.level = 0.5;
    if (name == "median") return fact;
    if (const auto level = rest("p")) {
        fact.level = *level / 100.0;
        return fact;
    }
    if (const auto level = rest("above")) {
        fact.kind = Fact::Kind::ShareAbove;
        fact.level = *level;
        return fact;
    }
    if (const auto level = rest("top")) {
        fact.kind = Fact::Kind::TopShare;
        fact.level = *level / 100.0;
        return fact;
    }
    return std::nullopt;
}

bool isShare(Fact::Kind kind) {
    return kind == Fact::Kind::ShareAbove || kind == Fact::Kind::TopShare || kind == Fact::Kind::Gini;
}

}  // namespace

FactsReading readFacts(std::span<const std::string> texts, std::optional<double> within) {
    FactsReading reading;
    std::size_t amounts = 0;
    for (const std::string& text : texts) {
        const auto refuse = [&](std::string problem, std::string remedy) {
            reading.diagnostics.push_back(
                {core::Severity::Error, {text, 0, 0}, std::move(problem), std::move(remedy)});
        };
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos) {
            refuse("there is no NAME=NUMBER here", "write mean=6 or p90=12");
            continue;
        }
        std::optional<Fact> fact = kindOf(std::string_view(text).substr(0, equals));
        if (!fact) {
            refuse(fmt::format("unknown fact \"{}\"", text.substr(0, equals)), kKnown);
            continue;
        }
        std::string_view digits = std::string_view(text).substr(equals + 1);
        const bool isPercent = digits.ends_with('%');
        if (isPercent) digits.remove_suffix(1);
        const std::optional<double> value = numberOf(digits);
        if (!value || (isPercent && !isShare(fact->kind))) {
            refuse(
                fmt::format("\"{}\" is not a number", text.substr(equals + 1)),
                isShare(fact->kind) ? "write a share such as 0.1 or 10%" : "write digits only, such as 12");
            continue;
        }
        const double unit = isPercent ? 0.01 : 1.0;
        fact->text = text;
        fact->value = *value * unit;
        fact->rounding = within ? *within * fact->value : roundingOf(digits) * unit;
        const bool isLevel = fact->kind == Fact::Kind::Quantile || fact->kind == Fact::Kind::TopShare;
        if (isLevel && !(fact->level > 0.0 && fact->level < 1.0)) {
            refuse(fmt::format("{} % is not between 0 and 100", 100.0 * fact->level),
                   "name a percentile such as p90, or a share of the users such as top10");
        } else if (fact->kind == Fact::Kind::ShareAbove && !(fact->level > 0.0)) {
            refuse(fmt::format("the amount {} is not above 0", fact->level), "write above12=10%");
        } else if (isShare(fact->kind) && !(fact->value > 0.0 && fact->value < 1.0)) {
            refuse(fmt::format("the share is {}", fact->value), "it lies between 0 and 1 (or 0% and 100%)");
        } else if (!(fact->value > 0.0)) {
            refuse(fmt::format("the value is {}", fact->value), "it must be above 0");
        } else {
            amounts += fact->kind == Fact::Kind::Mean || fact->kind == Fact::Kind::Quantile ||
                               fact->kind == Fact::Kind::ShareAbove
                           ? 1
                           : 0;
            reading.facts.push_back(std::move(*fact));
        }
    }
    if (!reading.diagnostics.empty()) return reading;
    const core::SourcePoint whole{"facts", 0, 0};
    if (reading.facts.size() < 2) {
        reading.diagnostics.push_back({core::Severity::Error, whole,
                                       "one number alone fits endless distributions",
                                       "give at least two facts"});
    } else if (amounts == 0) {
        reading.diagnostics.push_back({core::Severity::Error, whole, "no fact says how much is used",
                                       "add a mean, a percentile or a share above an amount"});
    }
    return reading;
}

}  // namespace breakeven::sim
