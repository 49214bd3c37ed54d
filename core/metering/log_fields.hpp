#pragma once

// Inside core/metering only: the one place that knows the shapes of JSON logs.

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/metering/meter_map.hpp"

namespace breakeven::core {

/// A value under a dotted path; a key that holds the dots itself goes first. Null when there is none.
[[nodiscard]] const nlohmann::json* valueAtPath(const nlohmann::json& root, std::string_view path);

/// What a line of a log says, by the names that its format gives to it; other names are paths into the line.
struct LineFields {
    using Fields = std::map<std::string, nlohmann::json, std::less<>>;
    enum class Kind { Usage, NotUsage, Broken };
    Kind kind = Kind::Usage;
    std::string problem;  ///< of Broken
    Fields fields;
};

/// Reads the lines of one log in order.
class LogFields {
  public:
    /// @param file  the session of Codex logs that name none
    LogFields(LogFormat format, std::string file) : format_(format), session_(std::move(file)) {}

    [[nodiscard]] LineFields of(const nlohmann::json& line);

  private:
    LineFields codexFields(const nlohmann::json& line);

    LogFormat format_;
    // Codex says the session, the model and running totals in lines of their own.
    std::string session_;
    std::string model_;
    nlohmann::json total_;
};

}  // namespace breakeven::core
