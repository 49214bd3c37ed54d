#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/time/instant.hpp"

namespace breakeven::core {

/// Why a row can't be metered.
enum class RejectReason {
    BrokenQuotes,
    CellCount,
    TooLong,
    NotText,
    NotJson,
    NotAnEvent,
    NoSubject,
    NoTime,
    BadTime,
    BadNumber,
    Negative
};
inline constexpr std::size_t kRejectReasons = 11;

inline constexpr std::size_t kMostListed = 10;  ///< of rejected rows, and of the farthest values

/// In words, for the intake report: "the time can't be read".
[[nodiscard]] std::string_view wordsOf(RejectReason reason);
/// For JSON and scripts: "bad_time".
[[nodiscard]] std::string_view nameOf(RejectReason reason);

/// One rejected row and what is wrong with it.
struct RejectedRow {
    std::int64_t line = 0;  ///< from 1; within its chunk until the chunk's place in the file is known
    int column = 0;         ///< from 1, in characters; 0: the line as a whole
    RejectReason reason = RejectReason::CellCount;
    std::string problem;
};

/// Texts that live as long as a chunk of rows.
class TextArena {
  public:
    std::string_view keep(std::string_view text);
    void clear();

  private:
    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t free_ = 0;
    char* next_ = nullptr;
};

/// A subject of a chunk.
struct EventSubject {
    std::string_view name;
    std::uint64_t hash = 0;
};

/// One event that passed all checks. Texts belong to the chunk's buffer or arena.
struct EventRow {
    Instant time = 0;
    std::string_view id;  ///< with its source in front; empty: not to be deduplicated
    std::uint64_t idHash = 0;
    std::uint32_t subject = 0;  ///< index into EventRows::subjects
};

/// What a value slot of a row holds when it is no number.
inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kNotApplicable = -std::numeric_limits<double>::infinity();
inline constexpr std::uint32_t kNoGroup = 0xFFFF'FFFF;

/// The rows of one piece of a file, in columns.
struct EventRows {
    std::vector<EventRow> rows;
    std::vector<EventSubject> subjects;   ///< each once, in order of appearance
    std::vector<double> values;           ///< rows x meters
    std::vector<std::uint32_t> groups;    ///< rows x groupings: index into groupNames, or kNoGroup
    std::vector<std::string_view> texts;  ///< rows x meters of unique texts
    std::vector<std::vector<std::string>> groupNames;       ///< of each grouping, in order of appearance
    Instant highest = std::numeric_limits<Instant>::min();  ///< time of the rows
    TextArena arena;

    std::uint64_t rowsRead = 0;   ///< of every kind, blank lines and header left out
    std::uint64_t notUsage = 0;   ///< lines of a log that hold no usage by their nature
    std::uint64_t filtered = 0;   ///< rows that no meter takes
    std::uint64_t withoutId = 0;  ///< used rows that can't be deduplicated, though there is an id column
    std::array<std::uint64_t, kRejectReasons> rejected{};
    std::vector<RejectedRow> firstRejected;  ///< the first ten
    std::string rejectedText;                ///< all rejected rows as they stand, when asked for
    bool keepsRejected = false;
    std::int64_t lines = 0;  ///< line ends consumed

    std::size_t consumed = 0;     ///< bytes of the buffer up to which rows were taken
    bool isIncomplete = false;    ///< the last row goes on beyond the buffer
    bool skipsToLineEnd = false;  ///< the rest of a line that is too long is to be dropped

    void reject(RejectedRow row, std::string_view raw);
    void clear();
};

/// Hash of texts for tables inside one run; never written anywhere.
[[nodiscard]] inline std::uint64_t hashOf(std::string_view text) {
    return std::hash<std::string_view>{}(text);
}

}  // namespace breakeven::core
