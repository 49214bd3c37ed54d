// Exact invoices: charge lines per second on one core, from the CSV text to the rounded total, and whether
// the time is linear in the number of rows. Usage: billing_bench [ROWS [FOLDER]]; the usage file is left in
// FOLDER (default: the system's for temporary files) for invoices_peer.py.

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "core/billing/bill.hpp"
#include "core/scenario/scenario_reader.hpp"

namespace {

using namespace breakeven;

constexpr const char* kScenario = R"(
format = 1
name = "bench"
currency = "USD"
[[meter]]
id = "calls"
[[meter]]
id = "input"
[[meter]]
id = "output"
[[segment]]
id = "s"
[segment.usage.calls]
distribution = "constant"
value = 1
[cost]
[[plan]]
id = "p"
fee = 20
[[plan.charge]]
meter = "calls"
model = "graduated"
tiers = [ { up_to = 100, unit_amount = 0.02 }, { up_to = 1_000, unit_amount = 0.015 }, { up_to = 10_000, unit_amount = 0.01 },
          { up_to = 100_000, unit_amount = 0.008, flat_amount = 5 }, { unit_amount = 0.005 } ]
[[plan.charge]]
meter = "input"
model = "package"
package_size = 1_000_000
package_amount = 1.25
free_units = 50_000
[[plan.charge]]
meter = "output"
model = "volume"
per = 1_000_000
tiers = [ { up_to = 1_000_000, unit_amount = 60 }, { up_to = 10_000_000, unit_amount = 50 }, { unit_amount = 40 } ]
[[plan.charge]]
meters = ["input", "output"]
weights = [1, 4]
model = "graduated"
per = 1_000_000
tiers = [ { up_to = 2_000_000, unit_amount = 0 }, { unit_amount = 3.5 } ]
)";

void writeUsage(const std::string& path, std::uint64_t rows) {
    std::ofstream file(path);
    std::mt19937_64 engine(7);
    file << "subject,period_start,calls,input,output\n";
    for (std::uint64_t i = 0; i < rows; ++i) {
        // spread over five decades, as usage is
        const auto draw = [&](double top) {
            return std::pow(10.0, 1.0 + 5.0 * static_cast<double>(engine() >> 11) * 0x1p-53) * top;
        };
        file << fmt::format("u{:09},2026-01-01,{:.0f},{:.0f},{:.2f}\n", i, draw(1.0), draw(100.0),
                            draw(20.0));
    }
}

double secondsToBill(const core::Scenario& scenario, const std::string& path, core::BillResult& result) {
    core::BillRequest request;
    request.usageFile = path;
    request.semantics = {core::Semantics{}};
    const auto start = std::chrono::steady_clock::now();
    result = core::billUsage(scenario, request, {});
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t rows = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 250'000;
    const std::filesystem::path folder = argc > 2 ? argv[2] : std::filesystem::temp_directory_path().string();
    const auto reading =
        core::readScenarioText(kScenario, "bench.toml", {}, [](const std::string&) { return std::string(); });
    if (!reading.scenario) return 1;
    fmt::print("{:>10} {:>12} {:>9} {:>14} {:>16}\n", "rows", "lines", "seconds", "lines/second",
               "total USD");
    for (const std::uint64_t count : {rows, 4 * rows}) {
        const std::string path = (folder / fmt::format("billing_bench_{}.csv", count)).string();
        writeUsage(path, count);
        core::BillResult result;
        const double seconds = secondsToBill(*reading.scenario, path, result);
        const std::uint64_t lines = result.plans.front().lines;
        fmt::print("{:>10} {:>12} {:>9.2f} {:>14.0f} {:>16}\n", count, lines, seconds,
                   static_cast<double>(lines) / seconds, result.plans.front().total.text(2));
    }
    return 0;
}
