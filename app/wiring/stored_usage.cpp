#include "app/wiring/stored_usage.hpp"

#include <filesystem>

#include "app/wiring/files.hpp"
#include "core/scenario/stored_table.hpp"
#include "db/sqlite_usage_store.hpp"

namespace breakeven::app {

std::unique_ptr<sim::UsageStore> existingUsageStore(const std::string& database) {
    const std::string path = database.empty() ? defaultStorePath() : database;
    std::error_code code;
    if (!std::filesystem::exists(path, code)) return nullptr;
    return std::make_unique<db::SqliteUsageStore>(path);
}

core::FileOpener storedUsage(const std::string& database) {
    return [database](const std::string& name) {
        const auto store = existingUsageStore(database);
        if (!store) throw core::noSuchTable(name, {});
        return store->csv(name);
    };
}

std::string usageBytes(const std::string& name, const std::string& database) {
    return core::filesBeside("", storedUsage(database))(name);
}

}  // namespace breakeven::app
