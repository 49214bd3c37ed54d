#pragma once

namespace breakeven::core {

/// How many steps a run of an agent takes, n >= 1.
enum class StepLaw {
    Fixed,             ///< always the mean, which may be broken: formulas are taken there
    Geometric,         ///< on 1, 2, 3, …: the run ends after each step with probability 1 / mean
    NegativeBinomial,  ///< 1 + a negative binomial of mean `mean - 1` and size `shape`; shape 1: geometric
};

/// The law of the number of steps.
struct StepCount {
    StepLaw law = StepLaw::Fixed;
    double mean = 1.0;   ///< E n >= 1
    double shape = 1.0;  ///< > 0, of the negative binomial: variance of n = (mean - 1) + (mean - 1)^2 / shape
};

/// Tokens of a run whose context is sent again with every step: step k reads base + (k - 1) x added.
struct RunTokens {
    double base = 0.0;    ///< >= 0, tokens that every step reads
    double added = 0.0;   ///< >= 0, tokens that each step adds to what the next ones read
    double output = 0.0;  ///< >= 0, tokens that every step writes
};

/// Mean tokens of a run.
struct MeanTokens {
    double input = 0.0;
    double output = 0.0;
};

/// Mean and standard deviation over runs.
struct RunCost {
    double mean = 0.0;
    double deviation = 0.0;
};

/// E n(n - 1), the mean of ordered pairs of steps: it makes context that is sent again quadratic.
///
/// Geometric: 2 (1 - q) / q^2 with q = 1 / mean; negative binomial: 2 m + m^2 (1 + 1 / shape) with
/// m = mean - 1. Source: Johnson, Kemp & Kotz (2005), "Univariate Discrete Distributions", ch. 5.
[[nodiscard]] double meanPairs(const StepCount& steps);

/// Tokens of n steps: input n b + d n (n - 1) / 2, output n o; exact means over n.
[[nodiscard]] MeanTokens meanTokens(const StepCount& steps, const RunTokens& tokens);

/// Cost of one run and its spread over runs, from the first four factorial moments of n - 1.
///
/// @param perInput, perOutput  currency units per token, >= 0
[[nodiscard]] RunCost runCost(const StepCount& steps, const RunTokens& tokens, double perInput,
                              double perOutput);

/// Cost of a run of exactly n steps.
[[nodiscard]] double costOfSteps(double n, const RunTokens& tokens, double perInput, double perOutput);

/// The number of steps that a share `level` of runs does not exceed; level in (0, 1). Fixed and geometric
/// only: NaN for a negative binomial.
[[nodiscard]] double stepsQuantile(const StepCount& steps, double level);

}  // namespace breakeven::core
