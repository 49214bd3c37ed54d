#include "app/wiring/log_files.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <array>
#include <filesystem>
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

}  // namespace breakeven::app
