#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/metering/event_rows.hpp"
#include "core/metering/id_set.hpp"
#include "core/metering/row_builder.hpp"
#include "core/metering/usage_table.hpp"
#include "core/time/calendar.hpp"

namespace breakeven::core {

/// One meter of the output: a rule and, where it groups, one of its groups.
struct MeterColumn {
    std::size_t meter = 0;
    std::uint32_t group = 0;
    bool operator==(const MeterColumn&) const = default;
};

/// What was seen of a column over all subjects.
struct MeterTotals {
    std::uint64_t events = 0;   ///< with a value
    std::uint64_t missing = 0;  ///< without one: the cell was empty
    double sum = 0.0;           ///< of the usage of all subjects and periods
    double smallest = 0.0;      ///< event value; of meters with events only
    double largest = 0.0;
};

/// Usage of a part of the subjects, event by event in the order of the log. Sums are compensated (Neumaier),
/// so they are those of exact arithmetic rounded once, but for rare last digits. Memory goes with subjects,
/// periods and groups, not with events; time-weighted meters keep each of their events (16 bytes), unique
/// ones each different text.
class UsageFold {
  public:
    /// @param anchors  day of the month on which a subject's period begins; 1 for others
    UsageFold(const RowPlan& plan, const Calendar& calendar,
              const std::unordered_map<std::string, int>& anchors);

    /// The number of a subject, new or known.
    std::uint32_t subjectOf(const EventSubject& subject);

    /// Takes one row.
    ///
    /// @param subject  its number here
    /// @param values, groups, texts  of this row, as EventRows keeps them, groups by their number in the file
    ///                               set
    void add(std::uint32_t subject, Instant time, const double* values, const std::uint32_t* groups,
             const std::string_view* texts);

    /// Adds the rows of all subjects to a table whose columns are known. To be called once, at the end.
    ///
    /// @param columns  of the table
    /// @param end      the last instant of the log: values of time-weighted meters hold until then
    void finish(const std::vector<MeterColumn>& columns, Instant end, UsageTable& table,
                std::vector<MeterTotals>& totals);

    [[nodiscard]] std::size_t subjects() const { return subjects_.size(); }

  private:
    struct Cell {
        double value = 0.0;
        double rest = 0.0;  ///< of the compensated sum
        Instant time = 0;   ///< of the latest value
        std::uint64_t count = 0;
        std::uint64_t missing = 0;
        double smallest = 0.0;
        double largest = 0.0;
    };
    struct CellKey {
        std::uint32_t subject;
        std::uint32_t grouping;
        std::uint32_t group;
        std::int32_t startDay;
        bool operator==(const CellKey&) const = default;
    };
    struct CellKeyHash {
        std::size_t operator()(const CellKey& key) const;
    };
    struct Subject {
        std::string_view name;
        std::uint64_t hash = 0;
        int anchorDay = 1;
        PeriodSpan period;                   ///< of the latest event seen
        std::uint32_t lastGroup = kNoGroup;  ///< of grouping 0's latest cell, with `lastCell`
        std::int32_t lastDay = 0;
        std::size_t lastCell = 0;
    };
    struct Level {
        Instant time;
        double value;
    };
    using LevelKey = std::array<std::uint32_t, 3>;  // subject, meter, group

    const PeriodSpan& periodOf(Subject& subject, Instant time);
    std::size_t cellsOf(std::uint32_t subject, std::size_t grouping, std::uint32_t group,
                        std::int32_t startDay);
    static void fold(Cell& cell, Aggregate aggregate, Instant time, double value);
    void integrate(Instant end);
    [[nodiscard]] std::optional<double> valueOf(const Cell& cell, Aggregate aggregate) const;

    const RowPlan& plan_;
    const Calendar& calendar_;
    const std::unordered_map<std::string, int>& anchors_;
    TextArena names_;
    std::vector<Subject> subjects_;
    std::vector<std::uint32_t> subjectSlots_;  ///< index + 1 into subjects_, open addressing
    std::map<Instant, PeriodSpan> periods_;    ///< by end; of calendar periods
    std::unordered_map<CellKey, std::size_t, CellKeyHash> cellIndex_;
    std::vector<Cell> cells_;
    std::vector<std::vector<std::size_t>> meters_;  ///< of each grouping
    std::map<LevelKey, std::vector<Level>> levels_;
    IdSet uniques_;
    std::string scratch_;
};

}  // namespace breakeven::core
