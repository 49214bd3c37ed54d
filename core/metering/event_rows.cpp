#include "core/metering/event_rows.hpp"

#include <algorithm>
#include <cstring>

namespace breakeven::core {
namespace {

constexpr std::size_t kBlockBytes = 64U << 10;

struct ReasonWords {
    std::string_view name;
    std::string_view words;
};
constexpr std::array<ReasonWords, kRejectReasons> kReasons{{
    {"broken_quotes", "quotes don't match"},
    {"cell_count", "more or fewer cells than the header"},
    {"too_long", "the row is too long"},
    {"not_text", "a text is not UTF-8 or holds control characters"},
    {"not_json", "not JSON"},
    {"not_an_event", "a required part of the event is missing"},
    {"no_subject", "no subject"},
    {"no_time", "no time"},
    {"bad_time", "the time can't be read"},
    {"bad_number", "a value is no finite number"},
    {"negative", "a value is below 0"},
}};

}  // namespace

std::string_view wordsOf(RejectReason reason) {
    return kReasons.at(static_cast<std::size_t>(reason)).words;
}

std::string_view nameOf(RejectReason reason) {
    return kReasons.at(static_cast<std::size_t>(reason)).name;
}

std::string_view TextArena::keep(std::string_view text) {
    if (text.empty()) return {};
    if (text.size() > free_) {
        const std::size_t size = std::max(text.size(), kBlockBytes);
        blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
        next_ = blocks_.back().get();
        free_ = size;
    }
    std::memcpy(next_, text.data(), text.size());
    const std::string_view kept(next_, text.size());
    next_ += text.size();
    free_ -= text.size();
    return kept;
}

void TextArena::clear() {
    blocks_.clear();
    free_ = 0;
    next_ = nullptr;
}

void EventRows::reject(RejectedRow row, std::string_view raw) {
    ++rejected.at(static_cast<std::size_t>(row.reason));
    if (keepsRejected) {
        rejectedText += raw;
        if (!raw.ends_with('\n')) rejectedText += '\n';
    }
    if (firstRejected.size() < kMostListed) firstRejected.push_back(std::move(row));
}

void EventRows::clear() {
    rows.clear();
    subjects.clear();
    values.clear();
    groups.clear();
    texts.clear();
    for (auto& names : groupNames) names.clear();
    highest = std::numeric_limits<Instant>::min();
    arena.clear();
    rowsRead = notUsage = filtered = withoutId = 0;
    rejected.fill(0);
    firstRejected.clear();
    rejectedText.clear();
    lines = 0;
    consumed = 0;
    isIncomplete = skipsToLineEnd = false;
}

}  // namespace breakeven::core
