#include "app/wiring/files.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "app/wiring/pending_file.hpp"
#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::app {
namespace {

namespace fs = std::filesystem;

}  // namespace

std::string defaultStorePath() {
    const char* data = std::getenv("XDG_DATA_HOME");
    const char* home = std::getenv("HOME");
    fs::path folder = ".";
    if (data != nullptr && *data == '/') {
        folder = data;
    } else if (home != nullptr && *home != '\0') {
        folder = fs::path(home) / ".local" / "share";
    }
    return (folder / "breakeven" / "runs.sqlite").string();
}

void writeFiles(const std::string& folder, const std::vector<sim::NamedText>& files) {
    std::error_code code;
    const bool isNew = fs::create_directories(folder, code);
    if (code) throw writeFailure(folder, code.value());
    try {
        std::vector<PendingFile> pending;
        for (const sim::NamedText& file : files)
            pending.emplace_back((fs::path(folder) / file.name).string()).write(file.bytes);
        for (PendingFile& file : pending)
            file.settle();  // all are on the disk before the first takes its place
        for (PendingFile& file : pending) file.keep();
    } catch (const core::Error&) {
        if (isNew) fs::remove(folder, code);  // goes only when empty
        throw;
    }
}

std::vector<std::string> scenarioFiles(const std::vector<std::string>& paths) {
    std::vector<std::string> files;
    for (const std::string& path : paths) {
        std::error_code code;
        if (!fs::is_directory(path, code)) {
            files.push_back(path);
            continue;
        }
        std::vector<std::string> found;
        fs::recursive_directory_iterator entry(path, code);
        for (; !code && entry != fs::recursive_directory_iterator(); entry.increment(code)) {
            std::error_code unknown;  // a dangling link is no scenario
            if (entry->is_regular_file(unknown) && entry->path().extension() == ".toml")
                found.push_back(entry->path().string());
        }
        if (code) {
            throw core::Error(core::Error::Kind::Input,
                              {core::Severity::Error,
                               {path, 0, 0},
                               fmt::format("the folder can't be searched: {}", code.message()),
                               "check its permissions and those of the folders in it"});
        }
        std::ranges::sort(found);
        if (found.empty()) {
            throw core::Error(core::Error::Kind::Input, {core::Severity::Error,
                                                         {path, 0, 0},
                                                         "the folder holds no .toml file",
                                                         "name a scenario, or another folder"});
        }
        files.insert(files.end(), found.begin(), found.end());
    }
    return files;
}

std::string nowUtc() {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

}  // namespace breakeven::app
