#include "sim/report/table_cells.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sim/report/number_text.hpp"

namespace breakeven::sim {

TableCell textCell(std::string text) {
    return {std::move(text), std::nullopt, ""};
}

TableCell fixedCell(const std::optional<double>& value, int decimals) {
    if (!value || !std::isfinite(*value)) return textCell("-");
    return {fmt::format("{:.{}f}", *value, decimals), value, ""};
}

TableCell shareWithErrorCell(const std::optional<SampleShare>& share) {
    if (!share) return textCell("-");
    return {percentText(share->value, share->standardError), share->value,
            fmt::format("± {:.2g} %", 100.0 * share->standardError)};
}

std::string parametersText(const Law& law, int digits) {
    std::string text;
    const auto names = parameterNames(law.family);
    for (std::size_t i = 0; i < names.size(); ++i)
        text += fmt::format("{}{} {:.{}g}", i == 0 ? "" : ", ", names[i], law.parameters[i], digits);
    return text;
}

}  // namespace breakeven::sim
