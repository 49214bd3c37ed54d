#pragma once

#include <limits>

namespace breakeven {

/// No limit: an open end of a range, a moment that does not exist because it is infinite.
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace breakeven
