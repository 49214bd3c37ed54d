#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace breakeven::core {

/// SHA-256 of the bytes as 64 lower-case hex digits (FIPS 180-4; OpenSSL's).
[[nodiscard]] std::string sha256Hex(std::string_view bytes);

/// The same of bytes that come piece by piece.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(std::string_view bytes);
    /// 64 lower-case hex digits of what was added; nothing may be added afterwards.
    [[nodiscard]] std::string hex();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace breakeven::core
