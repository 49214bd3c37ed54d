#include "core/metering/id_set.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::core {
namespace {

constexpr std::size_t kIdBlockBytes = 64U << 10;
constexpr int kBlockBits =
    30;  // a text is far shorter than 1 GiB, so an offset fits below the block's number

Error spillError(const std::string& folder, int error) {
    return {Error::Kind::System,
            {Severity::Error,
             {folder, 0, 0},
             fmt::format("ids can't be set aside there: {}", std::strerror(error)),
             "make room, or name another folder with TMPDIR"}};
}

/// Writes all of it or throws.
void writeAll(int file, const void* data, std::size_t size, const std::string& folder) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t count = ::write(file, at, size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw spillError(folder, errno);
        at += count;
        size -= static_cast<std::size_t>(count);
    }
}

}  // namespace

/// Texts in a file: first (hash, offset) in the order of hashes, then each text with its length in front.
class IdSet::Run {
  public:
    Run(const std::string& folder, std::vector<Slot> sorted, const IdSet& set) : count_(sorted.size()) {
        std::string path = folder + "/breakeven-ids-XXXXXX";
        const int file = ::mkstemp(path.data());
        if (file < 0) throw spillError(folder, errno);
        ::unlink(path.c_str());  // it is gone with its last user, even after a crash
        try {
            std::string texts;
            for (Slot& slot : sorted) {
                const std::string_view text = set.textAt(slot.where);
                slot.where = count_ * sizeof(Slot) + texts.size();
                const auto length = static_cast<std::uint32_t>(text.size());
                texts.append(reinterpret_cast<const char*>(&length), sizeof length);
                texts += text;
            }
            writeAll(file, sorted.data(), count_ * sizeof(Slot), folder);
            writeAll(file, texts.data(), texts.size(), folder);
            bytes_ = count_ * sizeof(Slot) + texts.size();
        } catch (const Error&) {
            ::close(file);
            throw;
        }
        void* mapped = ::mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, file, 0);
        const int error = errno;
        ::close(file);
        if (mapped == MAP_FAILED) throw spillError(folder, error);
        data_ = static_cast<const char*>(mapped);
    }
    ~Run() { ::munmap(const_cast<char*>(data_), bytes_); }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    [[nodiscard]] bool contains(std::uint64_t hash, std::string_view text) const {
        const Slot* slots = reinterpret_cast<const Slot*>(data_);
        const Slot* end = slots + count_;
        const auto isBelow = [](const Slot& slot, std::uint64_t h) { return slot.hash < h; };
        // Hashes are spread evenly, so a place can be guessed; the true one is within a few slots of it.
        const std::uint64_t first = slots->hash;
        const std::uint64_t last = slots[count_ - 1].hash;
        if (hash < first || hash > last) return false;
        const double share = static_cast<double>(hash - first) / static_cast<double>(last - first + 1);
        const auto guess =
            std::min(count_ - 1, static_cast<std::size_t>(share * static_cast<double>(count_)));
        std::size_t low = guess;
        for (std::size_t step = 16; low > 0 && slots[low].hash >= hash; step *= 4) low -= std::min(low, step);
        std::size_t high = guess;
        for (std::size_t step = 16; high < count_ && slots[high].hash < hash; step *= 4)
            high += std::min(count_ - high, step);
        const Slot* at = std::lower_bound(slots + low, slots + high, hash, isBelow);
        for (; at != end && at->hash == hash; ++at) {
            std::uint32_t length = 0;
            std::memcpy(&length, data_ + at->where, sizeof length);
            if (std::string_view(data_ + at->where + sizeof length, length) == text) return true;
        }
        return false;
    }

  private:
    std::size_t count_;
    std::size_t bytes_ = 0;
    const char* data_ = nullptr;
};

IdSet::IdSet() = default;
IdSet::~IdSet() = default;
IdSet::IdSet(IdSet&&) noexcept = default;
IdSet& IdSet::operator=(IdSet&&) noexcept = default;

std::string_view IdSet::textAt(std::uint64_t where) const {
    --where;
    const char* at = blocks_[where >> kBlockBits].get() + (where & ((std::uint64_t{1} << kBlockBits) - 1));
    std::uint32_t length = 0;
    std::memcpy(&length, at, sizeof length);
    return {at + sizeof length, length};
}

std::uint64_t IdSet::keep(std::string_view text) {
    const auto length = static_cast<std::uint32_t>(text.size());
    const std::size_t need = sizeof length + text.size();
    if (used_ + need > size_) {
        size_ = std::max(kIdBlockBytes, need);
        blocks_.push_back(std::make_unique_for_overwrite<char[]>(size_));
        blockBytes_ += size_;
        used_ = 0;
    }
    char* to = blocks_.back().get() + used_;
    std::memcpy(to, &length, sizeof length);
    std::memcpy(to + sizeof length, text.data(), text.size());
    const std::uint64_t where = (static_cast<std::uint64_t>(blocks_.size() - 1) << kBlockBits | used_) + 1;
    used_ += need;
    return where;
}

void IdSet::grow() {
    std::vector<Slot> larger(slots_.empty() ? 64 : slots_.size() * 2);
    const std::size_t mask = larger.size() - 1;
    for (const Slot& slot : slots_) {
        if (slot.where == 0) continue;
        std::size_t at = slot.hash & mask;
        while (larger[at].where != 0) at = (at + 1) & mask;
        larger[at] = slot;
    }
    slots_ = std::move(larger);
}

bool IdSet::insert(std::uint64_t hash, std::string_view text) {
    if (count_ * 3 >= slots_.size() * 2) grow();
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    for (; slots_[at].where != 0; at = (at + 1) & mask) {
        if (slots_[at].hash == hash && textAt(slots_[at].where) == text) return false;
    }
    for (const auto& run : runs_)
        if (run->contains(hash, text)) return false;
    slots_[at] = {hash, keep(text)};
    ++count_;
    return true;
}

std::size_t IdSet::memoryBytes() const {
    return slots_.size() * sizeof(Slot) + blockBytes_;
}

void IdSet::spill(const std::string& folder) {
    if (count_ == 0) return;
    std::vector<Slot> sorted = std::move(slots_);
    std::erase_if(sorted, [](const Slot& slot) { return slot.where == 0; });
    std::ranges::sort(sorted, {}, &Slot::hash);
    runs_.push_back(std::make_unique<Run>(folder, std::move(sorted), *this));
    slots_.clear();
    count_ = 0;
    blocks_.clear();
    blockBytes_ = used_ = size_ = 0;
}

}  // namespace breakeven::core
