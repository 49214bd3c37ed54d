#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace breakeven::core {

/// Values as bytes that are the same on every machine: whole numbers 7 bits a byte, lowest first (LEB128), so
/// that small ones are short; numbers as the 64 bits of IEEE 754, lowest byte first, so that none changes.
class BytePacker {
  public:
    void whole(std::uint64_t value);
    void number(double value);
    void text(std::string_view value);
    /// How many there are, then each.
    void numbers(const std::vector<double>& values);
    [[nodiscard]] const std::string& bytes() const { return bytes_; }
    [[nodiscard]] std::string take() { return std::move(bytes_); }

  private:
    std::string bytes_;
};

/// What ByteUnpacker throws: the bytes end too early, or say what can't be.
class BytesUnreadable : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Takes the values out again in the order in which they were packed. All throw BytesUnreadable; none takes
/// more memory than a small multiple of the bytes.
class ByteUnpacker {
  public:
    explicit ByteUnpacker(std::string_view bytes) : left_(bytes) {}

    [[nodiscard]] std::uint64_t whole();
    /// A whole number up to `most`.
    [[nodiscard]] std::uint64_t whole(std::uint64_t most);
    [[nodiscard]] double number();
    [[nodiscard]] std::string text();
    [[nodiscard]] std::vector<double> numbers();
    /// How many elements follow, of `leastBytes` or more each.
    [[nodiscard]] std::size_t count(std::size_t leastBytes);
    [[nodiscard]] bool isAtEnd() const { return left_.empty(); }

  private:
    std::string_view left_;
};

}  // namespace breakeven::core
