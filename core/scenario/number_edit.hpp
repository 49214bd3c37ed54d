#pragma once

#include <optional>
#include <string>
#include <vector>

namespace breakeven::core {

/// One number of a scenario file, as a person would change it.
struct ScenarioNumber {
    std::string path;           ///< as `--set` names it: `segment.teams.usage.requests.sigma`
    double value = 0.0;         ///< the point, or the base of a belief
    std::optional<double> low;  ///< of a belief; none: a point
    std::optional<double> high;
    std::string shape;   ///< of a belief, "pert" when the file names none
    std::string source;  ///< where the number comes from; empty: the file does not say
    bool operator==(const ScenarioNumber&) const = default;
};

/// All numbers of a scenario in the order of the file, those of [run] and `format` left out. Empty when the
/// text is not TOML. Nothing is checked.
[[nodiscard]] std::vector<ScenarioNumber> scenarioNumbers(const std::string& scenarioText);

enum class NumberPart { Value, Low, High };  ///< Value: the point, or the base of a belief

/// The scenario text with one number replaced; comments and everything else stay as they are. The result is
/// to be read again: it is not checked here.
///
/// @param path   as in `scenarioNumbers`
/// @param value  finite; written in the shortest form that reads back the same
/// @return       none when the text has no such number
[[nodiscard]] std::optional<std::string> withNumber(const std::string& scenarioText, const std::string& path,
                                                    NumberPart part, double value);

}  // namespace breakeven::core
