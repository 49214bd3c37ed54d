#include "core/metering/byte_input.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::core {
namespace {

constexpr std::size_t kPackedBytes = 256U << 10;
constexpr std::uint64_t kHarmlessBytes = 256U << 20;
constexpr std::uint64_t kMostExpansion = 200;  // of logs; deflate can reach 1,032

Error inputError(const std::string& path, std::string problem, std::string remedy) {
    return {Error::Kind::Input, {Severity::Error, {path, 0, 0}, std::move(problem), std::move(remedy)}};
}

}  // namespace

struct ByteInput::Inflater {
    z_stream stream{};
    std::string packed = std::string(kPackedBytes, '\0');
    std::uint64_t packedBytes = 0;
    std::uint64_t unpackedBytes = 0;
    bool isBetweenMembers = true;
    bool isDone = false;
    Inflater() = default;
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
};

ByteInput::ByteInput(const std::string& path, bool hashes)
    : path_(path == "-" ? "standard input" : path), hash_(hashes ? std::make_unique<Sha256>() : nullptr) {
    if (path == "-") {
        file_ = ::dup(STDIN_FILENO);
    } else {
        file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    }
    if (file_ < 0) {
        const bool isMissing = errno == ENOENT;
        throw inputError(
            path_,
            isMissing ? "there is no such file" : fmt::format("can't be opened: {}", std::strerror(errno)),
            isMissing ? "check the name and the folder" : "check its permissions");
    }
    struct stat status {};
    if (::fstat(file_, &status) == 0 && S_ISDIR(status.st_mode)) {
        ::close(file_);
        throw inputError(path_, "this is a folder", "name a file");
    }
    char head[2];
    const std::size_t count = readPacked(head, sizeof head);
    head_.assign(head, count);
    if (head_ == "\x1f\x8b") {
        inflater_ = std::make_unique<Inflater>();
        if (inflateInit2(&inflater_->stream, 15 + 16) != Z_OK) {
            ::close(file_);
            throw Error(Error::Kind::System, {Severity::Error, {path_, 0, 0}, "zlib can't be started", ""});
        }
    }
}

ByteInput::~ByteInput() {
    if (file_ >= 0) ::close(file_);
}

std::size_t ByteInput::readPacked(char* to, std::size_t room) {
    std::size_t done = std::min(room, head_.size());
    std::copy_n(head_.begin(), done, to);
    head_.erase(0, done);
    while (done < room) {
        const ssize_t count = ::read(file_, to + done, room - done);
        if (count == 0) break;
        if (count < 0) {
            if (errno == EINTR) continue;
            throw Error(Error::Kind::System, {Severity::Error,
                                              {path_, 0, 0},
                                              fmt::format("can't be read: {}", std::strerror(errno)),
                                              "check the disk, then try again"});
        }
        if (hash_) hash_->add({to + done, static_cast<std::size_t>(count)});
        done += static_cast<std::size_t>(count);
    }
    return done;
}

std::size_t ByteInput::readUnpacked(char* to, std::size_t room) {
    Inflater& state = *inflater_;
    z_stream& stream = state.stream;
    std::size_t done = 0;
    while (done < room && !state.isDone) {
        if (stream.avail_in == 0) {
            const std::size_t count = readPacked(state.packed.data(), state.packed.size());
            if (count == 0) {
                if (!state.isBetweenMembers)
                    throw inputError(path_, "the gzip data ends too early",
                                     "the file was cut short: fetch it again");
                state.isDone = true;
                break;
            }
            stream.next_in = reinterpret_cast<Bytef*>(state.packed.data());
            stream.avail_in = static_cast<uInt>(count);
            state.packedBytes += count;
        }
        const auto piece = static_cast<uInt>(std::min<std::size_t>(room - done, 1U << 20));
        stream.next_out = reinterpret_cast<Bytef*>(to + done);
        stream.avail_out = piece;
        state.isBetweenMembers = false;
        const int outcome = inflate(&stream, Z_NO_FLUSH);
        const std::size_t made = piece - stream.avail_out;
        done += made;
        state.unpackedBytes += made;
        if (outcome == Z_STREAM_END) {
            state.isBetweenMembers = true;
            inflateReset(&stream);
        } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
            throw inputError(path_,
                             fmt::format("the gzip data is damaged{}{}", stream.msg == nullptr ? "" : ": ",
                                         stream.msg == nullptr ? "" : stream.msg),
                             "fetch the file again, or unpack what can be saved with gzip");
        }
        if (state.unpackedBytes > kHarmlessBytes &&
            state.unpackedBytes > kMostExpansion * state.packedBytes) {
            throw inputError(
                path_, fmt::format("the gzip data unpacks to more than {} times its size", kMostExpansion),
                "no log is like that; if it is one, unpack it first and name the unpacked file");
        }
    }
    return done;
}

std::size_t ByteInput::read(char* to, std::size_t room) {
    return inflater_ ? readUnpacked(to, room) : readPacked(to, room);
}

}  // namespace breakeven::core
