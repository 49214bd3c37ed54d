#include "core/text/file_bytes.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::core {
namespace {

namespace fs = std::filesystem;

Error unreadable(const std::string& path, std::string problem, std::string remedy) {
    return {Error::Kind::Input, {Severity::Error, {path, 0, 0}, std::move(problem), std::move(remedy)}};
}

std::string sizeText(std::uintmax_t bytes) {
    return bytes < (1U << 20) ? fmt::format("{} KiB", bytes >> 10) : fmt::format("{} MiB", bytes >> 20);
}

}  // namespace

std::string fileBytes(const std::string& path, std::uintmax_t most) {
    std::error_code code;
    const fs::file_status status = fs::status(path, code);
    if (!fs::exists(status)) throw unreadable(path, "there is no such file", "check the name and the folder");
    if (fs::is_directory(status)) throw unreadable(path, "this is a folder", "name a file");
    if (fs::is_regular_file(status) && fs::file_size(path, code) > most) {
        throw unreadable(path, fmt::format("the file is larger than {}", sizeText(most)),
                         "is it the right file?");
    }
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        throw unreadable(path, fmt::format("can't be opened: {}", std::strerror(errno)),
                         "check its permissions");
    std::string bytes;
    if (const std::uintmax_t size = fs::file_size(path, code); !code && size <= most) bytes.reserve(size);
    std::string buffer(1U << 16, '\0');
    while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || stream.gcount() > 0) {
        bytes.append(buffer, 0, static_cast<std::size_t>(stream.gcount()));
        if (bytes.size() > most)
            throw unreadable(path, fmt::format("the file is larger than {}", sizeText(most)),
                             "is it the right file?");
    }
    if (stream.bad()) throw unreadable(path, "can't be read to its end", "check the disk");
    return bytes;
}

}  // namespace breakeven::core
