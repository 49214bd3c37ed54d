#include "app/wiring/streamed_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::app {
namespace {

constexpr std::size_t kBlock = 1U << 20;

}  // namespace

StreamedFile::StreamedFile(const std::string& folder, const std::string& name)
    : place_((std::filesystem::path(folder) / name).string()),
      beside_(place_ + fmt::format(".{}.part", ::getpid())) {
    std::error_code code;
    std::filesystem::create_directories(folder, code);
    if (code) fail(code.value());
    if (std::filesystem::is_directory(place_, code)) fail(EISDIR);
    file_ = ::open(beside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file_ < 0) fail(errno);
}

StreamedFile::~StreamedFile() {
    if (file_ < 0) return;
    ::close(file_);
    ::unlink(beside_.c_str());
}

void StreamedFile::fail(int error) const {
    throw core::Error(core::Error::Kind::System,
                      {core::Severity::Error,
                       {place_, 0, 0},
                       fmt::format("can't be written: {}", std::strerror(error)),
                       "no half-written file is left; check the folder and the free space"});
}

void StreamedFile::flush(bool isForced) {
    if (pending_.size() < kBlock && !isForced) return;
    for (std::size_t done = 0; done < pending_.size();) {
        const ssize_t count = ::write(file_, pending_.data() + done, pending_.size() - done);
        if (count < 0 && errno != EINTR) fail(errno);
        if (count > 0) done += static_cast<std::size_t>(count);
    }
    pending_.clear();
}

void StreamedFile::commit() {
    flush(true);
    if (::fsync(file_) != 0) fail(errno);
    if (::close(std::exchange(file_, -1)) != 0 || ::rename(beside_.c_str(), place_.c_str()) != 0) {
        const int error = errno;
        ::unlink(beside_.c_str());
        fail(error);
    }
}

}  // namespace breakeven::app
