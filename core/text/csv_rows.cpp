#include "core/text/csv_rows.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::core {
namespace {

constexpr std::size_t kBlock = 1U << 20;  ///< bytes read at a time, and of a row at most

}  // namespace

CsvRows::CsvRows(const std::string& path) : path_(path), stream_(path, std::ios::binary) {
    if (std::filesystem::is_directory(path)) fail("this is a folder", "name a CSV file");
    if (!stream_)
        fail(std::string("can't be opened: ") + std::strerror(errno), "check the name and the folder");
    begin();
}

CsvRows::CsvRows(std::string name, std::string_view bytes) : path_(std::move(name)), bytes_(bytes) {
    begin();
}

void CsvRows::begin() {
    buffer_.resize(2 * kBlock);
    if (!more()) fail("the file is empty", "is it the right file?");
    if (std::string_view(buffer_.data(), end_).starts_with("\xEF\xBB\xBF")) begin_ = 3;
}

void CsvRows::fail(const std::string& problem, const std::string& remedy) const {
    throw Error(Error::Kind::Input,
                {Severity::Error, {path_, static_cast<int>(rowLine_), 0}, problem, remedy});
}

/// Reads on behind what is not used yet; false at the end of the file.
bool CsvRows::more() {
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ > kBlock) fail("a row is longer than 1 MiB", "is a quote left open?");
    std::size_t count = 0;
    if (bytes_) {
        count = bytes_->copy(buffer_.data() + end_, kBlock);
        bytes_->remove_prefix(count);
    } else {
        stream_.read(buffer_.data() + end_, static_cast<std::streamsize>(kBlock));
        if (stream_.bad()) fail("can't be read", "check the disk");
        count = static_cast<std::size_t>(stream_.gcount());
    }
    end_ += count;
    return count > 0;
}

/// The next record without its line end; quotes may hold line ends.
bool CsvRows::record(std::string_view& text) {
    std::size_t at = begin_;
    bool isQuoted = false;
    rowLine_ = line_;
    for (;;) {
        const char* const from = buffer_.data() + at;
        const auto* stop = static_cast<const char*>(std::memchr(from, '\n', end_ - at));
        const char* const until = stop != nullptr ? stop : buffer_.data() + end_;
        isQuoted = isQuoted != (std::count(from, until, '"') % 2 == 1);
        if (stop != nullptr) {
            ++line_;
            at = static_cast<std::size_t>(stop - buffer_.data()) + 1;
            if (isQuoted) continue;
            text = std::string_view(buffer_.data() + begin_, at - 1 - begin_);
            begin_ = at;
            return true;
        }
        const std::size_t read = end_ - begin_;
        at = read;  // counted up to here, from the start of the row
        if (more()) continue;
        if (isQuoted) fail("a quote is left open", "close it with \"");
        if (read == 0) return false;
        text = std::string_view(buffer_.data() + begin_, end_ - begin_);
        begin_ = end_;
        return true;
    }
}

void CsvRows::split(std::string_view text) {
    cells_.clear();
    if (text.find('"') == std::string_view::npos) {
        for (std::size_t at = 0;;) {
            const std::size_t next = text.find(delimiter_, at);
            cells_.push_back(text.substr(at, next - at));
            if (next == std::string_view::npos) return;
            at = next + 1;
        }
    }
    unquoted_.clear();
    unquoted_.reserve(text.size());  // the views below stay valid
    std::size_t start = 0;
    bool isQuoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') {
            const bool isEscaped = isQuoted && i + 1 < text.size() && text[i + 1] == '"';
            if (isEscaped) unquoted_ += text[++i];
            if (!isEscaped) isQuoted = !isQuoted;
        } else if (c == delimiter_ && !isQuoted) {
            cells_.emplace_back(unquoted_.data() + start, unquoted_.size() - start);
            start = unquoted_.size();
        } else {
            unquoted_ += c;
        }
    }
    cells_.emplace_back(unquoted_.data() + start, unquoted_.size() - start);
}

bool CsvRows::next() {
    std::string_view text;
    do {
        if (!record(text)) return false;
        if (text.ends_with('\r')) text.remove_suffix(1);
    } while (text.empty());
    if (std::exchange(isFirst_, false)) {
        for (const char candidate : {';', '\t'}) {
            if (std::ranges::count(text, candidate) > std::ranges::count(text, delimiter_))
                delimiter_ = candidate;
        }
    }
    split(text);
    return true;
}

}  // namespace breakeven::core
