#include "app/wiring/pending_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace breakeven::app {
namespace {

constexpr std::size_t kBlock = 1U << 20;

}  // namespace

core::Error writeFailure(const std::string& path, int error) {
    return {core::Error::Kind::System,
            {core::Severity::Error,
             {path, 0, 0},
             fmt::format("can't be written: {}", std::strerror(error)),
             "no half-written file is left; check the folder and the free space"}};
}

PendingFile::PendingFile(std::string path)
    : path_(std::move(path)), beside_(path_ + fmt::format(".{}.part", ::getpid())) {
    std::error_code code;
    const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, code);
    if (code) throw writeFailure(path_, code.value());
    if (std::filesystem::is_directory(path_, code)) throw writeFailure(path_, EISDIR);
    file_ = ::open(beside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file_ < 0) throw writeFailure(path_, errno);
}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : path_(std::move(other.path_)),
      beside_(std::move(other.beside_)),
      pending_(std::move(other.pending_)),
      isSettled_(other.isSettled_),
      file_(std::exchange(other.file_, -1)) {}

PendingFile::~PendingFile() {
    if (file_ < 0) return;
    ::close(file_);
    ::unlink(beside_.c_str());
}

void PendingFile::write(std::string_view bytes) {
    pending_ += bytes;
    if (pending_.size() >= kBlock) flush();
}

void PendingFile::flush() {
    isSettled_ = false;
    for (std::size_t done = 0; done < pending_.size();) {
        const ssize_t count = ::write(file_, pending_.data() + done, pending_.size() - done);
        if (count < 0 && errno != EINTR) throw writeFailure(path_, errno);
        if (count > 0) done += static_cast<std::size_t>(count);
    }
    pending_.clear();
}

void PendingFile::settle() {
    flush();
    if (::fsync(file_) != 0 && errno != EINVAL)
        throw writeFailure(path_, errno);  // EINVAL: a place that has no disk
    isSettled_ = true;
}

void PendingFile::keep() {
    if (!isSettled_ || !pending_.empty()) settle();
    if (::rename(beside_.c_str(), path_.c_str()) != 0) throw writeFailure(path_, errno);
    ::close(std::exchange(file_, -1));
}

}  // namespace breakeven::app
