#include "core/metering/intake_summary.hpp"

#include <algorithm>
#include <cmath>

namespace breakeven::core {
namespace {

constexpr double kOutlierScore = 3.5;

bool isTally(Aggregate aggregate) {
    return aggregate == Aggregate::Sum || aggregate == Aggregate::Count || aggregate == Aggregate::Unique ||
           aggregate == Aggregate::TimeWeighted;
}

void mark(MeteredRow& row, PeriodMark what) {
    row.marks = static_cast<std::uint8_t>(row.marks | static_cast<std::uint8_t>(what));
}

/// Marks what the log does not reach: a day or more of a month or week, an hour or more of a day.
void markPartial(MeteredRow& row, const PeriodSpan& span, PeriodKind kind, const IntakeReport& report) {
    const Instant slack = kind == PeriodKind::Day ? 3600 * kSecond : kDay;
    if (*report.first - span.begin >= slack) mark(row, PeriodMark::StartsLate);
    if (span.end - *report.last >= slack) mark(row, PeriodMark::EndsEarly);
}

bool hasDayIn(const std::set<std::int32_t>& days, const PeriodSpan& span) {
    const auto floorDay = [](Instant time) {
        return static_cast<std::int32_t>(time / kDay - (time % kDay < 0 ? 1 : 0));
    };
    const auto found = days.lower_bound(floorDay(span.begin));
    return found != days.end() && *found <= floorDay(span.end - 1);
}

double medianOf(std::vector<double> values) {
    const std::size_t half = values.size() / 2;
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(half));
    const double upper = values[half];
    if (values.size() % 2 == 1) return upper;
    return 0.5 *
           (upper + *std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(half)));
}

/// Modified z-scores (Iglewicz and Hoaglin 1993) of the logarithms: usage is skewed, so on its own scale
/// every heavy user would be an outlier.
void findOutliers(const UsageTable& table, std::size_t column, MeterIntake& meter) {
    std::vector<double> logs;
    std::vector<const MeteredRow*> rows;
    for (const MeteredRow& row : table.rows) {
        if (!row.values[column] || !(*row.values[column] > 0.0)) continue;
        logs.push_back(std::log(*row.values[column]));
        rows.push_back(&row);
    }
    if (logs.size() < 5) return;
    const double median = medianOf(logs);
    std::vector<double> distances;
    distances.reserve(logs.size());
    for (const double value : logs) distances.push_back(std::abs(value - median));
    const double spread = medianOf(std::move(distances));
    if (!(spread > 0.0)) return;
    for (std::size_t i = 0; i < logs.size(); ++i) {
        const double score = 0.6745 * (logs[i] - median) / spread;
        if (std::abs(score) <= kOutlierScore) continue;
        ++meter.outliers;
        meter.farthest.push_back({rows[i]->subject, rows[i]->startDay, *rows[i]->values[column], score});
    }
    std::ranges::stable_sort(meter.farthest, std::greater{},
                             [](const Outlier& outlier) { return std::abs(outlier.score); });
    if (meter.farthest.size() > kMostListed) meter.farthest.resize(kMostListed);
}

}  // namespace

void completeUsage(const MeterJob& job, const Calendar& calendar, const MeterMap& map,
                   const std::vector<MeterColumn>& columns, const std::set<std::int32_t>& days,
                   UsageTable& table, IntakeReport& report) {
    const auto isBefore = [](const MeteredRow& a, const MeteredRow& b) {
        return a.subject != b.subject ? a.subject < b.subject : a.startDay < b.startDay;
    };
    std::ranges::sort(table.rows, isBefore);
    std::vector<MeteredRow> complete;
    complete.reserve(table.rows.size());
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        MeteredRow& row = table.rows[i];
        const auto anchor = job.anchors.find(row.subject);
        const int anchorDay = anchor == job.anchors.end() ? 1 : anchor->second;
        const auto spanOf = [&](std::int32_t day) {
            return calendar.at(calendar.fromLocal(static_cast<Instant>(day) * kDay), anchorDay);
        };
        PeriodSpan span = spanOf(row.startDay);
        markPartial(row, span, calendar.kind(), report);
        const bool hasNext = i + 1 < table.rows.size() && table.rows[i + 1].subject == row.subject;
        const std::string subject = row.subject;
        complete.push_back(std::move(row));
        if (!hasNext) continue;
        for (span = calendar.at(span.end, anchorDay); span.startDay < table.rows[i + 1].startDay;
             span = calendar.at(span.end, anchorDay)) {
            MeteredRow& gap = complete.emplace_back();
            gap.subject = subject;
            gap.startDay = span.startDay;
            mark(gap, PeriodMark::Gap);
            const bool isCovered = hasDayIn(days, span);
            for (const MeterColumn& column : columns) {
                const Aggregate aggregate = map.meters[column.meter].aggregate;
                const bool isNone = isCovered && isTally(aggregate) && aggregate != Aggregate::TimeWeighted;
                gap.values.push_back(isNone ? std::optional(0.0) : std::nullopt);
            }
            ++report.gaps;
        }
    }
    table.rows = std::move(complete);
    if (job.subjectKey) {
        for (MeteredRow& row : table.rows) row.subject = pseudonym(row.subject, *job.subjectKey);
        std::ranges::sort(table.rows, isBefore);
    }
    report.rowsOut = table.rows.size();
    for (const MeteredRow& row : table.rows) {
        constexpr auto kPartial = static_cast<std::uint8_t>(PeriodMark::StartsLate) |
                                  static_cast<std::uint8_t>(PeriodMark::EndsEarly);
        report.partial += (row.marks & kPartial) != 0 ? 1 : 0;
    }
}

void summariseUsage(const MeterMap& map, const std::vector<MeterColumn>& columns,
                    const std::vector<MeterTotals>& totals, const UsageTable& table, IntakeReport& report) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
        MeterIntake meter;
        meter.meter = table.meters[c];
        meter.aggregate = map.meters[columns[c].meter].aggregate;
        meter.events = totals[c].events;
        meter.missing = totals[c].missing;
        const bool hasRange = meter.aggregate != Aggregate::Count && meter.aggregate != Aggregate::Unique;
        if (meter.events > 0 && hasRange) {
            meter.smallest = totals[c].smallest;
            meter.largest = totals[c].largest;
        }
        if (isTally(meter.aggregate)) {
            double sum = 0.0;
            double rest = 0.0;
            for (const MeteredRow& row : table.rows) {
                const double value = row.values[c].value_or(0.0);
                const double next = sum + value;
                rest += std::abs(sum) >= value ? (sum - next) + value : (value - next) + sum;
                sum = next;
            }
            meter.total = sum + rest;
        } else if (meter.aggregate == Aggregate::Max) {
            meter.total = meter.largest;
        } else if (meter.aggregate == Aggregate::Min) {
            meter.total = meter.smallest;
        }
        findOutliers(table, c, meter);
        report.meters.push_back(std::move(meter));
    }
}

}  // namespace breakeven::core
