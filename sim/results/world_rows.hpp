#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace breakeven::sim {

/// Begins the name of what a metric of a world would be with all the users there are, beside the simulated
/// one (sim/stats/expected_values.hpp).
inline constexpr const char* kExpectedPrefix = "expected_";

/// One row of worlds.csv: a metric of a plan in one world, or the draw of a belief (`belief.<path>`, plan
/// empty). The names are the caller's, or those of the WorldRows that it was read from.
struct WorldRow {
    std::uint32_t world = 0;  ///< from 1
    std::string_view plan;
    std::string_view metric;
    double value = 0.0;
};

/// The rows of worlds.csv in their order: 16 bytes each, every pair of names kept once.
class WorldRows {
  public:
    struct Name {
        std::string plan;
        std::string metric;
        bool operator==(const Name&) const = default;
    };
    struct Entry {
        std::uint32_t world = 0;
        std::uint32_t name = 0;  ///< index into `names`
        double value = 0.0;
        bool operator==(const Entry&) const = default;
    };
    struct WorldValue {
        std::uint32_t world = 0;
        double value = 0.0;
    };

    void add(std::uint32_t world, std::string_view plan, std::string_view metric, double value);
    void reserve(std::size_t rows) { entries_.reserve(rows); }

    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] WorldRow operator[](std::size_t row) const;
    /// In the order of their first rows.
    [[nodiscard]] const std::vector<Name>& names() const { return names_; }
    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
    /// What one metric of a plan is in each world that has it, in the order of the rows.
    [[nodiscard]] std::vector<WorldValue> of(std::string_view plan, std::string_view metric) const;
    /// The same of what it is in expectation, where the rows say that, else of itself: what chances over
    /// worlds are counted from.
    [[nodiscard]] std::vector<WorldValue> expected(std::string_view plan, std::string_view metric) const;

    bool operator==(const WorldRows& other) const {
        return names_ == other.names_ && entries_ == other.entries_;
    }

  private:
    [[nodiscard]] bool isNamed(std::size_t name, std::string_view plan, std::string_view metric) const;
    /// `names_.size()` where none is.
    [[nodiscard]] std::size_t find(std::string_view plan, std::string_view metric) const;

    std::vector<Name> names_;
    std::vector<Entry> entries_;
};

}  // namespace breakeven::sim
