#pragma once

#include <string>

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

/// One row per plan: totals, distribution, credits, migration.
[[nodiscard]] std::string summaryCsv(const BillResult& result);
/// The subjects whose bill rises most under each plan.
[[nodiscard]] std::string losersCsv(const BillResult& result);

/// The whole result as JSON; amounts are decimal texts.
[[nodiscard]] std::string billJson(const BillResult& result, const Scenario& scenario);

}  // namespace breakeven::core
