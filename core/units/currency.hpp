#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace breakeven::core {

/// Decimals of a currency's minor unit (ISO 4217, list one): JPY 0, USD 2, KWD 3. Two for all that the
/// standard does not list otherwise.
[[nodiscard]] constexpr int minorUnitDecimals(std::string_view code) {
    constexpr std::array<std::string_view, 17> kNone = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                                        "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                                                        "VND", "VUV", "XAF", "XOF", "XPF"};
    constexpr std::array<std::string_view, 7> kThree = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
    constexpr std::array<std::string_view, 2> kFour = {"CLF", "UYW"};
    if (std::ranges::find(kNone, code) != kNone.end()) return 0;
    if (std::ranges::find(kThree, code) != kThree.end()) return 3;
    return std::ranges::find(kFour, code) != kFour.end() ? 4 : 2;
}

}  // namespace breakeven::core
