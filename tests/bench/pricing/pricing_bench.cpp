// Four prices on arrays of 10 million quantities, on one core: the engine's block kernels, a block after the
// other. Usage: pricing_bench [--store]: with --store every amount is written to an array of 10 million too,
// else blocks are summed and forgotten, as the engine does. Prints a line of JSON for each price, in seconds
// of the processor: the machine may be shared.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "sim/kernels/block_kernels.hpp"
#include "sim/kernels/column_kernels.hpp"
#include "sim/random/stream.hpp"

namespace {

using namespace breakeven;

constexpr std::size_t kQuantities = 10'000'000;
constexpr std::size_t kBlock = 1024;  ///< as in the engine
constexpr int kRepetitions = 9;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Lognormal use of median 500 and sigma 1.5: all five tiers hold many of it.
std::vector<double> quantities() {
    std::vector<double> q(kQuantities);
    sim::fillUniforms({sim::philoxKey(7), 0, 0, 1}, 0, kQuantities, q.data());
    sim::uniformsToNormals(q.data(), kQuantities);
    sim::lognormalOf(std::log(500.0), 1.5, q.data(), q.data(), kQuantities);
    return q;
}

using Charge = std::function<void(const double*, double*, std::size_t)>;

void measure(std::string_view name, const std::vector<double>& q, double* stored, const Charge& charge) {
    std::vector<double> block(kBlock);
    std::vector<double> seconds;
    double total = 0.0;
    for (int i = -1; i < kRepetitions; ++i) {  // the first warms up
        const std::clock_t start = std::clock();
        total = 0.0;
        for (std::size_t at = 0; at < q.size(); at += kBlock) {
            const std::size_t n = std::min(kBlock, q.size() - at);
            double* out = stored != nullptr ? stored + at : block.data();
            sim::fill(0.0, out, n);
            charge(&q[at], out, n);
            total += sim::laneSum(out, n);
        }
        if (i >= 0) seconds.push_back(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    std::ranges::sort(seconds);
    fmt::print(
        "{{\"price\":\"{}\",\"seconds\":{:.6f},\"fastest\":{:.6f},\"slowest\":{:.6f},\"mean\":{:.9f}}}\n",
        name, seconds[seconds.size() / 2], seconds.front(), seconds.back(),
        total / static_cast<double>(q.size()));
}

}  // namespace

int main(int argc, char** argv) {
    const bool isStored = argc > 1 && std::string_view(argv[1]) == "--store";
    const std::vector<double> q = quantities();
    std::vector<double> amounts(isStored ? q.size() : 0);
    double* stored = isStored ? amounts.data() : nullptr;
    const std::vector<sim::PriceTier> tiers = {{0.0, 100.0, 0.0, 0.0},
                                               {100.0, 500.0, 0.05, 0.0},
                                               {500.0, 2'000.0, 0.04, 0.0},
                                               {2'000.0, 10'000.0, 0.03, 0.0},
                                               {10'000.0, kInfinity, 0.02, 0.0}};
    const std::vector<sim::PriceTier> allowance = {{0.0, 500.0, 0.0, 0.0}, {500.0, kInfinity, 0.04, 0.0}};
    measure("graduated", q, stored,
            [&](const double* x, double* out, std::size_t n) { sim::addGraduated(x, tiers, out, n); });
    measure("package", q, stored, [&](const double* x, double* out, std::size_t n) {
        sim::addPackages(x, {1.25, 100.0, 50.0}, out, n);
    });
    measure("volume", q, stored,
            [&](const double* x, double* out, std::size_t n) { sim::addVolume(x, tiers, out, n); });
    measure("allowance", q, stored,
            [&](const double* x, double* out, std::size_t n) { sim::addGraduated(x, allowance, out, n); });
}
