#pragma once

#include <string>

namespace breakeven::core {

/// What is counted.
struct Meter {
    std::string id;
    std::string unit;  ///< singular, for display and CSV: "request"; the id when the file names none
    bool operator==(const Meter&) const = default;
};

}  // namespace breakeven::core
