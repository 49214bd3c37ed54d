#pragma once

#include <string>

namespace breakeven::app {

/// A file that is written piece by piece beside its place and put there at the end, so that a failure or an
/// interruption leaves no half-written file.
class StreamedFile {
  public:
    /// Begins a file in a folder, which is made when missing. Throws core::Error (System).
    StreamedFile(const std::string& folder, const std::string& name);
    ~StreamedFile();
    StreamedFile(const StreamedFile&) = delete;
    StreamedFile& operator=(const StreamedFile&) = delete;

    /// Where the next text goes; call `flush` now and then.
    [[nodiscard]] std::string& pending() { return pending_; }
    /// Writes what is pending once it is large enough. Throws core::Error (System).
    void flush(bool isForced = false);
    /// Writes all and puts the file in its place. Throws core::Error (System).
    void commit();

  private:
    [[noreturn]] void fail(int error) const;
    std::string place_;
    std::string beside_;
    std::string pending_;
    int file_ = -1;
};

}  // namespace breakeven::app
