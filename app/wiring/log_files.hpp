#pragma once

#include <string>
#include <vector>

namespace breakeven::app {

/// Log files meant by names, globs ("logs/*.csv.gz") and folders (searched for csv, tsv, json, jsonl, ndjson,
/// each also with .gz), each file once, those of a glob or folder in order of their paths. Throws core::Error
/// (Input) for one that means nothing.
[[nodiscard]] std::vector<std::string> logFiles(const std::vector<std::string>& names);

/// All bytes of a small file (a map, a key, anchors). Throws core::Error (Input) when it can't be read or is
/// larger than `most`.
[[nodiscard]] std::string smallFile(const std::string& path, std::size_t most);

/// A file that takes its place when `keep` is called, and is gone with the object otherwise.
class PendingFile {
  public:
    /// Throws core::Error (System) when it can't be made.
    explicit PendingFile(std::string path);
    ~PendingFile();
    PendingFile(const PendingFile&) = delete;
    PendingFile& operator=(const PendingFile&) = delete;
    void write(std::string_view bytes);
    void keep();

  private:
    [[noreturn]] void fail(int error) const;
    std::string path_, beside_;
    int file_ = -1;
};

}  // namespace breakeven::app
