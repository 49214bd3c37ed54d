#include "core/billing/usage_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "core/text/csv_rows.hpp"

namespace breakeven::core {
namespace {

constexpr std::uintmax_t kMostSorted = 16U << 20;
constexpr std::size_t kMostShown = 10;

/// Turns rows of text into usage.
class UsageParser {
  public:
    UsageParser(const std::string& path, const std::optional<std::string>& bytes,
                const std::vector<Meter>& meters)
        : path_(path), rows_(bytes ? CsvRows(path, *bytes) : CsvRows(path)) {
        rows_.next();
        const std::vector<std::string_view>& header = rows_.cells();
        const auto column = [&](std::string_view name) {
            const auto count = std::ranges::count(header, name);
            if (count > 1) refuse(fmt::format("two columns are named \"{}\"", name), "rename one of them");
            return count == 0 ? kNone
                              : static_cast<std::size_t>(std::ranges::find(header, name) - header.begin());
        };
        width_ = header.size();
        subject_ = column("subject");
        start_ = column("period_start");
        from_ = column("active_from");
        to_ = column("active_to");
        if (subject_ == kNone || start_ == kNone)
            refuse(fmt::format("there is no column \"{}\"", subject_ == kNone ? "subject" : "period_start"),
                   "the columns are subject, period_start and one per meter");
        if ((from_ == kNone) != (to_ == kNone))
            refuse("active_from and active_to belong together", "give both or none");
        reading.hasActiveDates = from_ != kNone;
        std::vector<std::string_view> known = {"subject", "period_start", "active_from", "active_to"};
        std::size_t found = 0;
        for (const Meter& meter : meters) {
            columns_.push_back(column(meter.id));
            known.push_back(meter.id);
            if (columns_.back() != kNone)
                ++found;
            else
                warn(fmt::format("there is no column for the meter \"{}\"", meter.id),
                     "its usage is taken as 0");
        }
        if (found == 0)
            refuse("there is no column for any meter", "name the columns as the scenario's meters");
        for (const std::string_view name : header) {
            if (std::ranges::find(known, name) == known.end())
                warn(fmt::format("the column \"{}\" is no meter of the scenario", name), "it is left out");
        }
    }

    /// The next good row; false at the end.
    bool next(UsageRow& row) {
        while (rows_.next()) {
            if (!parse(row)) continue;
            ++reading.rows;
            return true;
        }
        return false;
    }

    [[nodiscard]] std::int64_t line() const { return rows_.line(); }

    UsageReading reading;

  private:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    [[noreturn]] void refuse(std::string problem, std::string remedy) const {
        throw Error(Error::Kind::Input,
                    {Severity::Error, {path_, 1, 0}, std::move(problem), std::move(remedy)});
    }
    void warn(std::string problem, std::string remedy) {
        reading.diagnostics.push_back(
            {Severity::Warning, {path_, 1, 0}, std::move(problem), std::move(remedy)});
    }

    bool bad(std::size_t cell, const std::string& reason, const std::string& problem) {
        ++reading.bad;
        ++reading.reasons[reason];
        if (++shown_ > kMostShown) return false;
        int column = 1;
        for (std::size_t i = 0; i < cell && i < rows_.cells().size(); ++i)
            column += static_cast<int>(rows_.cells()[i].size()) + 1;
        reading.diagnostics.push_back({Severity::Warning,
                                       {path_, static_cast<int>(rows_.line()), column},
                                       problem,
                                       "the row is left out"});
        return false;
    }

    bool parse(UsageRow& row) {
        const std::vector<std::string_view>& cells = rows_.cells();
        if (cells.size() != width_)
            return bad(0, "wrong number of cells",
                       fmt::format("the row has {} cells, the header {}", cells.size(), width_));
        row.subject.assign(cells[subject_]);
        if (row.subject.empty()) return bad(subject_, "no subject", "the subject is empty");
        const auto start = parseTimePoint(cells[start_]);
        if (!start) return bad(start_, "bad date", fmt::format("\"{}\" is no date", cells[start_]));
        row.start = *start;
        row.activeFrom.reset();
        row.activeTo.reset();
        if (from_ != kNone && !(cells[from_].empty() && cells[to_].empty())) {
            row.activeFrom = parseTimePoint(cells[from_]);
            row.activeTo = parseTimePoint(cells[to_]);
            if (!row.activeFrom || !row.activeTo || *row.activeTo < *row.activeFrom)
                return bad(from_, "bad active dates", "active_from and active_to are no span of time");
        }
        row.quantities.resize(columns_.size());
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            row.quantities[i] = Decimal(0);
            if (columns_[i] == kNone || cells[columns_[i]].empty()) continue;
            const auto quantity = Decimal::parse(cells[columns_[i]]);
            if (!quantity)
                return bad(columns_[i], "not a number",
                           fmt::format("\"{}\" is not a number", cells[columns_[i]]));
            if (quantity->isNegative())
                return bad(columns_[i], "below zero", fmt::format("{} is below 0", cells[columns_[i]]));
            row.quantities[i] = *quantity;
        }
        return true;
    }

    std::string path_;
    CsvRows rows_;
    std::size_t width_ = 0;
    std::size_t subject_ = kNone;
    std::size_t start_ = kNone;
    std::size_t from_ = kNone;
    std::size_t to_ = kNone;
    std::vector<std::size_t> columns_;
    std::size_t shown_ = 0;
};

auto orderOf(const UsageRow& row) {
    return std::tuple(std::string_view(row.subject), row.start);
}

}  // namespace

UsageReading readUsageFile(const std::string& path, const std::vector<Meter>& meters,
                           const std::function<void(const UsageRow&)>& each,
                           const std::optional<std::string>& bytes) {
    UsageParser parser(path, bytes, meters);
    std::error_code code;
    const std::uintmax_t size = bytes ? bytes->size() : std::filesystem::file_size(path, code);
    UsageRow row;
    if (!code && size <= kMostSorted) {
        std::vector<UsageRow> rows;
        while (parser.next(row)) rows.push_back(row);
        std::ranges::stable_sort(rows, {}, orderOf);
        std::ranges::for_each(rows, each);
        return std::move(parser.reading);
    }
    UsageRow before;
    while (parser.next(row)) {
        if (orderOf(row) < orderOf(before)) {
            throw Error(Error::Kind::Input,
                        {Severity::Error,
                         {path, static_cast<int>(parser.line()), 0},
                         fmt::format("the subject \"{}\" comes after \"{}\"", row.subject, before.subject),
                         "sort a file of more than 16 MiB by subject and period_start, byte by byte "
                         "(LC_ALL=C sort)"});
        }
        each(row);
        std::swap(before, row);
    }
    return std::move(parser.reading);
}

}  // namespace breakeven::core
