#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/metering/event_rows.hpp"
#include "core/metering/meter_map.hpp"
#include "core/time/calendar.hpp"

namespace breakeven::core {

/// What a log says under one column or path.
struct SlotValue {
    enum class Kind : std::uint8_t { Absent, Text, Number };
    Kind kind = Kind::Absent;
    std::string_view text;  ///< of Text; must live until the row is added
    double number = 0.0;    ///< of Number
};

/// A map made ready for many rows: every column it names has a slot.
class RowPlan {
  public:
    /// @param map  with all defaults filled in
    explicit RowPlan(const MeterMap& map);

    struct Value {
        std::size_t slot;
        std::vector<std::size_t> minus;
        std::optional<std::size_t> atLeast;
    };
    struct Filter {
        std::size_t slot = 0;
        std::size_t rule = 0;  ///< index into the meter's `where`
    };
    struct Meter {
        std::optional<Value> value;  ///< none: events are counted
        std::vector<Filter> filters;
        std::size_t grouping = 0;
        std::optional<std::size_t> text;  ///< of unique meters: which of the row's texts
    };

    MeterMap map;
    std::vector<std::string> slots;  ///< names of columns or paths, each once
    std::optional<std::size_t> subject, time, id, source;
    std::vector<Meter> meters;
    std::vector<std::vector<std::size_t>>
        groupings;  ///< slots of each different group_by; the first is empty
    std::size_t textCount = 0;
    std::optional<Calendar> clock;  ///< of times without an offset; none: UTC

  private:
    std::size_t slotOf(const std::string& name);
};

/// Checks rows against a plan and appends those that pass to columns. One per thread.
class RowBuilder {
  public:
    explicit RowBuilder(const RowPlan& plan);

    /// Begins a chunk.
    void begin(EventRows& out);

    enum class Texts { LiveWithChunk, Temporary };

    struct Refusal {
        RejectReason reason;
        std::size_t slot;  ///< where it went wrong
        std::string problem;
    };
    /// Adds a row of one value per slot. @return why it can't be, or none when it was added (or no meter
    /// takes it)
    std::optional<Refusal> add(const std::vector<SlotValue>& slots, Texts texts);

  private:
    std::optional<Refusal> readTime(const SlotValue& value, EventRow& row) const;
    std::optional<Refusal> readValue(const SlotValue& value, std::size_t slot, double& out) const;
    std::optional<Refusal> meterValue(const RowPlan::Meter& meter, const MeterRule& rule,
                                      const std::vector<SlotValue>& slots, double& out) const;
    std::uint32_t subjectOf(std::string_view name, bool isTemporary);
    std::uint32_t groupOf(std::size_t grouping, const std::vector<SlotValue>& slots);

    const RowPlan& plan_;
    EventRows* out_ = nullptr;
    std::vector<std::unordered_map<std::string, std::uint32_t>> known_;
    std::vector<std::uint32_t> lastGroup_;
    std::vector<double> values_;
    std::vector<std::uint32_t> subjectSlots_;  ///< index + 1 into the chunk's subjects, open addressing
    std::string scratch_;
};

}  // namespace breakeven::core
