#include "sim/report/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sim/report/results_table.hpp"

namespace breakeven::sim {
namespace {

constexpr int kMostDigits = 6;    // nobody reads more in a table; files hold all of them
constexpr int kMostDecimals = 6;  // beyond, a power of ten reads better
constexpr double kMostGrouped = 1e15;

/// Decimal exponent of the number rounded to one digit: 0.096 -> -1, since it rounds to 0.1.
int exponentOf(double value) {
    const std::string text = fmt::format("{:.0e}", std::abs(value));
    int exponent = 0;
    const char* begin = text.data() + text.find('e') + 1;
    if (*begin == '+') ++begin;
    std::from_chars(begin, text.data() + text.size(), exponent);
    return exponent;
}

std::string grouped(std::string text) {
    const std::size_t begin = text.front() == '-' ? 1 : 0;
    std::size_t at = std::min(text.find('.'), text.size());
    while (at > begin + 3) text.insert(at -= 3, 1, ',');
    return text;
}

std::string withoutTrailingZeros(std::string text) {
    if (text.find('.') == std::string::npos) return text;
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

std::string withoutNegativeZero(std::string text) {
    const bool isZero = text.find_first_not_of("-0.") == std::string::npos;
    return isZero && text.front() == '-' ? text.substr(1) : text;
}

std::string fixedText(double value, int decimals) {
    if (decimals >= 0) return withoutNegativeZero(fmt::format("{:.{}f}", value, decimals));
    const double unit = std::pow(10.0, -decimals);
    return withoutNegativeZero(fmt::format("{:.0f}", std::round(value / unit) * unit));
}

}  // namespace

std::string formatWithError(double value, double standardError) {
    if (!std::isfinite(value)) return "-";
    if (value == 0.0) return "0";
    const int mostDecimals = kMostDigits - 1 - exponentOf(value);
    const bool hasError = std::isfinite(standardError) && standardError > 0.0;
    // Of a mean without variance no digit is sure; one says of what size it came out.
    const bool isHollow = std::isinf(standardError);
    const int supported = hasError   ? -exponentOf(standardError)
                          : isHollow ? -exponentOf(value)
                                     : mostDecimals;
    const int decimals = std::min(supported, mostDecimals);
    if (std::abs(value) >= kMostGrouped || (decimals > kMostDecimals && std::abs(value) < 1e-3))
        return fmt::format("{:.{}e}", value, std::clamp(decimals + exponentOf(value), 0, kMostDigits - 1));
    const std::string text = fixedText(value, hasError || isHollow ? decimals : std::max(decimals, 0));
    return grouped(supported >= mostDecimals ? withoutTrailingZeros(text) : text);
}

std::string formatError(double standardError) {
    if (std::isinf(standardError)) return "infinite";
    if (!std::isfinite(standardError) || standardError <= 0.0) return "0";
    return formatWithError(standardError, standardError);
}

std::string wholeText(double value) {
    if (!std::isfinite(value) || std::abs(value) >= kMostGrouped) return formatWithError(value, 0.0);
    return grouped(fixedText(value, 0));
}

std::string moneyText(double value, double standardError, const std::string& currency) {
    const std::string text = formatWithError(value, standardError);
    if (currency != "USD" || text == "-") return fmt::format("{} {}", text, currency);
    return text.front() == '-' ? "-$" + text.substr(1) : "$" + text;
}

std::string percentText(double share, double standardError) {
    return formatWithError(100.0 * share, 100.0 * standardError) + " %";
}

std::string rangeText(double low, double high, double standardError) {
    if (std::isinf(low) && std::isinf(high)) return "none: infinite variance";
    return fmt::format("{} to {}", formatWithError(low, standardError), formatWithError(high, standardError));
}

}  // namespace breakeven::sim
