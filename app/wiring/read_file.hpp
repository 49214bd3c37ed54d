#pragma once

#include <string>

namespace breakeven::app {

/// The bytes of a file of at most 512 MiB. Throws core::Error (Input) that says why it can't be read.
[[nodiscard]] std::string fileBytes(const std::string& path);

}  // namespace breakeven::app
