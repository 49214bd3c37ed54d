#pragma once

#include <cstdint>
#include <string>

namespace breakeven::core {

/// The bytes of a file of at most `most` bytes. Throws Error (Input) with what is wrong: not there, a folder,
/// larger, not readable.
[[nodiscard]] std::string fileBytes(const std::string& path, std::uintmax_t most);

}  // namespace breakeven::core
