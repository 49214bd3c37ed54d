#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/units/sha256.hpp"

namespace breakeven::core {

/// The bytes of a log file, one after the other; gzip (also several members) is unpacked on the way.
class ByteInput {
  public:
    /// @param path    a file, or "-" for standard input. Throws Error (Input) when it can't be opened.
    /// @param hashes  whether `sha256` will be asked for
    explicit ByteInput(const std::string& path, bool hashes = false);
    ~ByteInput();
    ByteInput(const ByteInput&) = delete;
    ByteInput& operator=(const ByteInput&) = delete;

    /// Reads up to `room` bytes; fewer only at the end. Throws Error: Input for gzip data that is damaged,
    /// cut short or a bomb (beyond 256 MiB and 200 times its packed size), System for a failed read.
    std::size_t read(char* to, std::size_t room);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] bool isGzip() const { return inflater_ != nullptr; }
    /// SHA-256 of the file as it stands (packed), once it is read to its end; 64 hex digits. Once only.
    [[nodiscard]] std::string sha256() { return hash_->hex(); }

  private:
    struct Inflater;
    std::size_t readPacked(char* to, std::size_t room);
    std::size_t readUnpacked(char* to, std::size_t room);

    std::string path_;
    int file_ = -1;
    std::string head_;  ///< first bytes, read to look at them
    std::unique_ptr<Inflater> inflater_;
    std::unique_ptr<Sha256> hash_;  ///< null: not asked for
};

}  // namespace breakeven::core
