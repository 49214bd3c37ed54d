#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <memory>
#include <string>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::db {

/// Opens the SQLite file of a store, creating it and its folder when missing, and brings its tables up to
/// date. Throws core::Error: Input where the file is no store of ours or from a newer version (it is left as
/// it was); System where it can't be opened, written or is locked.
///
/// @param busyTimeoutMs  how long to wait for another program's write
[[nodiscard]] std::unique_ptr<SQLite::Database> openStoreFile(const std::string& path, int busyTimeoutMs);

/// An error about the store at `path`.
[[nodiscard]] core::Error storeProblem(core::Error::Kind kind, const std::string& path, std::string text,
                                       std::string remedy);

/// What SQLite says, in words for a person.
[[nodiscard]] core::Error translated(const SQLite::Exception& error, const std::string& path);

/// Runs `work`, turning SQLite's exceptions into ours.
template <typename Work>
auto guarded(const std::string& path, Work work) {
    try {
        return work();
    } catch (const SQLite::Exception& error) {
        throw translated(error, path);
    }
}

}  // namespace breakeven::db
