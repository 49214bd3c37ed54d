#include "ui/models/intake_tables.hpp"

#include <QCoreApplication>
#include <QFileInfo>
#include <string>

#include "ui/format/number_format.hpp"

namespace breakeven::ui {
namespace {

QString tr(const char* words) {
    return QCoreApplication::translate("breakeven::ui::Intake", words);
}

sim::TableColumn column(const QString& title, bool isText) {
    return {title.toStdString(), "", "", isText};
}

sim::TableCell words(const QString& shown, const QString& detail = {}) {
    return {shown.toStdString(), std::nullopt, detail.toStdString()};
}

sim::TableCell count(std::uint64_t value) {
    const auto number = static_cast<double>(value);
    return {wholeNumber(number).toStdString(), number, ""};
}

}  // namespace

sim::Table intakeTable(const core::IntakeReport& report) {
    sim::Table table;
    table.columns = {column(tr("What became of the rows"), true), column(tr("Rows"), false)};
    const auto add = [&](const QString& what, std::uint64_t value, const QString& detail = {}) {
        table.rows.push_back({words(what, detail), count(value)});
    };
    const auto addIfAny = [&](const QString& what, std::uint64_t value, const QString& detail) {
        if (value > 0) add(what, value, detail);
    };
    add(tr("Read as “%1”").arg(text(std::string(core::nameOf(report.format)))), report.rows);
    add(tr("Used"), report.used);
    add(tr("Duplicates"), report.duplicates, tr("Rows with an id that was there before; the first counts."));
    add(tr("Rejected"), report.rejectedRows());
    for (std::size_t r = 0; r < core::kRejectReasons; ++r)
        addIfAny("    " + text(std::string(core::wordsOf(static_cast<core::RejectReason>(r)))),
                 report.rejected.at(r), {});
    addIfAny(tr("Outside of all filters"), report.filtered, tr("No meter takes them."));
    addIfAny(tr("About other things"), report.notUsage, tr("Lines of the log that tell no usage."));
    addIfAny(tr("Without an id"), report.withoutId, tr("Used, but duplicates among them can't be told."));
    addIfAny(tr("Out of order"), report.outOfOrder, tr("Older than a row before them; used all the same."));
    addIfAny(tr("Late"), report.late, tr("Of an earlier period than a row before them; used all the same."));
    add(tr("Subjects"), report.subjects);
    add(tr("Subject periods"), report.rowsOut, tr("Rows of the usage table."));
    addIfAny(tr("    covered in part"), report.partial, tr("The log begins or ends within the period."));
    addIfAny(tr("    gaps"), report.gaps, tr("Periods without any event, between others of the subject."));
    for (const core::MeterIntake& meter : report.meters) {
        addIfAny(tr("Values of %1 missing").arg(text(meter.meter)), meter.missing,
                 tr("Empty in the log; missing is not zero."));
        addIfAny(tr("Outliers of %1").arg(text(meter.meter)), meter.outliers,
                 tr("Far from the others by a robust score; kept."));
    }
    if (report.first) {
        table.rows.push_back({words(tr("First")), words(text(core::instantText(*report.first)))});
        table.rows.push_back({words(tr("Last")), words(text(core::instantText(*report.last)))});
    }
    return table;
}

sim::Table rejectedTable(const core::IntakeReport& report) {
    sim::Table table;
    if (report.firstRejected.empty()) return table;
    table.columns = {column(tr("Line"), false), column(tr("Rejected because"), true),
                     column(tr("File"), true)};
    for (const core::ShownReject& reject : report.firstRejected) {
        const auto line = static_cast<double>(reject.row.line);
        const QString file = text(reject.file);
        table.rows.push_back({{wholeNumber(line).toStdString(), line, ""},
                              words(text(reject.row.problem)),
                              words(QFileInfo(file).fileName(), file)});
    }
    return table;
}

}  // namespace breakeven::ui
