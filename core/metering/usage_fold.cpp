#include "core/metering/usage_fold.hpp"

#include <algorithm>
#include <cmath>

namespace breakeven::core {
namespace {

constexpr double kHour = 3600.0 * static_cast<double>(kSecond);

/// Neumaier's sum: `rest` collects what rounding drops.
void addTo(double& sum, double& rest, double value) {
    const double next = sum + value;
    rest += std::abs(sum) >= std::abs(value) ? (sum - next) + value : (value - next) + sum;
    sum = next;
}

}  // namespace

std::size_t UsageFold::CellKeyHash::operator()(const CellKey& key) const {
    std::uint64_t mixed = static_cast<std::uint64_t>(key.subject) << 32 | key.group;
    mixed ^= (static_cast<std::uint64_t>(key.grouping) << 32 | static_cast<std::uint32_t>(key.startDay)) *
             0x9E3779B97F4A7C15ULL;
    mixed *= 0xD6E8FEB86659FD93ULL;
    return mixed ^ mixed >> 32;
}

UsageFold::UsageFold(const RowPlan& plan, const Calendar& calendar,
                     const std::unordered_map<std::string, int>& anchors)
    : plan_(plan), calendar_(calendar), anchors_(anchors), meters_(plan.groupings.size()) {
    for (std::size_t m = 0; m < plan.meters.size(); ++m) meters_[plan.meters[m].grouping].push_back(m);
}

std::uint32_t UsageFold::subjectOf(const EventSubject& wanted) {
    if (subjects_.size() * 2 >= subjectSlots_.size()) {
        subjectSlots_.assign(std::max<std::size_t>(64, subjectSlots_.size() * 2), 0);
        for (std::uint32_t i = 0; i < subjects_.size(); ++i) {
            std::size_t at = subjects_[i].hash & (subjectSlots_.size() - 1);
            while (subjectSlots_[at] != 0) at = (at + 1) & (subjectSlots_.size() - 1);
            subjectSlots_[at] = i + 1;
        }
    }
    const std::size_t mask = subjectSlots_.size() - 1;
    std::size_t at = wanted.hash & mask;
    for (; subjectSlots_[at] != 0; at = (at + 1) & mask) {
        const Subject& known = subjects_[subjectSlots_[at] - 1];
        if (known.hash == wanted.hash && known.name == wanted.name) return subjectSlots_[at] - 1;
    }
    Subject subject;
    subject.name = names_.keep(wanted.name);
    subject.hash = wanted.hash;
    if (!anchors_.empty()) {
        const auto anchor = anchors_.find(std::string(wanted.name));
        if (anchor != anchors_.end()) subject.anchorDay = anchor->second;
    }
    subjects_.push_back(subject);
    subjectSlots_[at] = static_cast<std::uint32_t>(subjects_.size());
    return subjectSlots_[at] - 1;
}

const PeriodSpan& UsageFold::periodOf(Subject& subject, Instant time) {
    PeriodSpan& last = subject.period;
    if (time >= last.begin && time < last.end) return last;
    if (subject.anchorDay != 1) return last = calendar_.at(time, subject.anchorDay);
    const auto known = periods_.upper_bound(time);
    if (known != periods_.end() && time >= known->second.begin) return last = known->second;
    last = calendar_.at(time);
    periods_[last.end] = last;
    return last;
}

std::size_t UsageFold::cellsOf(std::uint32_t subject, std::size_t grouping, std::uint32_t group,
                               std::int32_t startDay) {
    Subject& known = subjects_[subject];
    const bool isFirst = grouping == 0;
    if (isFirst && known.lastGroup == group && known.lastDay == startDay) return known.lastCell;
    const CellKey key{subject, static_cast<std::uint32_t>(grouping), group, startDay};
    const auto [found, isNew] = cellIndex_.try_emplace(key, cells_.size());
    if (isNew) cells_.resize(cells_.size() + meters_[grouping].size());
    if (isFirst) {
        known.lastGroup = group;
        known.lastDay = startDay;
        known.lastCell = found->second;
    }
    return found->second;
}

void UsageFold::fold(Cell& cell, Aggregate aggregate, Instant time, double value) {
    cell.smallest = cell.count == 0 ? value : std::min(cell.smallest, value);
    cell.largest = cell.count == 0 ? value : std::max(cell.largest, value);
    if (aggregate == Aggregate::Sum || aggregate == Aggregate::Average) {
        addTo(cell.value, cell.rest, value);
    } else if (aggregate == Aggregate::Latest && (cell.count == 0 || time >= cell.time)) {
        cell.value = value;
        cell.time = time;
    }
    ++cell.count;
}

void UsageFold::add(std::uint32_t subject, Instant time, const double* values, const std::uint32_t* groups,
                    const std::string_view* texts) {
    const std::int32_t startDay = periodOf(subjects_[subject], time).startDay;
    for (std::size_t g = 0; g < meters_.size(); ++g) {
        if (groups[g] == kNoGroup) continue;
        const std::size_t first = cellsOf(subject, g, groups[g], startDay);
        for (std::size_t i = 0; i < meters_[g].size(); ++i) {
            const std::size_t m = meters_[g][i];
            const double value = values[m];
            if (value == kNotApplicable) continue;
            Cell& cell = cells_[first + i];
            const Aggregate aggregate = plan_.map.meters[m].aggregate;
            if (std::isnan(value)) {
                ++cell.missing;
            } else if (aggregate == Aggregate::Unique) {
                const std::string_view text = texts[*plan_.meters[m].text];
                const std::uint64_t number = first + i;
                scratch_.assign(reinterpret_cast<const char*>(&number), sizeof number);
                scratch_ += text;
                ++cell.count;
                if (uniques_.insert(hashOf(scratch_), scratch_)) cell.value += 1.0;
            } else {
                if (aggregate == Aggregate::TimeWeighted)
                    levels_[{subject, static_cast<std::uint32_t>(m), groups[g]}].push_back({time, value});
                fold(cell, aggregate, time, value);
            }
        }
    }
}

void UsageFold::integrate(Instant end) {
    for (auto& [key, levels] : levels_) {
        const auto [subject, m, group] = key;
        const std::size_t grouping = plan_.meters[m].grouping;
        const auto place = std::ranges::find(meters_[grouping], m) - meters_[grouping].begin();
        // Of values at the same time the last one holds.
        std::ranges::stable_sort(levels, {}, &Level::time);
        for (std::size_t i = 0; i < levels.size(); ++i) {
            Instant at = levels[i].time;
            const Instant until = i + 1 < levels.size() ? levels[i + 1].time : end;
            while (at < until) {
                const PeriodSpan period = periodOf(subjects_[subject], at);
                const Instant stop = std::min(until, period.end);
                Cell& cell = cells_[cellsOf(subject, grouping, group, period.startDay) +
                                    static_cast<std::size_t>(place)];
                if (cell.count == 0) cell.count = 1;  // a value held in it, though it began before
                addTo(cell.value, cell.rest, levels[i].value * (static_cast<double>(stop - at) / kHour));
                at = stop;
            }
        }
    }
}

std::optional<double> UsageFold::valueOf(const Cell& cell, Aggregate aggregate) const {
    const bool isTally =
        aggregate == Aggregate::Sum || aggregate == Aggregate::Count || aggregate == Aggregate::Unique;
    if (cell.count == 0) return isTally && cell.missing == 0 ? std::optional(0.0) : std::nullopt;
    switch (aggregate) {
        case Aggregate::Count:
            return static_cast<double>(cell.count);
        case Aggregate::Max:
            return cell.largest;
        case Aggregate::Min:
            return cell.smallest;
        case Aggregate::Average:
            return (cell.value + cell.rest) / static_cast<double>(cell.count);
        default:
            return cell.value + cell.rest;
    }
}

void UsageFold::finish(const std::vector<MeterColumn>& columns, Instant end, UsageTable& table,
                       std::vector<MeterTotals>& totals) {
    integrate(end);
    std::map<std::pair<std::uint32_t, std::int32_t>, std::size_t> rows;  // subject, period -> row
    std::map<std::pair<std::size_t, std::uint32_t>, std::size_t> columnOf;
    for (std::size_t c = 0; c < columns.size(); ++c) columnOf[{columns[c].meter, columns[c].group}] = c;
    for (const auto& [key, index] : cellIndex_) rows.try_emplace({key.subject, key.startDay}, 0);
    for (auto& [key, index] : rows) {
        index = table.rows.size();
        MeteredRow& row = table.rows.emplace_back();
        row.subject = subjects_[key.first].name;
        row.startDay = key.second;
        row.values.resize(columns.size());
        // What a group never had in a period is none; what isn't reported is not known.
        for (std::size_t c = 0; c < columns.size(); ++c)
            row.values[c] = valueOf(Cell{}, plan_.map.meters[columns[c].meter].aggregate);
    }
    for (const auto& [key, index] : cellIndex_) {
        MeteredRow& row = table.rows[rows.at({key.subject, key.startDay})];
        for (std::size_t i = 0; i < meters_[key.grouping].size(); ++i) {
            const std::size_t m = meters_[key.grouping][i];
            const auto column = columnOf.find({m, key.group});
            if (column == columnOf.end()) continue;
            const Cell& cell = cells_[index + i];
            row.values[column->second] = valueOf(cell, plan_.map.meters[m].aggregate);
            MeterTotals& total = totals[column->second];
            if (cell.count > 0) {
                total.smallest = total.events == 0 ? cell.smallest : std::min(total.smallest, cell.smallest);
                total.largest = std::max(total.largest, cell.largest);
            }
            total.events += cell.count;
            total.missing += cell.missing;
        }
    }
}

}  // namespace breakeven::core
