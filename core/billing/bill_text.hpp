#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/billing/bill.hpp"

namespace breakeven::core {

// Files of a bill: RFC 4180 (CRLF), amounts as exact decimals. A text that a spreadsheet would run as a
// formula gets an apostrophe in front.

inline constexpr const char* kInvoicesHeader = "semantics,plan,subject,period_start,lines,total\r\n";
inline constexpr const char* kLinesHeader =
    "semantics,plan,subject,period_start,kind,id,quantity,amount,reason\r\n";

/// Appends an invoice as one row, and its lines as a row each.
void appendInvoiceRow(std::string& out, const IssuedInvoice& issued);
void appendLineRows(std::string& out, const IssuedInvoice& issued);

/// The header of what every subject pays under each plan, and a subject's row; empty cells under a pool.
[[nodiscard]] std::string subjectsHeader(const std::vector<const Plan*>& plans);
void appendSubjectRow(std::string& out, const SubjectTotals& totals, int places);

/// An invoice for people: a line each, with its reason.
[[nodiscard]] std::string invoiceText(const IssuedInvoice& issued);
/// The same as JSON object.
[[nodiscard]] nlohmann::ordered_json invoiceJson(const IssuedInvoice& issued);

/// One row per plan: totals, distribution, credits, migration.
[[nodiscard]] std::string summaryCsv(const BillResult& result);
/// The subjects whose bill rises most under each plan.
[[nodiscard]] std::string losersCsv(const BillResult& result);

/// The whole result as JSON; amounts are decimal texts.
///
/// @param invoices  a list of `invoiceJson`, put in as "invoices" unless null
[[nodiscard]] std::string billJson(const BillResult& result, const Scenario& scenario,
                                   const nlohmann::ordered_json& invoices);

}  // namespace breakeven::core
