#pragma once

#include <memory>
#include <string>

#include "core/scenario/scenario_reader.hpp"
#include "sim/results/usage_store.hpp"

namespace breakeven::app {

/// The usage tables of the store at `database`, or of the default one when empty; none where there is no
/// store yet, which looking for a table must not make.
[[nodiscard]] std::unique_ptr<sim::UsageStore> existingUsageStore(const std::string& database);

/// Opens usage tables of a store by their name, as scenarios do with `store:NAME`; the store is opened when
/// the first is asked for. Throws core::Error.
[[nodiscard]] core::FileOpener storedUsage(const std::string& database);

/// The bytes of a usage CSV that an option names: a file, or `store:NAME`. Throws core::Error.
[[nodiscard]] std::string usageBytes(const std::string& name, const std::string& database);

}  // namespace breakeven::app
