#include "core/metering/row_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "core/text/utf8.hpp"

namespace breakeven::core {
namespace {

constexpr std::size_t kMostShown = 40;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

/// A value for a message: cut after forty bytes, what is not UTF-8 replaced.
std::string shown(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size() && result.size() < kMostShown;) {
        const std::size_t length = characterLength(text.substr(i));
        if (length == 0) {
            result += "?";
            ++i;
        } else {
            result += text.substr(i, length);
            i += length;
        }
    }
    return result.size() < text.size() ? result + "…" : result;
}

/// UTF-8 without control characters.
bool isCleanText(std::string_view text) {
    bool isAscii = true;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) return false;
        isAscii = isAscii && byte < 0x80;
    }
    return isAscii || !notUtf8(text);
}

std::string numberText(double value) {
    return fmt::format("{}", value);
}

/// The text of a slot, for subjects, ids, filters and groups.
std::string_view textOf(const SlotValue& value, std::string& scratch) {
    if (value.kind == SlotValue::Kind::Number) {
        scratch = numberText(value.number);
        return scratch;
    }
    return value.kind == SlotValue::Kind::Text ? trimmed(value.text) : std::string_view();
}

/// Digits alone, up to 15 of them: exact as a double, and most values of a log are like that.
bool fewDigits(std::string_view text, double& value) {
    if (text.empty() || text.size() > 15) return false;
    std::int64_t number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
        number = number * 10 + (c - '0');
    }
    value = static_cast<double>(number);
    return true;
}

}  // namespace

std::size_t RowPlan::slotOf(const std::string& name) {
    const auto found = std::ranges::find(slots, name);
    if (found != slots.end()) return static_cast<std::size_t>(found - slots.begin());
    slots.push_back(name);
    return slots.size() - 1;
}

RowPlan::RowPlan(const MeterMap& given) : map(given) {
    if (!map.subject.empty()) subject = slotOf(map.subject);
    if (!map.time.empty()) time = slotOf(map.time);
    if (!map.id.empty()) id = slotOf(map.id);
    if (!map.source.empty()) source = slotOf(map.source);
    if (map.timeZone != "UTC") clock.emplace(PeriodKind::Day, map.timeZone);
    std::vector<std::vector<std::string>> names;
    for (const MeterRule& rule : map.meters) {
        Meter meter;
        if (!rule.column.empty()) {
            meter.value = Value{slotOf(rule.column), {}, {}};
            for (const std::string& column : rule.minus) meter.value->minus.push_back(slotOf(column));
            if (!rule.atLeast.empty()) meter.value->atLeast = slotOf(rule.atLeast);
        }
        for (std::size_t i = 0; i < rule.where.size(); ++i)
            meter.filters.push_back({slotOf(rule.where[i].column), i});
        const auto found = std::ranges::find(names, rule.groupBy);
        meter.grouping = static_cast<std::size_t>(found - names.begin());
        if (found == names.end()) {
            names.push_back(rule.groupBy);
            std::vector<std::size_t>& grouping = groupings.emplace_back();
            for (const std::string& column : rule.groupBy) grouping.push_back(slotOf(column));
        }
        if (rule.aggregate == Aggregate::Unique) meter.text = textCount++;
        meters.push_back(std::move(meter));
    }
}

RowBuilder::RowBuilder(const RowPlan& plan)
    : plan_(plan), known_(plan.groupings.size()), lastGroup_(plan.groupings.size(), kNoGroup) {}

void RowBuilder::begin(EventRows& out) {
    out_ = &out;
    out.groupNames.resize(plan_.groupings.size());
    for (auto& known : known_) known.clear();
    std::ranges::fill(lastGroup_, kNoGroup);
    std::ranges::fill(subjectSlots_, 0U);
}

std::uint32_t RowBuilder::subjectOf(std::string_view name, bool isTemporary) {
    std::vector<EventSubject>& subjects = out_->subjects;
    if (subjects.size() * 2 >= subjectSlots_.size()) {
        subjectSlots_.assign(std::max<std::size_t>(1024, subjectSlots_.size() * 2), 0);
        for (std::uint32_t i = 0; i < subjects.size(); ++i) {
            std::size_t at = subjects[i].hash & (subjectSlots_.size() - 1);
            while (subjectSlots_[at] != 0) at = (at + 1) & (subjectSlots_.size() - 1);
            subjectSlots_[at] = i + 1;
        }
    }
    const std::uint64_t hash = hashOf(name);
    const std::size_t mask = subjectSlots_.size() - 1;
    std::size_t at = hash & mask;
    for (; subjectSlots_[at] != 0; at = (at + 1) & mask) {
        const EventSubject& known = subjects[subjectSlots_[at] - 1];
        if (known.hash == hash && known.name == name) return subjectSlots_[at] - 1;
    }
    subjects.push_back({isTemporary ? out_->arena.keep(name) : name, hash});
    subjectSlots_[at] = static_cast<std::uint32_t>(subjects.size());
    return subjectSlots_[at] - 1;
}

std::optional<RowBuilder::Refusal> RowBuilder::readTime(const SlotValue& value, EventRow& row) const {
    const std::size_t slot = *plan_.time;
    const auto since = [&](std::optional<Instant> instant) -> std::optional<Refusal> {
        if (instant && !__builtin_add_overflow(*instant, plan_.map.epoch, &row.time)) return std::nullopt;
        const std::string written =
            value.kind == SlotValue::Kind::Number ? numberText(value.number) : shown(trimmed(value.text));
        return Refusal{RejectReason::BadTime, slot,
                       fmt::format("\"{}\" is out of the range of times", written)};
    };
    if (value.kind == SlotValue::Kind::Number) return since(epochInstant(value.number, plan_.map.timeUnit));
    const std::string_view text =
        value.kind == SlotValue::Kind::Text ? trimmed(value.text) : std::string_view();
    if (text.empty()) return Refusal{RejectReason::NoTime, slot, "the time is empty"};
    // A date has its first dash at the fifth place; a number has none there.
    if (text.size() < 8 || text[4] != '-') {
        if (const auto instant = parseEpoch(text, plan_.map.timeUnit)) return since(instant);
    }
    const auto time = parseTime(text);
    if (!time) return Refusal{RejectReason::BadTime, slot, fmt::format("\"{}\" is no time", shown(text))};
    row.time = time->hasOffset || !plan_.clock ? time->instant : plan_.clock->fromLocal(time->instant);
    return std::nullopt;
}

std::optional<RowBuilder::Refusal> RowBuilder::readValue(const SlotValue& value, std::size_t slot,
                                                         double& out) const {
    out = kMissing;
    if (value.kind == SlotValue::Kind::Absent) return std::nullopt;
    std::string shownText;
    if (value.kind == SlotValue::Kind::Number) {
        out = value.number;
    } else {
        std::string_view text = trimmed(value.text);
        if (text.empty()) return std::nullopt;
        if (fewDigits(text, out)) return std::nullopt;
        std::string withPoint;
        if (plan_.map.isDecimalComma && text.size() < 64) {
            withPoint = text;
            std::ranges::replace(withPoint, ',', '.');
            text = withPoint;
        }
        const char* end = text.data() + text.size();
        const auto [at, error] = std::from_chars(text.data(), end, out);
        if (error != std::errc() || at != end)
            return Refusal{RejectReason::BadNumber, slot,
                           fmt::format("\"{}\" is {}", shown(trimmed(value.text)),
                                       error == std::errc::result_out_of_range ? "out of the range of numbers"
                                                                               : "not a number")};
    }
    if (!std::isfinite(out))
        return Refusal{RejectReason::BadNumber, slot, fmt::format("{} is not a finite number", out)};
    if (out < 0.0) return Refusal{RejectReason::Negative, slot, fmt::format("usage is {}, below 0", out)};
    return std::nullopt;
}

std::optional<RowBuilder::Refusal> RowBuilder::meterValue(const RowPlan::Meter& meter, const MeterRule& rule,
                                                          const std::vector<SlotValue>& slots,
                                                          double& out) const {
    if (!meter.value) {
        out = 1.0;
        return std::nullopt;
    }
    if (meter.text) {
        out = slots[meter.value->slot].kind == SlotValue::Kind::Absent ? kMissing : 1.0;
        return std::nullopt;
    }
    if (rule.aggregate == Aggregate::Count) {
        std::string scratch;
        out = textOf(slots[meter.value->slot], scratch).empty() ? kMissing : 1.0;
        return std::nullopt;
    }
    if (auto refusal = readValue(slots[meter.value->slot], meter.value->slot, out)) return refusal;
    for (const std::size_t slot : meter.value->minus) {
        double part = 0.0;
        if (auto refusal = readValue(slots[slot], slot, part)) return refusal;
        if (!std::isnan(part)) out -= part;  // a part that is not reported is none
    }
    if (out < 0.0)
        return Refusal{RejectReason::Negative, meter.value->slot,
                       fmt::format("less the parts it is {}, below 0", out)};
    if (meter.value->atLeast) {
        double other = 0.0;
        if (auto refusal = readValue(slots[*meter.value->atLeast], *meter.value->atLeast, other))
            return refusal;
        if (!std::isnan(other) && !(out >= other * rule.atLeastFactor)) out = other * rule.atLeastFactor;
    }
    out *= rule.factor;
    return std::nullopt;
}

std::uint32_t RowBuilder::groupOf(std::size_t grouping, const std::vector<SlotValue>& slots) {
    const std::vector<std::size_t>& columns = plan_.groupings[grouping];
    std::vector<std::string>& names = out_->groupNames[grouping];
    std::string number;
    if (columns.size() == 1 && lastGroup_[grouping] != kNoGroup &&
        names[lastGroup_[grouping]] == textOf(slots[columns[0]], number))
        return lastGroup_[grouping];
    scratch_.clear();
    for (const std::size_t slot : columns) {
        if (slot != columns.front()) scratch_ += '.';
        const std::string_view text = textOf(slots[slot], number);
        scratch_ += text.empty() ? "none" : text;
    }
    const auto [found, isNew] =
        known_[grouping].try_emplace(scratch_, static_cast<std::uint32_t>(names.size()));
    if (isNew) names.push_back(scratch_);
    lastGroup_[grouping] = found->second;
    return found->second;
}

std::optional<RowBuilder::Refusal> RowBuilder::add(const std::vector<SlotValue>& slots, Texts texts) {
    EventRow row;
    std::string scratch;
    const auto refuse = [](RejectReason reason, std::size_t slot, std::string problem) {
        return Refusal{reason, slot, std::move(problem)};
    };
    const auto kept = [&](std::string_view text) {
        const bool isShort = texts == Texts::Temporary || text.data() == scratch.data();
        return isShort ? out_->arena.keep(text) : text;
    };
    std::string_view subject;
    if (plan_.subject) {
        subject = textOf(slots[*plan_.subject], scratch);
        if (subject.empty()) return refuse(RejectReason::NoSubject, *plan_.subject, "the subject is empty");
        if (!isCleanText(subject))
            return refuse(RejectReason::NotText, *plan_.subject,
                          fmt::format("the subject \"{}\" is not clean UTF-8", shown(subject)));
    } else {
        subject = *plan_.map.subjectValue;
    }
    const bool isTemporary = texts == Texts::Temporary || subject.data() == scratch.data();
    row.subject = subjectOf(subject, isTemporary);
    if (plan_.time) {
        if (auto refusal = readTime(slots[*plan_.time], row)) return refusal;
    } else {
        row.time = *plan_.map.timeValue;
    }

    const std::size_t first = out_->values.size();
    const std::size_t firstText = out_->texts.size();
    const auto undo = [&] {
        out_->values.resize(first);
        out_->texts.resize(firstText);
    };
    bool isTaken = false;
    std::uint64_t groupsTaken = 0;  // a bit per grouping; those beyond 64 are always worked out
    for (std::size_t m = 0; m < plan_.meters.size(); ++m) {
        const RowPlan::Meter& meter = plan_.meters[m];
        const MeterRule& rule = plan_.map.meters[m];
        bool applies = true;
        for (const RowPlan::Filter& filter : meter.filters) {
            const RowFilter& where = rule.where[filter.rule];
            const std::string_view text = textOf(slots[filter.slot], scratch);
            const bool isAmong = std::ranges::find(where.values, text) != where.values.end();
            applies = applies && isAmong != where.isExcluding;
        }
        double value = kNotApplicable;
        if (applies) {
            if (auto refusal = meterValue(meter, rule, slots, value)) {
                undo();
                return refusal;
            }
            isTaken = true;
            groupsTaken |= std::uint64_t{1} << std::min<std::size_t>(meter.grouping, 63);
        }
        out_->values.push_back(value);
        if (meter.text) {
            const std::string_view text =
                applies ? textOf(slots[meter.value->slot], scratch) : std::string_view();
            if (text.empty() && applies) out_->values.back() = kMissing;
            out_->texts.push_back(kept(text));
        }
    }
    if (!isTaken) {
        undo();
        ++out_->filtered;
        return std::nullopt;
    }
    for (std::size_t g = 0; g < plan_.groupings.size(); ++g) {
        const bool isUsed = (groupsTaken >> std::min<std::size_t>(g, 63) & 1U) != 0;
        if (!plan_.groupings[g].empty()) {
            for (const std::size_t slot : plan_.groupings[g]) {
                if (isUsed && !isCleanText(textOf(slots[slot], scratch))) {
                    undo();
                    out_->groups.resize(out_->rows.size() * plan_.groupings.size());
                    return refuse(RejectReason::NotText, slot, "the group is not clean UTF-8");
                }
            }
        }
        out_->groups.push_back(isUsed ? groupOf(g, slots) : kNoGroup);
    }
    if (plan_.id) {
        const std::string_view id = textOf(slots[*plan_.id], scratch);
        if (id.empty()) {
            ++out_->withoutId;
        } else if (plan_.source) {
            // The length in front keeps ("a", "bc") and ("ab", "c") apart.
            std::string number;
            const std::string_view source = textOf(slots[*plan_.source], number);
            scratch_ = fmt::format("{}:{}", source.size(), source);
            scratch_ += id;
            row.id = out_->arena.keep(scratch_);
        } else {
            row.id = kept(id);
        }
        row.idHash = hashOf(row.id);
    }
    out_->highest = std::max(out_->highest, row.time);
    out_->rows.push_back(row);
    return std::nullopt;
}

}  // namespace breakeven::core
