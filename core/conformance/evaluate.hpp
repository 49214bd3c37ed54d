#pragma once

// Inside core/conformance only: one case from JSON to a figure, through the rules of core/pricing/rating.

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>

#include "core/conformance/case_fields.hpp"
#include "core/units/decimal.hpp"

namespace breakeven::core::conformance {

/// A further result: a figure, or figures by key (balances by grant).
using Part = std::variant<Decimal, std::map<std::string, Decimal>>;

struct Evaluation {
    Decimal result;
    std::map<std::string, Part> parts;
};

/// State that a case may come with.
struct Context {
    const nlohmann::json* alreadyRated = nullptr;  ///< a quantity, or one per price
    std::optional<Decimal> alreadyBilled;
    std::optional<Decimal> tierQuantity;
    bool isLastInPeriod = true;
};

/// What a rule needs to know of the case beside its price and usage.
struct Setting {
    Context context;
    std::optional<int> roundPlaces;  ///< none: the figure is exact
    int minorUnits = 2;
    /// Decimals of what is rounded inside a rule.
    [[nodiscard]] int places() const { return roundPlaces.value_or(minorUnits); }
};

/// Rates one model. `price` and `usage` may be null where the model takes none. Throws CaseProblem and
/// rating::Refused. `expected` rounding is left to the caller.
[[nodiscard]] Evaluation evaluateModel(const std::string& model, const nlohmann::json& price,
                                       const std::string& pricePath, const nlohmann::json& usage,
                                       const std::string& usagePath, const Setting& setting);

// The families; each returns none for a model that is not its own.
[[nodiscard]] std::optional<Evaluation> evaluateCharge(const std::string& model, const nlohmann::json& price,
                                                       const std::string& pricePath,
                                                       const nlohmann::json& usage,
                                                       const std::string& usagePath, const Setting& setting);
[[nodiscard]] std::optional<Evaluation> evaluateCommitment(
    const std::string& model, const nlohmann::json& price, const std::string& pricePath,
    const nlohmann::json& usage, const std::string& usagePath, const Setting& setting);
[[nodiscard]] std::optional<Evaluation> evaluateCredits(const std::string& model, const nlohmann::json& price,
                                                        const std::string& pricePath,
                                                        const nlohmann::json& usage,
                                                        const std::string& usagePath, const Setting& setting);
[[nodiscard]] std::optional<Evaluation> evaluateInvoice(const std::string& model, const nlohmann::json& price,
                                                        const std::string& pricePath,
                                                        const nlohmann::json& usage,
                                                        const std::string& usagePath, const Setting& setting);

}  // namespace breakeven::core::conformance
