#include "app/wiring/read_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::app {
namespace {

constexpr std::size_t kMostBytes = 512U << 20;

core::Error unreadable(const std::string& path, std::string problem, std::string remedy) {
    return {core::Error::Kind::Input,
            {core::Severity::Error, {path, 0, 0}, std::move(problem), std::move(remedy)}};
}

}  // namespace

std::string fileBytes(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code code;
    if (!fs::exists(path, code))
        throw unreadable(path, "there is no such file", "check the name and the folder");
    if (fs::is_directory(path, code)) throw unreadable(path, "this is a folder", "name a file");
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        throw unreadable(path, fmt::format("can't be opened: {}", std::strerror(errno)),
                         "check its permissions");
    std::string bytes;
    std::string buffer(1U << 16, '\0');
    while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || stream.gcount() > 0) {
        bytes.append(buffer, 0, static_cast<std::size_t>(stream.gcount()));
        if (bytes.size() > kMostBytes)
            throw unreadable(path, fmt::format("the file is larger than {} MiB", kMostBytes >> 20),
                             "is it the right file?");
    }
    if (stream.bad()) throw unreadable(path, "can't be read to its end", "check the disk");
    return bytes;
}

}  // namespace breakeven::app
