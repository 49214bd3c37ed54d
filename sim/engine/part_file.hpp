#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "sim/engine/work_plan.hpp"
#include "sim/results/run_store.hpp"

namespace breakeven::sim {

/// Largest number of parts.
inline constexpr std::uint32_t kMostShards = 1'000'000;

/// One part of a run as a file holds it: what was found, and all that it takes to merge and to keep the run.
struct PartFile {
    RunManifest manifest;  ///< of the whole run
    Shard shard;
    RunRecord record;    ///< without a result; the content of inputs in the first part only
    std::string packed;  ///< the Partial: `packPartial`
};

/// A part as the bytes of a file: "bkvnpart", the number of the format, the fields, SHA-256 of all before it.
[[nodiscard]] std::string partBytes(const PartFile& part);

/// The part that a file holds. Throws core::Error (Input) for bytes that are no part, of a newer format or
/// another engine version, cut off or altered.
///
/// @param file  its name, for messages
[[nodiscard]] PartFile readPart(std::string_view bytes, const std::string& file);

/// A part and the file that it came from; the part's `packed` is not looked at.
struct NamedPart {
    std::string file;
    PartFile part;
};

/// What is wrong with these as all parts of one run: parts of another run, parts that are given twice or not
/// at all. Empty: nothing.
[[nodiscard]] std::vector<core::Diagnostic> partProblems(std::span<const NamedPart> parts);

/// What is thrown for a part that can't be what its writer meant.
[[nodiscard]] core::Error damagedPart(const std::string& file, const std::string& reason);

}  // namespace breakeven::sim
