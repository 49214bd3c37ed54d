#pragma once

#include <string>
#include <string_view>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::app {

/// What is thrown where a file or folder can't be written; `error` is errno's.
[[nodiscard]] core::Error writeFailure(const std::string& path, int error);

/// A file that is written piece by piece beside its place and put there by `keep`; gone with the object
/// otherwise, so that a failure or an interruption leaves no half-written file. All throw core::Error
/// (System).
class PendingFile {
  public:
    /// Begins the file; its folder is made when missing.
    explicit PendingFile(std::string path);
    ~PendingFile();
    PendingFile(PendingFile&& other) noexcept;
    PendingFile& operator=(PendingFile&&) = delete;
    PendingFile(const PendingFile&) = delete;
    PendingFile& operator=(const PendingFile&) = delete;

    /// Writes in large blocks: small pieces cost little.
    void write(std::string_view bytes);
    /// What is not written yet, for callers that append to a text; follow with `write({})`.
    [[nodiscard]] std::string& pending() { return pending_; }
    /// Writes all to the disk. What is kept afterwards can no longer fail for want of space.
    void settle();
    /// Settles and puts the file in its place.
    void keep();

  private:
    void flush();
    std::string path_;
    std::string beside_;
    std::string pending_;
    bool isSettled_ = false;
    int file_ = -1;
};

}  // namespace breakeven::app
