#pragma once

#include <string>
#include <string_view>

namespace breakeven::core {

/// SHA-256 of the bytes as 64 lower-case hex digits (FIPS 180-4; OpenSSL's).
[[nodiscard]] std::string sha256Hex(std::string_view bytes);

}  // namespace breakeven::core
