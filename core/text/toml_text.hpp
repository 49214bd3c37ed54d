#pragma once

#include <string>
#include <string_view>

namespace breakeven::core {

/// A TOML basic string: the text quoted and escaped.
[[nodiscard]] std::string tomlQuoted(std::string_view text);

/// A TOML key: bare where TOML allows it, else quoted.
[[nodiscard]] std::string tomlKey(std::string_view text);

}  // namespace breakeven::core
