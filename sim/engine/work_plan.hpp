#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/scenario/scenario.hpp"
#include "sim/pipeline/layout.hpp"

namespace breakeven::sim {

/// Neighbouring users of a segment.
struct Chunk {
    std::size_t segment = 0;
    std::uint32_t first = 0;
    std::uint32_t users = 0;
};

/// Units of work [first, end).
struct UnitRange {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    [[nodiscard]] std::uint64_t size() const { return end - first; }
    bool operator==(const UnitRange&) const = default;
};

/// Which of `count` parts of a run's work.
struct Shard {
    std::uint32_t index = 1;  ///< from 1
    std::uint32_t count = 1;
    bool operator==(const Shard&) const = default;
};

/// How the work of a run is cut into units: whole worlds when there are several, chunks of users of the only
/// one otherwise. The same for any number of threads, shards and ranks.
class WorkPlan {
  public:
    explicit WorkPlan(const core::Scenario& scenario);

    [[nodiscard]] bool isByWorld() const { return worlds_ > 1; }
    [[nodiscard]] std::uint64_t units() const { return isByWorld() ? worlds_ : chunks_; }
    [[nodiscard]] UnitRange all() const { return {0, units()}; }
    /// Neighbouring units, as many as another shard has or one less; none where there are more shards than
    /// units.
    [[nodiscard]] UnitRange unitsOf(const Shard& shard) const;

    /// Of one world.
    [[nodiscard]] std::uint64_t chunks() const { return chunks_; }
    [[nodiscard]] Chunk chunkAt(std::uint64_t index) const;
    /// By segment: users of one world.
    [[nodiscard]] const std::vector<std::uint64_t>& users() const { return users_; }
    [[nodiscard]] const Grouping& grouping(std::size_t segment) const { return groups_[segment]; }

    [[nodiscard]] std::uint64_t userMonths(const UnitRange& range) const;

  private:
    std::uint32_t worlds_;
    std::uint32_t months_;
    std::vector<std::uint64_t> users_;
    std::vector<Grouping> groups_;
    std::vector<std::uint64_t> chunksBefore_;
    std::uint64_t chunks_ = 0;
    std::uint64_t usersOfWorld_ = 0;
};

/// Users drawn of each segment, by weight at base values, but 2 at least; with one world, whose errors come
/// from batches of users, 64 at least, and under importance sampling 1,024, or as many as the whole run has.
/// They count by the segment's weight all the same.
[[nodiscard]] std::vector<std::uint64_t> usersBySegment(const core::Scenario& scenario);

}  // namespace breakeven::sim
