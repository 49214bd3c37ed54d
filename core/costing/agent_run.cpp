#include "core/costing/agent_run.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace breakeven::core {
namespace {

/// E y, E y(y - 1), … up to four factors, of y = n - 1.
std::array<double, 4> factorialMoments(const StepCount& steps) {
    const double m = steps.mean - 1.0;
    std::array<double, 4> moments{};
    double product = 1.0;
    for (std::size_t r = 0; r < moments.size(); ++r) {
        const auto index = static_cast<double>(r);
        if (steps.law == StepLaw::Fixed) {
            product *= m - index;
        } else {
            const double shape = steps.law == StepLaw::Geometric ? 1.0 : steps.shape;
            product *= m * (1.0 + index / shape);
        }
        moments.at(r) = product;
    }
    return moments;
}

}  // namespace

double meanPairs(const StepCount& steps) {
    const auto y = factorialMoments(steps);
    return y[1] + 2.0 * y[0];  // n (n - 1) = y (y - 1) + 2 y
}

MeanTokens meanTokens(const StepCount& steps, const RunTokens& tokens) {
    return {steps.mean * tokens.base + 0.5 * tokens.added * meanPairs(steps), steps.mean * tokens.output};
}

double costOfSteps(double n, const RunTokens& tokens, double perInput, double perOutput) {
    return perInput * (n * tokens.base + 0.5 * tokens.added * n * (n - 1.0)) + perOutput * n * tokens.output;
}

RunCost runCost(const StepCount& steps, const RunTokens& tokens, double perInput, double perOutput) {
    // cost = first + a y + b y (y - 1), with y = n - 1
    const double first = perInput * tokens.base + perOutput * tokens.output;
    const double b = 0.5 * perInput * tokens.added;
    const double a = first + 2.0 * b;
    const auto y = factorialMoments(steps);
    const double mean = first + a * y[0] + b * y[1];
    if (steps.law == StepLaw::Fixed) return {mean, 0.0};
    // y^2 = y_2 + y, y y_2 = y_3 + 2 y_2, y_2^2 = y_4 + 4 y_3 + 2 y_2, with y_r the falling factorials
    const double rest = mean - first;
    const double squares =
        a * a * (y[1] + y[0]) + 2.0 * a * b * (y[2] + 2.0 * y[1]) + b * b * (y[3] + 4.0 * y[2] + 2.0 * y[1]);
    return {mean, std::sqrt(std::max(squares - rest * rest, 0.0))};
}

double stepsQuantile(const StepCount& steps, double level) {
    if (steps.law == StepLaw::Fixed || steps.mean == 1.0) return steps.mean;
    if (steps.law == StepLaw::NegativeBinomial) return std::numeric_limits<double>::quiet_NaN();
    return std::max(std::ceil(std::log1p(-level) / std::log1p(-1.0 / steps.mean)), 1.0);
}

}  // namespace breakeven::core
