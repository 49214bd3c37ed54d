#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/billing/amount_summary.hpp"
#include "core/billing/invoice.hpp"
#include "core/billing/usage_file.hpp"

namespace breakeven::core {

/// What is to be billed.
struct BillRequest {
    std::string usageFile;
    std::vector<std::string> plans;    ///< ids; empty: all of the scenario
    std::string from;                  ///< the plan that the others are compared with; empty: the first
    std::vector<Semantics> semantics;  ///< at least one
    bool isPerRow =
        false;  ///< every row is a billing period; else the rows of a subject's calendar month are
    bool isStrict = false;                  ///< any bad row refuses the file; else more than 1 %
    std::optional<std::string> usageBytes;  ///< of `usageFile` where that is no file but a stored table
};

/// A subject whose bill changes most.
struct Mover {
    std::string subject;
    Decimal before;
    Decimal after;
};

/// What moving all subjects to a plan would do to them.
struct MigrationSummary {
    std::uint64_t subjects = 0;
    std::uint64_t better = 0;  ///< pay less
    std::uint64_t worse = 0;   ///< pay more
    std::uint64_t aboveTwice = 0;
    std::vector<Mover> losers;  ///< the ten with the largest rise, largest first
};

/// All bills of one plan under one semantics.
struct PlanBill {
    std::string plan;
    std::string semantics;
    std::uint64_t invoices = 0;
    std::uint64_t lines = 0;
    Decimal total;
    AmountSummary amounts;  ///< of the invoices
    bool isPooled = false;
    std::optional<MigrationSummary> migration;  ///< none for the baseline and where a pool is on either side
    Decimal creditsGranted, creditsUsed, creditsLapsed, creditsLeft;
};

struct BillResult {
    std::string baseline;
    int places = 2;
    std::uint64_t subjects = 0;
    std::vector<PlanBill> plans;  ///< for each semantics the plans in the order of the scenario
    UsageReading usage;
};

/// One invoice on its way out. References hold during the call only.
struct IssuedInvoice {
    const InvoiceMaker& maker;
    const std::string& subject;  ///< "(all)" for a pool
    const std::string& period;   ///< the day it begins, "2026-01-01"
    const Invoice& invoice;
};

/// What one subject pays over all its periods.
struct SubjectTotals {
    const std::string& subject;
    const std::string& semantics;
    std::vector<const Decimal*> totals;  ///< one per plan of the result, null under a pool
};

/// Who is told while a file is billed, in the order of the file; either may be empty.
struct BillHooks {
    std::function<void(const IssuedInvoice&)> invoice;
    std::function<void(const SubjectTotals&)> subject;
};

/// The plans that are billed, in the order of the result. Throws Error (Input) for an unknown one.
[[nodiscard]] std::vector<const Plan*> plansToBill(const Scenario& scenario, const BillRequest& request);

/// Bills a usage file under the plans of a scenario, with memory for one subject and the summaries only.
/// Throws Error (Input) for unknown plans and for a file that is refused as a whole.
[[nodiscard]] BillResult billUsage(const Scenario& scenario, const BillRequest& request,
                                   const BillHooks& hooks);

}  // namespace breakeven::core
