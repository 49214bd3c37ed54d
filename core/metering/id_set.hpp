#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace breakeven::core {

/// A set of texts that answers exactly whether one was seen before. It keeps all of their bytes: in memory,
/// and in sorted files that the system maps in once `spill` was called. Not for several threads at once.
class IdSet {
  public:
    IdSet();
    ~IdSet();
    IdSet(IdSet&&) noexcept;
    IdSet& operator=(IdSet&&) noexcept;

    /// @param hash  of the text, the same for the same text
    /// @return true when the text was not in the set
    bool insert(std::uint64_t hash, std::string_view text);

    /// Brings the place of a hash nearer.
    void prefetch(std::uint64_t hash) const {
        if (!slots_.empty()) __builtin_prefetch(&slots_[hash & (slots_.size() - 1)], 1);
    }

    /// Bytes of memory that are held.
    [[nodiscard]] std::size_t memoryBytes() const;

    /// Moves what is in memory to a file of its own that vanishes with the set. Throws Error (System) when
    /// the file can't be written.
    ///
    /// @param folder  where the file is made
    void spill(const std::string& folder);

  private:
    struct Slot {
        std::uint64_t hash = 0;
        std::uint64_t where = 0;  ///< of the text: block and offset, from 1; 0: the slot is free
    };
    class Run;
    [[nodiscard]] std::string_view textAt(std::uint64_t where) const;
    std::uint64_t keep(std::string_view text);
    void grow();

    std::vector<Slot> slots_;
    std::size_t count_ = 0;
    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t blockBytes_ = 0;  ///< of all blocks
    std::size_t used_ = 0;        ///< of the last block
    std::size_t size_ = 0;        ///< of the last block
    std::vector<std::unique_ptr<Run>> runs_;
};

}  // namespace breakeven::core
