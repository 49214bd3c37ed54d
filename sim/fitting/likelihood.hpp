#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "sim/fitting/law.hpp"

namespace breakeven::sim {

/// What was observed of a usage quantity.
struct FitSample {
    std::vector<double> values;  ///< known exactly, ascending, >= 0
    std::vector<double> capped;  ///< known to be at least this (a cap cut the use short), ascending
    double above = 0.0;          ///< only quantities above it were recorded at all; 0: all
    double below = std::numeric_limits<double>::infinity();  ///< and only those below this

    [[nodiscard]] std::size_t size() const { return values.size() + capped.size(); }
    [[nodiscard]] bool isComplete() const { return capped.empty() && !isTruncated(); }
    [[nodiscard]] bool isTruncated() const {
        return above > 0.0 || below < std::numeric_limits<double>::infinity();
    }
};

/// The log-likelihood of a family for one sample: sum of ln f(x) over the exact values, of ln S(x) over the
/// capped ones, less n ln P(above < X < below). What does not depend on the parameters is computed once.
/// Single families only; LognormalPareto is made of two.
class Likelihood {
  public:
    Likelihood(Family family, const FitSample& sample);

    /// @param parameters  those of `Law`; outside their range: -infinity
    [[nodiscard]] double operator()(std::span<const double> parameters) const;

  private:
    struct Repeated {
        double value = 0.0;
        double count = 0.0;
    };
    [[nodiscard]] double exactPart(std::span<const double> parameters) const;
    static std::vector<Repeated> repeated(const std::vector<double>& ascending);

    Family family_;
    std::vector<double> values_;  ///< Weibull: their logarithms; Lomax: as they are
    std::vector<Repeated> counts_;
    std::vector<Repeated> capped_;
    double above_;
    double below_;
    double n_ = 0.0;    ///< exact values
    double all_ = 0.0;  ///< and capped ones
    double smallest_ = 0.0;
    double sum_ = 0.0;
    double logSum_ = 0.0;
    double logMean_ = 0.0;
    double logSquares_ = 0.0;  ///< about logMean_
    double logFactorials_ = 0.0;
};

}  // namespace breakeven::sim
