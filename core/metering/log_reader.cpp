#include "core/metering/log_reader.hpp"

#include <algorithm>
#include <cstring>

#include "core/metering/parallel.hpp"

namespace breakeven::core {
namespace {

constexpr std::size_t kPieceBytes = 128U << 10;
constexpr std::size_t kBatchBytes = 4U << 20;
constexpr std::size_t kMostBatchBytes =
    kBatchBytes + kMostJsonRecordBytes;  // a row that goes on is kept whole
static_assert(kMostBatchBytes / kPieceBytes + 2 <= LogReader::kMostPieces);
constexpr std::size_t kHeadBytes = 64U << 10;

}  // namespace

LogReader::LogReader(const std::string& path, unsigned threads, std::vector<EventRows>& pieces, bool hashes)
    : input_(path, hashes), threads_(threads), pieces_(pieces), buffer_(kMostBatchBytes, '\0') {}

void LogReader::fill() {
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    const std::size_t room = std::min(kBatchBytes, buffer_.size() - end_);
    const std::size_t count = input_.read(buffer_.data() + end_, room);
    isAtEnd_ = count < room;
    end_ += count;
    bytesRead_ += count;
}

std::string_view LogReader::head() {
    fill();
    const std::string_view bytes(buffer_.data(), end_);
    const auto refuse = [&](const char* problem, const char* remedy) {
        throw Error(Error::Kind::Input, {Severity::Error, {input_.path(), 0, 0}, problem, remedy});
    };
    if (bytes.empty()) refuse("the file is empty", "name a log with rows");
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
        refuse("this is UTF-16 text", "save it as UTF-8");
    if (bytes.substr(0, kHeadBytes).find('\0') != std::string_view::npos)
        refuse("this is a binary file, not a log", "export the log as UTF-8 text");
    if (bytes.starts_with("\xEF\xBB\xBF")) begin_ = 3;
    return bytes.substr(begin_);
}

void LogReader::begin(const std::function<std::unique_ptr<LogParser>()>& makeParser, std::size_t headBytes,
                      std::int64_t headLines) {
    parsers_.clear();
    for (unsigned t = 0; t < threads_; ++t) parsers_.push_back(makeParser());
    begin_ += headBytes;
    lines_ = headLines;
}

/// Drops the rest of a line that is too long. @return whether its end was found
bool LogReader::dropLongLine() {
    const auto* found = static_cast<const char*>(std::memchr(buffer_.data() + begin_, '\n', end_ - begin_));
    begin_ = found == nullptr ? end_ : static_cast<std::size_t>(found + 1 - buffer_.data());
    lines_ += found == nullptr ? 0 : 1;
    return found != nullptr;
}

void LogReader::parsePieces(const std::vector<std::size_t>& starts,
                            const std::function<void(std::size_t piece)>& parsed) {
    const std::string_view text(buffer_.data(), end_);
    const std::size_t count = starts.size() - 1;
    const auto parse = [&](std::size_t i, std::size_t from, unsigned thread) {
        pieces_[i].clear();
        pieces_[i].consumed = from;
        if (from < starts[i + 1]) parsers_[thread]->parse(text, from, starts[i + 1], isAtEnd_, pieces_[i]);
        parsed(i);
    };
    const bool isOrdered = parsers_.front()->needsOrder();
    if (!isOrdered) parallelFor(count, threads_, [&](std::size_t i, unsigned t) { parse(i, starts[i], t); });
    std::size_t at = begin_;
    bool isOver = false;
    lineBases_.assign(count, lines_);
    for (std::size_t i = 0; i < count; ++i) {
        lineBases_[i] = lines_;
        if (isOver) {
            pieces_[i].clear();
            parsed(i);
            continue;
        }
        if (isOrdered || at != starts[i]) parse(i, at, 0);
        at = pieces_[i].consumed;
        lines_ += pieces_[i].lines;
        isSkipping_ = pieces_[i].skipsToLineEnd;
        isOver = isSkipping_ || pieces_[i].isIncomplete;
    }
    begin_ = at;
}

std::size_t LogReader::next(const std::function<void(std::size_t piece)>& parsed) {
    while (true) {
        if (isParsed_ && !isAtEnd_) fill();
        isParsed_ = true;
        if (isSkipping_) isSkipping_ = !dropLongLine();
        if (begin_ == end_) {
            if (isAtEnd_) return 0;
            continue;
        }
        std::vector<std::size_t> starts{begin_};
        for (std::size_t at = begin_ + kPieceBytes; at < end_; at += kPieceBytes) {
            if (at <= starts.back()) continue;
            const auto* found =
                static_cast<const char*>(std::memchr(buffer_.data() + at - 1, '\n', end_ - at + 1));
            if (found == nullptr) break;
            const auto start = static_cast<std::size_t>(found + 1 - buffer_.data());
            if (start < end_) starts.push_back(start);
        }
        starts.push_back(end_);
        const std::size_t before = begin_;
        parsePieces(starts, parsed);
        if (begin_ > before || isSkipping_) return starts.size() - 1;
        if (isAtEnd_) return 0;
    }
}

}  // namespace breakeven::core
