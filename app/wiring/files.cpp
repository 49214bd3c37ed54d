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
            {core::Severity::Error,
             {path, 0, 0},
             fmt::format("can't be written: {}", std::strerror(error)),
             "no half-written file is left; check the folder and the free space"}};
}

/// Writes and flushes a new file; removes it again when that fails. Errors speak of `place`, where it will be
/// put.
void writeNew(const std::string& path, const std::string& bytes, const std::string& place) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) throw writeFailure(place, errno);
    std::size_t done = 0;
    int error = 0;
    while (done < bytes.size() && error == 0) {
        const ssize_t count = ::write(file, bytes.data() + done, bytes.size() - done);
        if (count < 0)
            error = errno == EINTR ? 0 : errno;
        else
            done += static_cast<std::size_t>(count);
    }
    if (error == 0 && ::fsync(file) != 0) error = errno;
    if (::close(file) != 0 && error == 0) error = errno;
    if (error == 0) return;
    ::unlink(path.c_str());
    throw writeFailure(place, error);
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
    const bool isNew = fs::create_directories(folder, code);
    if (code) throw writeFailure(folder, code.value());
    for (const sim::NamedText& file : files) {
        const std::string place = (fs::path(folder) / file.name).string();
        if (fs::is_directory(place, code)) throw writeFailure(place, EISDIR);
    }
    std::vector<std::pair<std::string, std::string>> written;  // temporary, final
    const auto dropFrom = [&](std::size_t first) {
        for (std::size_t i = first; i < written.size(); ++i) ::unlink(written[i].first.c_str());
    };
    try {
        for (const sim::NamedText& file : files) {
            const std::string place = (fs::path(folder) / file.name).string();
            const std::string beside = place + fmt::format(".{}.part", ::getpid());
            writeNew(beside, file.bytes, place);
            written.emplace_back(beside, place);
        }
    } catch (const core::Error&) {
        dropFrom(0);
        if (isNew) fs::remove(folder, code);  // goes only when empty
        throw;
    }
    for (std::size_t i = 0; i < written.size(); ++i) {
        const auto& [beside, place] = written[i];
        if (::rename(beside.c_str(), place.c_str()) == 0) continue;
        const int error = errno;
        dropFrom(i);
        throw writeFailure(place, error);
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
