#include "core/scenario/segment_edit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "core/scenario/toml_reading.hpp"
#include "core/text/toml_text.hpp"

namespace breakeven::core {
namespace {

using Line = std::size_t;  ///< from 1

/// The text in lines, each with its line end.
std::vector<std::string> linesOf(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return lines;
}

bool isBlank(std::string_view line) {
    return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// Which lines of a document belong to what: a section is a [header] or [[header]] with the keys below it.
class Layout {
  public:
    Layout(const toml::table& root, const std::vector<std::string>& lines) : lines_(lines) {
        visitBelow(root, [&](const toml::node& node) {
            if (isHeader(node)) headers_.insert(lineOf(node));
        });
        visitBelow(root, [&](const toml::node& node) {
            if (isHeaderList(node)) return;
            Line& last = lastOf_[headerBefore(lineOf(node))];
            last = std::max(last, static_cast<Line>(node.source().end.line));
        });
    }

    /// Lines of headers at or below a node.
    [[nodiscard]] std::set<Line> headersOf(const toml::node& node) const {
        std::set<Line> found;
        visit(node, [&](const toml::node& item) {
            if (isHeader(item)) found.insert(lineOf(item));
        });
        return found;
    }

    /// First and last lines of the values at or below a node that stand above every header: those of an
    /// inline list, or of dotted keys.
    [[nodiscard]] std::map<Line, Line> inlineLines(const toml::node& node) const {
        std::map<Line, Line> found;
        visit(node, [&](const toml::node& item) {
            if (isHeader(item) || headerBefore(lineOf(item)) != 0) return;
            Line& last = found[lineOf(item)];
            last = std::max(last, static_cast<Line>(item.source().end.line));
        });
        return found;
    }

    /// The last line of a section that holds a key's value; the header's own when there is none.
    [[nodiscard]] Line lastLine(Line header) const { return std::max(header, lastOf_.at(header)); }

    [[nodiscard]] std::optional<Line> headerAfter(Line header) const {
        const auto next = headers_.upper_bound(header);
        return next == headers_.end() ? std::nullopt : std::optional(*next);
    }

    /// Bytes before a place; columns count characters.
    [[nodiscard]] std::size_t offsetInLine(const toml::source_position& place) const {
        const std::string& line = lines_[place.line - 1];
        const bool hasMark = place.line == 1 && line.starts_with("\xEF\xBB\xBF");
        std::size_t column = 0;
        for (std::size_t i = hasMark ? 3 : 0; i < line.size(); ++i) {
            const bool isCharacter = (static_cast<unsigned char>(line[i]) & 0xC0U) != 0x80U;
            if (isCharacter && ++column == place.column) return i;
        }
        return line.size();
    }

  private:
    static Line lineOf(const toml::node& node) { return node.source().begin.line; }

    /// A table that begins with its own [header]: not one in braces, and not one made by a dotted key.
    [[nodiscard]] bool isHeader(const toml::node& node) const {
        if (!node.is_table() || node.as_table()->is_inline()) return false;
        const auto& begin = node.source().begin;
        const std::size_t at = offsetInLine(begin);
        return at < lines_[begin.line - 1].size() && lines_[begin.line - 1][at] == '[';
    }

    /// A list of [[header]] tables: it reaches from its first item to its last, over all that stands between.
    [[nodiscard]] bool isHeaderList(const toml::node& node) const {
        return node.is_array() && !node.as_array()->empty() && isHeader(*node.as_array()->get(0));
    }

    [[nodiscard]] Line headerBefore(Line line) const {
        const auto next = headers_.upper_bound(line);
        return next == headers_.begin() ? 0 : *std::prev(next);
    }

    template <typename Each>
    static void visit(const toml::node& node, const Each& each) {
        each(node);
        visitBelow(node, each);
    }

    template <typename Each>
    static void visitBelow(const toml::node& node, const Each& each) {
        if (const toml::table* table = node.as_table())
            for (const auto& [key, item] : *table) visit(item, each);
        if (const toml::array* array = node.as_array())
            for (const toml::node& item : *array) visit(item, each);
    }

    const std::vector<std::string>& lines_;
    std::set<Line> headers_;
    std::map<Line, Line> lastOf_;  ///< by header line; 0: above every header
};

/// The keys of a meter's usage, one a line.
std::vector<std::string> usageLines(const ColumnUse& use, const std::string& file) {
    if (!use.law.empty()) return use.law;
    return {"distribution = \"empirical\"", "file = " + tomlQuoted(file),
            "column = " + tomlQuoted(use.column)};
}

/// The segment as a block of its own.
std::string blockText(const MeasuredSegment& segment, std::string_view lineEnd) {
    std::string text = fmt::format("[[segment]]{0}id = {1}{0}weight = {2}{0}", lineEnd,
                                   tomlQuoted(segment.id), segment.weight);
    for (const ColumnUse& use : segment.columns) {
        text += fmt::format("[segment.usage.{}]{}", tomlKey(use.meter), lineEnd);
        for (const std::string& line : usageLines(use, segment.file))
            text += fmt::format("{}{}", line, lineEnd);
    }
    for (const MeterCorrelation& pair : segment.correlations) {
        text += fmt::format("[[segment.correlation]]{0}between = [{1}, {2}]{0}spearman = {3}{0}", lineEnd,
                            tomlQuoted(pair.first), tomlQuoted(pair.second), pair.spearman);
    }
    return text;
}

/// The segment as an item of an inline list.
std::string inlineText(const MeasuredSegment& segment) {
    std::vector<std::string> usages;
    for (const ColumnUse& use : segment.columns) {
        usages.push_back(
            fmt::format("{} = {{ {} }}", tomlKey(use.meter), fmt::join(usageLines(use, segment.file), ", ")));
    }
    std::vector<std::string> pairs;
    for (const MeterCorrelation& pair : segment.correlations) {
        pairs.push_back(fmt::format("{{ between = [{}, {}], spearman = {} }}", tomlQuoted(pair.first),
                                    tomlQuoted(pair.second), pair.spearman));
    }
    const std::string correlation =
        pairs.empty() ? "" : fmt::format(", correlation = [{}]", fmt::join(pairs, ", "));
    return fmt::format("{{ id = {}, weight = {}, usage = {{ {} }}{} }}", tomlQuoted(segment.id),
                       segment.weight, fmt::join(usages, ", "), correlation);
}

bool isComment(std::string_view line) {
    const std::size_t begin = line.find_first_not_of(" \t");
    return begin != std::string_view::npos && line[begin] == '#';
}

/// Puts a block before line `at` (one past the last: at the end), with an empty line on either side of it. A
/// comment right above stays right above.
void insertBlock(std::vector<std::string>& lines, Line at, std::string block, std::string_view lineEnd) {
    if (!lines.empty() && !lines.back().ends_with('\n')) lines.back() += lineEnd;
    const auto next = lines.begin() + static_cast<std::ptrdiff_t>(at - 1);
    if (next != lines.begin() && !isBlank(*std::prev(next)) && !isComment(*std::prev(next)))
        block.insert(0, lineEnd);
    if (next != lines.end() && !isBlank(*next)) block += lineEnd;
    lines.insert(next, std::move(block));
}

/// Takes all segments out. @return where the first of their sections stood; the end when there was none
Line removeSegments(std::vector<std::string>& lines, const Layout& layout, const toml::node& segments) {
    std::set<Line> gone;
    const auto remove = [&](Line first, Line last) {
        for (Line line = first; line <= last; ++line) gone.insert(line);
    };
    std::set<Line> items;
    if (segments.is_array())
        for (const toml::node& item : *segments.as_array()) items.insert(item.source().begin.line);
    const std::set<Line> headers = layout.headersOf(segments);
    for (const Line header : headers) {
        const Line last = layout.lastLine(header);
        remove(header, last);
        // A comment above a segment's own sub-table speaks of the segment and goes with it. Above anything
        // else it may speak of anything, so it stays.
        const std::optional<Line> next = layout.headerAfter(header);
        if (next && headers.contains(*next) && !items.contains(*next)) remove(last + 1, *next - 1);
        for (Line blank = last + 1; blank <= lines.size() && isBlank(lines[blank - 1]); ++blank)
            gone.insert(blank);
    }
    for (const auto& [first, last] : layout.inlineLines(segments)) remove(first, last);
    std::vector<std::string> kept;
    std::optional<Line> place;
    for (Line line = 1; line <= lines.size(); ++line) {
        if (headers.contains(line) && !place) place = kept.size() + 1;
        if (!gone.contains(line)) kept.push_back(std::move(lines[line - 1]));
    }
    lines = std::move(kept);
    return place.value_or(lines.size() + 1);
}

/// Adds an item to `segment = [ … ]`.
void appendInline(std::vector<std::string>& lines, const Layout& layout, const toml::array& items,
                  const std::string& item) {
    // After the last item there may be a comma already: one more after the new item is allowed.
    const toml::source_position place =
        items.empty() ? items.source().begin : items.get(items.size() - 1)->source().end;
    const std::size_t at = layout.offsetInLine(place) + (items.empty() ? 1 : 0);
    lines[place.line - 1].insert(at, items.empty() ? item : ", " + item);
}

toml::table parsedToml(const std::string& text) {
    try {
        return toml::parse(std::string_view(text));
    } catch (const toml::parse_error& error) {
        const auto& begin = error.source().begin;
        throw Error(Error::Kind::Input, {Severity::Error,
                                         {"", static_cast<int>(begin.line), static_cast<int>(begin.column)},
                                         fmt::format("this is not TOML: {}", error.description()),
                                         "mend the line before a segment is added"});
    }
}

}  // namespace

std::string withMeasuredSegment(const std::string& scenarioText, const MeasuredSegment& segment,
                                SegmentEdit edit) {
    const toml::table root = parsedToml(scenarioText);
    const std::string_view lineEnd = scenarioText.find("\r\n") != std::string::npos ? "\r\n" : "\n";
    std::vector<std::string> lines = linesOf(scenarioText);
    const Layout layout(root, lines);
    const toml::node* segments = root.get("segment");
    const std::set<Line> headers = segments != nullptr ? layout.headersOf(*segments) : std::set<Line>();
    const bool isInline = segments != nullptr && segments->is_array() && headers.empty();
    if (edit == SegmentEdit::Append && isInline) {
        appendInline(lines, layout, *segments->as_array(), inlineText(segment));
    } else {
        Line place = lines.size() + 1;
        if (edit == SegmentEdit::Replace && segments != nullptr)
            place = removeSegments(lines, layout, *segments);
        else if (!headers.empty())
            place = layout.lastLine(*headers.rbegin()) + 1;
        insertBlock(lines, place, blockText(segment, lineEnd), lineEnd);
    }
    return fmt::format("{}", fmt::join(lines, ""));
}

}  // namespace breakeven::core
