#include "sim/fitting/usage_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/stats/summaries.hpp"

namespace breakeven::sim {
namespace {

constexpr double kLevel = 0.05;
constexpr std::size_t kFewestRows = 10;
constexpr std::size_t kManyRows = 2'000;
constexpr double kHopeless = 2.5;  // of sqrt(n) x the Kolmogorov-Smirnov distance: p = 7e-6 (Kolmogorov 1933)
constexpr double kSmallCount = 20.0;
constexpr double kLargestCount = 10'000.0;

/// A quantity's rows in the forms that fitting needs.
struct Rows {
    std::vector<double> ascending;  ///< all values
    FitSample positive;             ///< above 0, capped ones apart
    FitSample all;                  ///< with the zeros, for counts
    bool isWhole = true;
    std::size_t outside = 0;  ///< rows beyond what can be recorded, left out
};

Rows rowsOf(const std::vector<std::optional<double>>& values, const Quantity& quantity) {
    Rows rows;
    for (const auto& value : values) {
        if (!value) continue;
        if ((quantity.above > 0.0 && *value <= quantity.above) || *value >= quantity.below) {
            ++rows.outside;
            continue;
        }
        rows.ascending.push_back(*value);
        rows.isWhole = rows.isWhole && *value == std::floor(*value);
        const bool isCapped = quantity.cap && *value >= *quantity.cap;
        for (FitSample* sample : {&rows.positive, &rows.all}) {
            if (sample == &rows.positive && *value == 0.0) continue;
            (isCapped ? sample->capped : sample->values).push_back(isCapped ? *quantity.cap : *value);
        }
    }
    std::ranges::sort(rows.ascending);
    for (FitSample* sample : {&rows.positive, &rows.all}) {
        std::ranges::sort(sample->values);
        sample->above = quantity.above;
        sample->below = quantity.below;
    }
    return rows;
}

std::size_t drawsFor(const FitSettings& settings, std::size_t rows) {
    if (settings.draws) return *settings.draws;
    return rows <= kManyRows ? 999 : rows <= 10'000 ? 199 : rows <= 200'000 ? 99 : 39;
}

/// What the zeros add to -2 ln L, their share p0 being estimated: n0 ln p0 + n1 ln(1 - p0).
double zeroDeviance(std::size_t zeros, std::size_t others) {
    if (zeros == 0 || others == 0) return 0.0;
    const auto n0 = static_cast<double>(zeros);
    const auto n1 = static_cast<double>(others);
    return -2.0 * (n0 * std::log(n0 / (n0 + n1)) + n1 * std::log(n1 / (n0 + n1)));
}

/// Whether densities must not be compared with probabilities: whole numbers so small that a density at 1 or 2
/// says little about the chance of 1 or 2.
bool areSmallCounts(const Rows& rows) {
    return rows.isWhole && sortedQuantile(rows.ascending, 0.5) < kSmallCount;
}

/// ln of the chance that a law's quantity, rounded, is what was seen.
double roundedLogLikelihood(const Law& law, const FitSample& sample) {
    double sum = 0.0;
    for (const double x : sample.values) sum += std::log(shareUpTo(law, x + 0.5) - shareUpTo(law, x - 0.5));
    for (const double x : sample.capped) sum += std::log(shareAbove(law, x - 0.5));
    return sum;
}

/// p-values by bootstrap. Of many rows a distance so large that even a law without a fitted parameter would
/// show it once in 100,000 samples needs no draws: fitting only makes such distances rarer.
std::optional<PValues> pValuesOf(const Fit& fit, const Distances& distances, const FitSample& sample,
                                 const FitSettings& settings) {
    const auto n = static_cast<double>(sample.size());
    const double scaled = std::sqrt(n) * distances.kolmogorovSmirnov;
    if (sample.size() > kManyRows && scaled > kHopeless)
        return PValues{0, std::max(2.0 * std::exp(-2.0 * scaled * scaled), 1e-6), std::nullopt};
    return bootstrapPValues(fit, sample,
                            {drawsFor(settings, sample.size()), settings.seed, settings.threads});
}

FamilyFit fitOne(Family family, const Rows& rows, const FitSettings& settings) {
    FamilyFit result;
    result.family = family;
    const auto refuse = [&](const char* reason) {
        result.whyNot = reason;
        return result;
    };
    if (isCounting(family) && !rows.isWhole) return refuse("the quantities are not whole numbers");
    const FitSample& sample = isCounting(family) ? rows.all : rows.positive;
    if (isCounting(family) && rows.ascending.back() > 100.0 * kLargestCount)
        return refuse("counts above a million are fitted as quantities");
    FitOutcome outcome = fitFamily(family, sample);
    result.whyNot = std::move(outcome.whyNot);
    if (!outcome.fit) return result;
    if (isCounting(family) && meanOf(outcome.fit->law) > kLargestCount)
        return refuse("counts with a mean above 10,000 are fitted as quantities");
    result.fit = std::move(outcome.fit);
    const std::size_t zeros = isCounting(family) ? 0 : rows.ascending.size() - rows.positive.size();
    const double deviance = zeroDeviance(zeros, sample.size());
    result.aic = result.fit->aic + deviance + (zeros > 0 ? 2.0 : 0.0);
    result.bic =
        result.fit->bic + deviance + (zeros > 0 ? std::log(static_cast<double>(rows.ascending.size())) : 0.0);
    if (areSmallCounts(rows) && !isCounting(family) && !sample.isTruncated()) {
        const double rise = 2.0 * (result.fit->logLikelihood - roundedLogLikelihood(result.fit->law, sample));
        result.aic += rise;
        result.bic += rise;
    }
    result.distances = distancesOf(result.fit->law, sample);
    result.pValues = pValuesOf(*result.fit, result.distances, sample, settings);
    if (result.pValues)
        result.passes = result.pValues->andersonDarling.value_or(result.pValues->kolmogorovSmirnov) > kLevel;
    return result;
}

Proposal proposalOf(const QuantityFit& fit, const Rows& rows) {
    Proposal proposal;
    if (rows.ascending.front() == rows.ascending.back() && fit.capped == 0) {
        proposal.kind = Proposal::Kind::Constant;
        proposal.value = rows.ascending.front();
        proposal.why = "all rows have the same value";
        return proposal;
    }
    if (fit.families.empty()) {
        proposal.why = "too few rows to tell families apart";
        return proposal;
    }
    if (std::ranges::none_of(fit.families, &FamilyFit::passes)) {
        proposal.why = "no family fits at the 5 % level";
        return proposal;
    }
    // Nothing can be said of a cost whose mean is infinite.
    const auto passing = std::ranges::find_if(fit.families, [](const FamilyFit& family) {
        return family.passes && std::isfinite(meanOf(family.fit->law));
    });
    if (passing == fit.families.end()) {
        proposal.why = "the families that fit have an infinite mean";
        return proposal;
    }
    proposal.kind = Proposal::Kind::Family;
    proposal.law = passing->fit->law;
    proposal.parameters = passing->parameters;
    const double behind = passing->aic - fit.families.front().aic;
    proposal.why = behind > 0.0
                       ? fmt::format("fits, and has the smallest AIC of those that do ({} is {:.1f} lower)",
                                     familyName(fit.families.front().family), behind)
                       : "fits, and has the smallest AIC";
    return proposal;
}

void addNotes(QuantityFit& fit, const Rows& rows) {
    const auto p90 = [](const std::vector<SampleQuantile>& all) { return all[5].value; };
    if (fit.missing > 0)
        fit.notes.push_back(
            fmt::format("{} rows have no value and are left out: missing is not 0", fit.missing));
    if (!fit.families.empty() && areSmallCounts(rows))
        fit.notes.push_back(
            "small whole numbers: continuous families are compared by the likelihood of their rounding");
    if (rows.outside > 0)
        fit.notes.push_back(
            fmt::format("{} rows are outside the bounds given and are left out", rows.outside));
    if (fit.hill.warnsOfInfiniteVariance)
        fit.notes.push_back(fmt::format(
            "the largest {} rows look like a power law of exponent {:.2f} ({:.2f} to {:.2f}): at 2 or less "
            "its "
            "variance is infinite; a lognormal law of large sigma looks the same in a sample",
            fit.hill.chosen->k, fit.hill.chosen->alpha, fit.hill.chosen->low, fit.hill.chosen->high));
    const bool isRefused = !fit.families.empty() && std::ranges::none_of(fit.families, &FamilyFit::passes);
    if (isRefused && rows.ascending.size() > 2'000)
        fit.notes.push_back(
            "with so many rows a misfit too small to matter is found too: look at the distances");
    if (fit.proposal.kind == Proposal::Kind::Family && fit.summary) {
        // A price decision rests on the mean, which a heavy tail moves far beyond what was measured.
        constexpr double kNoticed = 1.25;
        const double awake = isCounting(fit.proposal.law.family) ? 1.0 : 1.0 - fit.summary->zeroShare;
        const double proposed = awake * meanOf(fit.proposal.law);
        const double ratio = proposed / fit.summary->mean;
        if (fit.capped == 0 && (ratio > kNoticed || ratio < 1.0 / kNoticed))
            fit.notes.push_back(fmt::format(
                "the mean of the proposed law is {:.4g}, {:.2f} times that of the rows: the tail decides "
                "it; compare with an empirical segment",
                proposed, ratio));
    }
    if (fit.persistence && fit.persistence->designEffect > 1.0)
        fit.notes.push_back(
            fmt::format("rows of one subject are alike: intervals are widened by the root of {:.2f}, "
                        "p-values are too small",
                        fit.persistence->designEffect));
    if (fit.quantity.cap && *fit.quantity.cap <= p90(fit.summary->quantiles))
        fit.notes.push_back("more than a tenth of the rows are at the cap: the tail is the family's word");
}

QuantityFit fitQuantity(const UsageColumns& columns, const Quantity& quantity, const FitSettings& settings) {
    QuantityFit fit;
    fit.quantity = quantity;
    fit.name = columns.names[quantity.column];
    if (quantity.per) fit.per = columns.names[*quantity.per];
    const std::vector<std::optional<double>> values = quantityRows(columns, quantity);
    const Rows rows = rowsOf(values, quantity);
    fit.missing = values.size() - rows.ascending.size() - rows.outside;
    fit.capped = rows.all.capped.size();
    if (rows.ascending.empty()) {
        fit.proposal.why = "no row has a value";
        return fit;
    }
    fit.summary = summariseSample(rows.ascending);
    if (!columns.subjects.empty()) {
        std::vector<std::size_t> subjects;
        std::vector<double> logs;
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (!values[i] || *values[i] == 0.0) continue;
            subjects.push_back(columns.subjects[i]);
            logs.push_back(std::log(*values[i]));
        }
        fit.persistence = persistenceOf(subjects, logs);
    }
    if (fit.persistence) {
        const double wider = std::sqrt(fit.persistence->designEffect);
        fit.summary->meanError *= wider;
        for (auto* share : {&fit.summary->gini, &fit.summary->top1, &fit.summary->top5, &fit.summary->top10})
            if (*share) (*share)->standardError *= wider;
    }
    const std::vector<double>& known = rows.positive.values;
    if (known.size() >= kFewestRows && known.front() < known.back()) {
        const double designEffect = fit.persistence ? fit.persistence->designEffect : 1.0;
        for (const Family family : kFamilies) fit.families.push_back(fitOne(family, rows, settings));
        std::ranges::stable_sort(fit.families, [](const FamilyFit& a, const FamilyFit& b) {
            return a.fit.has_value() != b.fit.has_value() ? a.fit.has_value() : a.fit && a.aic < b.aic;
        });
        for (FamilyFit& item : fit.families) {
            if (!item.fit || (!item.passes && &item != &fit.families.front())) continue;
            const FitSample& sample = isCounting(item.family) ? rows.all : rows.positive;
            item.parameters = profileIntervals(*item.fit, sample, designEffect);
        }
        if (rows.positive.capped.empty()) fit.hill = hillPlot(known);
    }
    fit.proposal = proposalOf(fit, rows);
    addNotes(fit, rows);
    return fit;
}

/// The rows of a quantity as it is proposed: a ratio that is resampled becomes its column again, for a
/// scenario reads columns, not ratios.
std::vector<std::optional<double>> proposedRows(const UsageColumns& columns, const QuantityFit& fit) {
    Quantity quantity = fit.quantity;
    if (fit.proposal.kind == Proposal::Kind::Empirical) quantity.per.reset();
    return quantityRows(columns, quantity);
}

std::vector<QuantityCorrelation> correlationsOf(const UsageColumns& columns,
                                                const std::vector<QuantityFit>& fits) {
    std::vector<QuantityCorrelation> result;
    for (std::size_t i = 0; i < fits.size(); ++i) {
        for (std::size_t j = i + 1; j < fits.size(); ++j) {
            const auto first = proposedRows(columns, fits[i]);
            const auto second = proposedRows(columns, fits[j]);
            std::vector<double> x;
            std::vector<double> y;
            for (std::size_t row = 0; row < first.size(); ++row) {
                if (!first[row] || !second[row]) continue;
                x.push_back(*first[row]);
                y.push_back(*second[row]);
            }
            const auto effect = [](const QuantityFit& fit) {
                return fit.persistence ? fit.persistence->designEffect : 1.0;
            };
            const double designEffect = std::max(effect(fits[i]), effect(fits[j]));
            if (const auto found = rankCorrelationOf(x, y, designEffect)) result.push_back({i, j, *found});
        }
    }
    return result;
}

UsageColumns keptRows(const UsageColumns& columns, const std::vector<bool>& keep) {
    UsageColumns kept;
    kept.names = columns.names;
    kept.values.resize(columns.values.size());
    for (std::size_t row = 0; row < keep.size(); ++row) {
        if (!keep[row]) continue;
        for (std::size_t c = 0; c < columns.values.size(); ++c)
            kept.values[c].push_back(columns.values[c][row]);
        if (!columns.subjects.empty()) kept.subjects.push_back(columns.subjects[row]);
    }
    return kept;
}

}  // namespace

UsageFit fitUsage(const UsageColumns& columns, std::span<const Quantity> quantities,
                  const FitSettings& settings) {
    UsageFit fit;
    for (const Quantity& quantity : quantities)
        fit.quantities.push_back(fitQuantity(columns, quantity, settings));
    fit.correlations = correlationsOf(columns, fit.quantities);
    return fit;
}

SplitFit splitUsage(const UsageColumns& columns, std::span<const Quantity> quantities, std::size_t which,
                    const FitSettings& settings) {
    const auto rows = quantityRows(columns, quantities[which]);
    std::vector<double> positive;
    for (const auto& value : rows)
        if (value && *value > 0.0) positive.push_back(*value);
    SplitFit split;
    split.mixtures = fitMixtures(positive);
    const auto best = std::ranges::min_element(split.mixtures, {}, &LognormalMixture::bic);
    if (split.mixtures.empty() || best->weights.size() == 1) {
        split.kinds.push_back(fitUsage(columns, quantities, settings));
        return split;
    }
    for (std::size_t kind = 0; kind < best->weights.size(); ++kind) {
        std::vector<bool> keep;
        keep.reserve(rows.size());
        for (const auto& value : rows)
            keep.push_back((value && *value > 0.0 ? likeliestComponent(*best, *value) : 0) == kind);
        UsageFit fit = fitUsage(keptRows(columns, keep), quantities, settings);
        fit.weight = best->weights[kind];
        Proposal& proposal = fit.quantities[which].proposal;
        proposal = {
            Proposal::Kind::Family,
            0.0,
            {Family::Lognormal, {best->mu[kind], best->sigma[kind]}},
            {},
            fmt::format("component {} of {} of the lognormal mixture", kind + 1, best->weights.size())};
        split.kinds.push_back(std::move(fit));
    }
    return split;
}

}  // namespace breakeven::sim
