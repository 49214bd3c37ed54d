#include "core/metering/intake_text.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/text/csv_write.hpp"
#include "core/text/json_text.hpp"

namespace breakeven::core {
namespace {

using Json = nlohmann::ordered_json;

/// 1234567 as "1 234 567".
std::string countText(std::uint64_t value) {
    std::string digits = std::to_string(value);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, " ");
    return digits;
}

double shareMissing(const MeterIntake& meter) {
    const std::uint64_t all = meter.events + meter.missing;
    return all == 0 ? 0.0 : static_cast<double>(meter.missing) / static_cast<double>(all);
}

}  // namespace

std::string intakeText(const IntakeReport& report) {
    std::string text = fmt::format("{} rows read as {}: {} used, {} duplicate, {} rejected",
                                   countText(report.rows), nameOf(report.format), countText(report.used),
                                   countText(report.duplicates), countText(report.rejectedRows()));
    if (report.filtered > 0) text += fmt::format(", {} outside of all filters", countText(report.filtered));
    if (report.notUsage > 0) text += fmt::format(", {} about other things", countText(report.notUsage));
    text += "\n";
    for (std::size_t r = 0; r < kRejectReasons; ++r) {
        if (report.rejected.at(r) == 0) continue;
        text += fmt::format("  {} rejected: {}\n", countText(report.rejected.at(r)),
                            wordsOf(static_cast<RejectReason>(r)));
    }
    for (const ShownReject& reject : report.firstRejected) {
        const Diagnostic shown{
            Severity::Warning,
            {reject.file, static_cast<int>(std::min<std::int64_t>(reject.row.line, 1 << 30)),
             std::max(reject.row.column, 1)},
            reject.row.problem,
            ""};
        text += formatDiagnostic(shown);
    }
    if (report.withoutId > 0)
        text += fmt::format("  {} rows have no id: duplicates among them can't be told\n",
                            countText(report.withoutId));
    if (report.outOfOrder > 0)
        text += fmt::format("  {} out of order, {} of them late (of an earlier period)\n",
                            countText(report.outOfOrder), countText(report.late));
    if (report.first)
        text += fmt::format("  from {} to {}, {} subject{}\n", instantText(*report.first),
                            instantText(*report.last), countText(report.subjects),
                            report.subjects == 1 ? "" : "s");
    if (report.rowsOut > 0)
        text += fmt::format("  {} subject periods, {} only covered in part, {} gaps\n",
                            countText(report.rowsOut), countText(report.partial), countText(report.gaps));
    for (const MeterIntake& meter : report.meters) {
        text += fmt::format("  {} ({})", meter.meter, nameOf(meter.aggregate));
        if (meter.total) text += fmt::format(": {}", csvNumber(*meter.total));
        if (meter.missing > 0)
            text += fmt::format(", {} values missing ({:.2g} %)", countText(meter.missing),
                                100.0 * shareMissing(meter));
        if (meter.outliers > 0) {
            const Outlier& top = meter.farthest.front();
            text += fmt::format(", {} outlier{}, the farthest {} ({}, {}, score {:.1f})",
                                countText(meter.outliers), meter.outliers == 1 ? "" : "s",
                                csvNumber(top.value), top.subject, dateText(top.startDay), top.score);
        }
        text += "\n";
    }
    return text;
}

std::string intakeJson(const IntakeReport& report) {
    Json root;
    root["format"] = 1;
    root["files"] = report.files;
    root["log_format"] = nameOf(report.format);
    root["rows"] = report.rows;
    root["used"] = report.used;
    root["duplicates"] = report.duplicates;
    root["filtered"] = report.filtered;
    root["not_usage"] = report.notUsage;
    root["rejected"] = report.rejectedRows();
    Json reasons = Json::object();
    for (std::size_t r = 0; r < kRejectReasons; ++r)
        if (report.rejected.at(r) > 0)
            reasons[std::string(nameOf(static_cast<RejectReason>(r)))] = report.rejected.at(r);
    root["rejected_by_reason"] = reasons;
    Json first = Json::array();
    for (const ShownReject& reject : report.firstRejected)
        first.push_back({{"file", reject.file},
                         {"line", reject.row.line},
                         {"column", reject.row.column},
                         {"reason", nameOf(reject.row.reason)},
                         {"problem", reject.row.problem}});
    root["first_rejected"] = first;
    root["without_id"] = report.withoutId;
    root["out_of_order"] = report.outOfOrder;
    root["late"] = report.late;
    root["first"] = report.first ? Json(instantText(*report.first)) : Json(nullptr);
    root["last"] = report.last ? Json(instantText(*report.last)) : Json(nullptr);
    root["subjects"] = report.subjects;
    root["subject_periods"] = report.rowsOut;
    root["partial"] = report.partial;
    root["gaps"] = report.gaps;
    root["ids_set_aside"] = report.idsSetAside;
    Json meters = Json::array();
    for (const MeterIntake& meter : report.meters) {
        Json item;
        item["meter"] = meter.meter;
        item["aggregate"] = nameOf(meter.aggregate);
        item["total"] = numberOrNull(meter.total);
        item["events"] = meter.events;
        item["missing"] = meter.missing;
        item["missing_share"] = shareMissing(meter);
        item["smallest"] = numberOrNull(meter.smallest);
        item["largest"] = numberOrNull(meter.largest);
        item["outliers"] = meter.outliers;
        item["farthest"] = Json::array();
        for (const Outlier& outlier : meter.farthest)
            item["farthest"].push_back({{"subject", outlier.subject},
                                        {"period_start", dateText(outlier.startDay)},
                                        {"value", outlier.value},
                                        {"score", outlier.score}});
        meters.push_back(std::move(item));
    }
    root["meters"] = meters;
    return jsonText(root);
}

}  // namespace breakeven::core
