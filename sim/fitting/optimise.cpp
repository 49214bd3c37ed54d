#include "sim/fitting/optimise.hpp"

#include <nlopt.h>

#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>

namespace breakeven::sim {
namespace {

constexpr double kFarthest = 40.0;  // of a logarithm: beyond any number of this program
constexpr double kWorst = -1e300;   // the simplex compares, it does not average values

using Function = std::function<double(const std::vector<double>&)>;

double evaluate(unsigned n, const double* x, double*, void* data) {
    const double value = (*static_cast<const Function*>(data))(std::vector<double>(x, x + n));
    return std::isfinite(value) ? value : kWorst;
}

}  // namespace

std::optional<Maximum> climb(const Function& f, const std::vector<double>& start) {
    const auto n = static_cast<unsigned>(start.size());
    const std::unique_ptr<nlopt_opt_s, void (*)(nlopt_opt)> search(nlopt_create(NLOPT_LN_NELDERMEAD, n),
                                                                   nlopt_destroy);
    Function function = f;
    nlopt_set_max_objective(search.get(), evaluate, &function);
    nlopt_set_xtol_abs1(search.get(), 1e-10);
    nlopt_set_maxeval(search.get(), 4'000);
    Maximum best{start, 0.0};
    for (const double step : {0.3, 0.01}) {
        nlopt_set_initial_step1(search.get(), step);
        const nlopt_result result = nlopt_optimize(search.get(), best.at.data(), &best.value);
        if (result < 0 && result != NLOPT_ROUNDOFF_LIMITED) return std::nullopt;
    }
    if (best.value <= kWorst) return std::nullopt;
    for (std::size_t i = 0; i < start.size(); ++i) {
        if (std::abs(best.at[i] - start[i]) > kFarthest) return std::nullopt;
    }
    return best;
}

std::optional<Maximum> climbLine(const std::function<double(double)>& f, double start, double reach) {
    const auto minus = [&](double x) {
        const double value = f(x);
        return std::isfinite(value) ? -value : -kWorst;
    };
    while (reach <= kFarthest) {
        std::uintmax_t steps = 200;
        const auto [at, value] = boost::math::tools::brent_find_minima(
            minus, start - reach, start + reach, std::numeric_limits<double>::digits / 2, steps);
        if (std::abs(at - start) < 0.99 * reach) return Maximum{{at}, -value};
        reach *= 4.0;
    }
    return std::nullopt;
}

std::optional<double> positiveRoot(const std::function<double(double)>& f, double guess, bool isRising) {
    if (!std::isfinite(guess) || !(guess > 0.0)) return std::nullopt;
    std::uintmax_t steps = 300;
    try {
        const auto [low, high] = boost::math::tools::bracket_and_solve_root(
            f, guess, 2.0, isRising, boost::math::tools::eps_tolerance<double>(50), steps);
        return 0.5 * (low + high);
    } catch (const std::exception&) {  // Boost tells in this way that it found no change of sign
        return std::nullopt;
    }
}

std::optional<double> bracketedRoot(const std::function<double(double)>& f, double low, double high) {
    std::uintmax_t steps = 100;
    try {
        const auto [left, right] = boost::math::tools::toms748_solve(
            f, low, high, boost::math::tools::eps_tolerance<double>(30), steps);
        return 0.5 * (left + right);
    } catch (const std::exception&) {  // as above
        return std::nullopt;
    }
}

}  // namespace breakeven::sim
