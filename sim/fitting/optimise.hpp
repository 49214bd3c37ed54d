#pragma once

#include <functional>
#include <optional>
#include <vector>

namespace breakeven::sim {

/// The place of a maximum and its height.
struct Maximum {
    std::vector<double> at;
    double value = 0.0;
};

/// Climbs to a local maximum of a smooth function by Nelder & Mead (1965), begun anew once from the first
/// result, so that a collapsed simplex does not end it.
///
/// @param f      may give -infinity outside its domain
/// @param start  inside the domain; steps of about 0.3 must make sense there (logarithms do)
/// @return       none where it runs away: a coordinate moved by more than 40
[[nodiscard]] std::optional<Maximum> climb(const std::function<double(const std::vector<double>&)>& f,
                                           const std::vector<double>& start);

/// The maximum of a function of one coordinate with one peak, by Brent's method inside a bracket that is
/// widened while the peak is at its edge, at most to 40 on either side.
[[nodiscard]] std::optional<Maximum> climbLine(const std::function<double(double)>& f, double start,
                                               double reach);

/// The positive root of a function with one change of sign, by bracketing from `guess` and Alefeld, Potra &
/// Shi (1995, TOMS 748); none where no bracket is found.
[[nodiscard]] std::optional<double> positiveRoot(const std::function<double(double)>& f, double guess,
                                                 bool isRising);

/// The root of a function between two places where its signs differ (TOMS 748), to about 9 digits; none where
/// they do not differ or it is not a number on the way.
[[nodiscard]] std::optional<double> bracketedRoot(const std::function<double(double)>& f, double low,
                                                  double high);

}  // namespace breakeven::sim
