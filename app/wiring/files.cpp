#include "app/wiring/files.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::app {
namespace {

namespace fs = std::filesystem;

core::Error writeFailure(const std::string& path, int error) {
    return {core::Error::Kind::System,
            {core::Severity::Error, {path, 0, 0}, fmt::format("can't be written: {}", std::strerror(error)),
             "nothing was changed; check the folder and the free space"}};
}

/// Writes and flushes a new file; removes it again when that fails.
void writeNew(const std::string& path, const std::string& bytes) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) throw writeFailure(path, errno);
    std::size_t done = 0;
    int error = 0;
    while (done < bytes.size() && error == 0) {
        const ssize_t count = ::write(file, bytes.data() + done, bytes.size() - done);
        if (count < 0) error = errno == EINTR ? 0 : errno;
        else done += static_cast<std::size_t>(count);
    }
    if (error == 0 && ::fsync(file) != 0) error = errno;
    if (::close(file) != 0 && error == 0) error = errno;
    if (error == 0) return;
    ::unlink(path.c_str());
    throw writeFailure(path, error);
}

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
    fs::create_directories(folder, code);
    if (code) throw writeFailure(folder, code.value());
    std::vector<std::pair<std::string, std::string>> written;  // temporary, final
    try {
        for (const sim::NamedText& file : files) {
            const std::string place = (fs::path(folder) / file.name).string();
            const std::string beside = place + fmt::format(".{}.part", ::getpid());
            writeNew(beside, file.bytes);
            written.emplace_back(beside, place);
        }
    } catch (const core::Error&) {
        for (const auto& [beside, place] : written) ::unlink(beside.c_str());
        throw;
    }
    for (const auto& [beside, place] : written) {
        if (::rename(beside.c_str(), place.c_str()) != 0) throw writeFailure(place, errno);
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
        for (const auto& entry : fs::recursive_directory_iterator(path, code)) {
            if (entry.is_regular_file(code) && entry.path().extension() == ".toml") found.push_back(entry.path().string());
        }
        std::ranges::sort(found);
        if (found.empty()) {
            throw core::Error(core::Error::Kind::Input, {core::Severity::Error, {path, 0, 0}, "the folder holds no .toml file", "name a scenario, or another folder"});
        }
        files.insert(files.end(), found.begin(), found.end());
    }
    return files;
}

std::string nowUtc() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace breakeven::app
