#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/billing/bill.hpp"
#include "core/scenario/scenario_reader.hpp"
#include "tests/support/temporary_folder.hpp"

namespace breakeven::tests {

/// A scenario with the meters `calls` and `tokens` and the plans given.
[[nodiscard]] inline core::Scenario scenarioWith(const std::string& plans,
                                                 const std::string& currency = "USD") {
    const std::string text =
        "format = 1\nname = \"t\"\ncurrency = \"" + currency +
        "\"\n[[meter]]\nid = \"calls\"\n[[meter]]\nid = \"tokens\"\n"
        "[[segment]]\nid = \"s\"\n[segment.usage.calls]\ndistribution = \"constant\"\nvalue = 1\n"
        "[cost]\n" +
        plans;
    core::ScenarioReading reading =
        core::readScenarioText(text, "t.toml", {}, [](const std::string&) { return std::string(); });
    for (const core::Diagnostic& item : reading.diagnostics)
        ADD_FAILURE() << core::formatDiagnostic(item, text);
    return reading.scenario.value();
}

[[nodiscard]] inline core::Semantics semanticsOf(const std::string& text) {
    return core::readSemantics(text, "--semantics").semantics.value();
}

/// Bills usage text and gives every line as "plan subject period kind amount", then "= total".
inline std::string linesOf(const core::Scenario& scenario, const std::string& usage,
                           const std::string& semantics = "breakeven", core::BillResult* result = nullptr) {
    const TemporaryFolder folder;
    const std::string file = folder.file("usage.csv");
    std::ofstream(file) << usage;
    std::string text;
    core::BillRequest request;
    request.usageFile = file;
    request.semantics = {semanticsOf(semantics)};
    core::BillHooks hooks;
    hooks.invoice = [&](const core::IssuedInvoice& issued) {
        text += issued.maker.plan().plan->id + " " + issued.subject + " " + issued.period + ":";
        for (const core::InvoiceLine& line : issued.invoice.lines)
            text += " " + std::string(core::wordOf(line.kind)) + " " +
                    line.amount.text(issued.maker.plan().places);
        text += " = " + issued.invoice.total.text(issued.maker.plan().places) + "\n";
    };
    core::BillResult bill = core::billUsage(scenario, request, hooks);
    if (result != nullptr) *result = std::move(bill);
    return text;
}

}  // namespace breakeven::tests
