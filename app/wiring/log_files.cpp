#include "app/wiring/log_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <glob.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::app {
namespace {

namespace fs = std::filesystem;

core::Error inputError(const std::string& path, std::string problem, std::string remedy) {
    return {core::Error::Kind::Input,
            {core::Severity::Error, {path, 0, 0}, std::move(problem), std::move(remedy)}};
}

bool isLogName(const fs::path& path) {
    constexpr std::array<std::string_view, 5> kEndings{".csv", ".tsv", ".json", ".jsonl", ".ndjson"};
    const std::string ending =
        path.extension() == ".gz" ? path.stem().extension().string() : path.extension().string();
    return std::ranges::find(kEndings, ending) != kEndings.end();
}

std::vector<std::string> filesIn(const std::string& folder) {
    std::vector<std::string> found;
    std::error_code code;
    fs::recursive_directory_iterator entry(folder, code);
    for (; !code && entry != fs::recursive_directory_iterator(); entry.increment(code)) {
        std::error_code unknown;  // a dangling link is no log
        if (entry->is_regular_file(unknown) && isLogName(entry->path()))
            found.push_back(entry->path().string());
    }
    if (code)
        throw inputError(folder, fmt::format("the folder can't be searched: {}", code.message()),
                         "check its permissions and those of the folders in it");
    std::ranges::sort(found);
    return found;
}

std::vector<std::string> filesLike(const std::string& pattern) {
    glob_t matches{};
    std::vector<std::string> found;
    if (::glob(pattern.c_str(), 0, nullptr, &matches) == 0)
        found.assign(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
    ::globfree(&matches);
    return found;
}

}  // namespace

std::vector<std::string> logFiles(const std::vector<std::string>& names) {
    std::vector<std::string> files;
    for (const std::string& name : names) {
        std::error_code code;
        std::vector<std::string> found{name};
        if (fs::is_directory(name, code)) {
            found = filesIn(name);
            if (found.empty())
                throw inputError(name, "the folder holds no log", "name a file, or another folder");
        } else if (!fs::exists(name, code) && name.find_first_of("*?[") != std::string::npos) {
            found = filesLike(name);
            if (found.empty())
                throw inputError(name, "no file is like that", "check the name and the folder");
        }
        for (std::string& file : found)
            if (std::ranges::find(files, file) == files.end()) files.push_back(std::move(file));
    }
    return files;
}

std::string smallFile(const std::string& path, std::size_t most) {
    std::error_code code;
    if (!fs::exists(path, code))
        throw inputError(path, "there is no such file", "check the name and the folder");
    if (fs::is_directory(path, code)) throw inputError(path, "this is a folder", "name a file");
    std::ifstream stream(path, std::ios::binary);
    std::string bytes(most + 1, '\0');
    if (!stream) throw inputError(path, "can't be opened", "check its permissions");
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    if (bytes.size() > most)
        throw inputError(path, fmt::format("the file is larger than {} KiB", most >> 10),
                         "is it the right file?");
    return bytes;
}

PendingFile::PendingFile(std::string path)
    : path_(std::move(path)), beside_(path_ + fmt::format(".{}.part", ::getpid())) {
    file_ = ::open(beside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file_ < 0) fail(errno);
}

PendingFile::~PendingFile() {
    if (file_ < 0) return;
    ::close(file_);
    ::unlink(beside_.c_str());
}

void PendingFile::fail(int error) const {
    throw core::Error(core::Error::Kind::System,
                      {core::Severity::Error,
                       {path_, 0, 0},
                       fmt::format("can't be written: {}", std::strerror(error)),
                       "no half-written file is left; check the folder and the free space"});
}

void PendingFile::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file_, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail(errno);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

void PendingFile::keep() {
    if (::fsync(file_) != 0 && errno != EINVAL) fail(errno);
    if (::rename(beside_.c_str(), path_.c_str()) != 0) fail(errno);
    ::close(file_);
    file_ = -1;
}

}  // namespace breakeven::app
