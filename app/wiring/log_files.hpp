#pragma once

#include <string>
#include <vector>

namespace breakeven::app {

/// Log files meant by names, globs ("logs/*.csv.gz") and folders (searched for csv, tsv, json, jsonl, ndjson,
/// each also with .gz), each file once, those of a glob or folder in order of their paths. Throws core::Error
/// (Input) for one that means nothing.
[[nodiscard]] std::vector<std::string> logFiles(const std::vector<std::string>& names);

}  // namespace breakeven::app
