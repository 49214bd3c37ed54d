#pragma once

// Inside core/metering only.

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/metering/event_rows.hpp"

namespace breakeven::core {

inline constexpr std::size_t kShardBits = 6;
inline constexpr std::size_t kShards = std::size_t{1} << kShardBits;  // fixed: threads must change nothing
inline constexpr std::uint32_t kNoSubject = 0xFFFF'FFFF;

/// The part of the work that a hash belongs to.
[[nodiscard]] inline std::size_t shardOf(std::uint64_t hash) {
    return hash >> (64 - kShardBits);
}

/// Where each shard's part of a piece begins, and a place for each of its rows.
struct ShardOrder {
    std::array<std::uint32_t, kShards + 1> starts{};
    std::array<std::uint32_t, kShards + 1> next{};

    template <typename HashOf>
    void count(std::size_t rows, const HashOf& hashOf) {
        starts.fill(0);
        for (std::size_t i = 0; i < rows; ++i) ++starts[shardOf(hashOf(i)) + 1];
        for (std::size_t s = 0; s < kShards; ++s) starts[s + 1] += starts[s];
        next = starts;
    }
    std::uint32_t place(std::uint64_t hash) { return next[shardOf(hash)]++; }
};

struct SortedId {
    std::uint64_t hash = 0;
    std::string_view id;
    std::uint32_t row = 0;
};

struct SortedRow {
    Instant time = 0;
    std::uint32_t subject = 0;
    std::uint32_t row = 0;
};

/// A piece's rows again, in the order of shards: the work of a shard then reads memory from front to end,
/// which is what makes it fast. Within a shard rows keep their order.
class ShardedPiece {
  public:
    void build(const EventRows& piece, std::size_t meters, std::size_t groupings, bool hasIds) {
        const std::size_t count = piece.rows.size();
        isDuplicate.assign(count, 0);
        subjectNumbers.assign(piece.subjects.size(), kNoSubject);
        ids_.resize(hasIds ? count : 0);
        if (hasIds) {
            byId_.count(count, [&](std::size_t i) { return piece.rows[i].idHash; });
            for (std::uint32_t i = 0; i < count; ++i) {
                const EventRow& row = piece.rows[i];
                ids_[byId_.place(row.idHash)] = {row.idHash, row.id, i};
            }
        }
        rows_.resize(count);
        values.resize(count * meters);
        groups.resize(count * groupings);
        const auto subjectHash = [&](std::size_t i) { return piece.subjects[piece.rows[i].subject].hash; };
        bySubject_.count(count, subjectHash);
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::size_t place = bySubject_.place(subjectHash(i));
            rows_[place] = {piece.rows[i].time, piece.rows[i].subject, i};
            std::copy_n(&piece.values[i * meters], meters, &values[place * meters]);
            std::copy_n(&piece.groups[i * groupings], groupings, &groups[place * groupings]);
        }
    }
    [[nodiscard]] std::span<const SortedId> idsOf(std::size_t shard) const {
        if (ids_.empty()) return {};
        return std::span(ids_).subspan(byId_.starts[shard], byId_.starts[shard + 1] - byId_.starts[shard]);
    }
    /// First and end of a shard's rows in `row`, `values` and `groups`.
    [[nodiscard]] std::pair<std::size_t, std::size_t> rangeOf(std::size_t shard) const {
        return {bySubject_.starts[shard], bySubject_.starts[shard + 1]};
    }
    [[nodiscard]] const SortedRow& row(std::size_t place) const { return rows_[place]; }

    std::vector<double> values;
    std::vector<std::uint32_t> groups;
    std::vector<std::uint32_t> subjectNumbers;  ///< subject of the piece -> number in its fold, once known
    std::vector<std::uint8_t> isDuplicate;      ///< by the row's number in the piece

  private:
    ShardOrder byId_, bySubject_;
    std::vector<SortedId> ids_;
    std::vector<SortedRow> rows_;
};

}  // namespace breakeven::core
