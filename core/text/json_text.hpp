#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace breakeven::core {

/// Indented by two, with a line's end; bytes that are no UTF-8 are replaced.
[[nodiscard]] inline std::string jsonText(const nlohmann::ordered_json& json) {
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

/// null where a value is absent or not finite.
[[nodiscard]] inline nlohmann::ordered_json numberOrNull(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

}  // namespace breakeven::core
