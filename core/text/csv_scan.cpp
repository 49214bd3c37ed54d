#include "core/text/csv_scan.hpp"

#include <algorithm>
#include <cstring>

namespace breakeven::core {
namespace {

/// Behind the closing quote of a cell whose opening quote is at `open`; null when there is none.
const char* closingQuote(const char* open, const char* end) {
    const char* at = open + 1;
    while (true) {
        at = static_cast<const char*>(std::memchr(at, '"', static_cast<std::size_t>(end - at)));
        if (at == nullptr) return nullptr;
        if (at + 1 == end || at[1] != '"') return at + 1;
        at += 2;
    }
}

}  // namespace

CsvRecordEnd scanCsvRecord(const char* from, const char* end, char delimiter, std::vector<CsvCell>& cells,
                           std::size_t room, std::size_t& count) {
    CsvRecordEnd result;
    cells.clear();
    count = 0;
    const char* at = from;
    const auto isCellEnd = [&](char c) { return c == delimiter || c == '\n' || c == '\r'; };
    const auto keep = [&](std::string_view raw, bool isQuoted) {
        if (++count <= room) cells.push_back({raw, isQuoted});
    };
    while (true) {
        const char* begin = at;
        if (at < end && *at == '"') {
            at = closingQuote(begin, end);
            if (at == nullptr) {
                result.trouble = CsvTrouble::OpenQuote;
                result.troubleAt = begin;
                result.reachedEnd = true;
                result.next = end;
                keep({begin + 1, static_cast<std::size_t>(end - begin - 1)}, true);
                return result;
            }
            keep({begin + 1, static_cast<std::size_t>(at - begin - 2)}, true);
            if (at < end && !isCellEnd(*at) && result.trouble == CsvTrouble::None) {
                result.trouble = CsvTrouble::TextAfterQuote;
                result.troubleAt = at;
            }
            while (at < end && !isCellEnd(*at)) ++at;
        } else {
            while (at < end && !isCellEnd(*at)) ++at;
            keep({begin, static_cast<std::size_t>(at - begin)}, false);
        }
        if (at == end || *at != delimiter) break;
        ++at;
    }
    result.reachedEnd = at == end;
    if (at < end && *at == '\r') {
        ++at;
        result.reachedEnd = at == end;  // a LF may follow in a text that goes on
    }
    if (at < end && *at == '\n') ++at;
    result.next = at;
    return result;
}

std::string csvCellText(const CsvCell& cell) {
    if (!cell.isQuoted) return std::string(cell.raw);
    std::string text;
    text.reserve(cell.raw.size());
    for (std::size_t i = 0; i < cell.raw.size(); ++i) {
        text += cell.raw[i];
        if (cell.raw[i] == '"') ++i;
    }
    return text;
}

char csvDelimiterOf(std::string_view text) {
    constexpr std::string_view kCandidates = ",;\t|";
    std::size_t counts[kCandidates.size()] = {};
    bool isQuoted = false;
    for (const char c : text) {
        if (c == '"') isQuoted = !isQuoted;
        if (isQuoted) continue;
        if (c == '\n' || c == '\r') break;
        if (const std::size_t found = kCandidates.find(c); found != std::string_view::npos) ++counts[found];
    }
    return kCandidates[static_cast<std::size_t>(std::ranges::max_element(counts) - counts)];
}

}  // namespace breakeven::core
