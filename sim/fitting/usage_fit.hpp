#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/fitting/goodness.hpp"
#include "sim/fitting/hill.hpp"
#include "sim/fitting/maximum_likelihood.hpp"
#include "sim/fitting/mixture.hpp"
#include "sim/fitting/panel.hpp"
#include "sim/fitting/profile_interval.hpp"
#include "sim/fitting/sample_summary.hpp"
#include "sim/fitting/usage_columns.hpp"

namespace breakeven::sim {

struct FitSettings {
    std::optional<std::size_t> draws;  ///< of the bootstrap; none: 999 up to 2,000 rows, 199 to 10,000, 99 to
                                       ///< 200,000, then 39
    std::uint64_t seed = 1;
    int threads = 0;  ///< 0: all of the machine; changes no number
};

/// One family beside the data.
struct FamilyFit {
    Family family = Family::Lognormal;
    std::optional<Fit> fit;
    std::string whyNot;  ///< one sentence when there is no fit
    Distances distances;
    /// With 0 draws: the Kolmogorov-Smirnov distance alone refuses it, by Kolmogorov's limit;
    /// p is at most this.
    std::optional<PValues> pValues;
    std::vector<ParameterInterval> parameters;  ///< regular ones; of the first family and of those that pass
    /// Comparable between families: where the family is fitted to the values above 0, the share of zeros is
    /// one more parameter; of whole numbers with a median below 20 a continuous family has the likelihood of
    /// its rounding to them.
    double aic = 0.0;
    double bic = 0.0;
    bool passes = false;  ///< p > 5 % by Anderson-Darling, or by Kolmogorov-Smirnov where there is none
};

/// What a scenario should say of the quantity.
struct Proposal {
    enum class Kind {
        Constant,
        Family,    ///< the best one by AIC that passes
        Empirical  ///< the column itself, resampled
    };
    Kind kind = Kind::Empirical;
    double value = 0.0;                         ///< of a constant
    Law law;                                    ///< of a family
    std::vector<ParameterInterval> parameters;  ///< of a family; empty: known as points only
    std::string why;                            ///< one sentence
};

/// One quantity, described and fitted.
struct QuantityFit {
    Quantity quantity;
    std::string name;
    std::optional<std::string> per;
    std::size_t missing = 0;               ///< rows without a value
    std::size_t capped = 0;                ///< rows that only say "at least"
    std::optional<SampleSummary> summary;  ///< none when no row has a value
    std::vector<FamilyFit> families;       ///< smallest AIC first, those without a fit last
    HillPlot hill;
    std::optional<Persistence> persistence;  ///< of ln of the values above 0, from several periods a subject
    Proposal proposal;
    std::vector<std::string> notes;  ///< what to beware of, one sentence each
};

/// Rank correlation of two quantities as they are proposed.
struct QuantityCorrelation {
    std::size_t first = 0;  ///< index into the quantities
    std::size_t second = 0;
    RankCorrelation correlation;
};

struct UsageFit {
    double weight = 1.0;  ///< share of the users that are of this kind
    std::vector<QuantityFit> quantities;
    std::vector<QuantityCorrelation> correlations;
};

/// Describes and fits every quantity. Rows of one subject are not independent: where there are several
/// periods, intervals and standard errors are widened by the root of the design effect,
/// 1 + (periods - 1) x persistence.
[[nodiscard]] UsageFit fitUsage(const UsageColumns& columns, std::span<const Quantity> quantities,
                                const FitSettings& settings);

/// Kinds of users told apart by one quantity.
struct SplitFit {
    std::vector<LognormalMixture> mixtures;  ///< of one kind, two, ...
    std::vector<UsageFit> kinds;             ///< the number with the smallest BIC; one: there is no split
};

/// Splits by a lognormal mixture of the values above 0 of quantity `which`. Each kind takes its own component
/// for that quantity; the other quantities are fitted to the rows that most likely are of the kind (rows
/// without use count to the lightest).
[[nodiscard]] SplitFit splitUsage(const UsageColumns& columns, std::span<const Quantity> quantities,
                                  std::size_t which, const FitSettings& settings);

}  // namespace breakeven::sim
