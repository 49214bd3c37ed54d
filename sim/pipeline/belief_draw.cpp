#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <cmath>
#include <map>
#include <numbers>

#include "core/diagnostics/diagnostic.hpp"
#include "core/population/correlation_matrix.hpp"
#include "sim/pipeline/world_model.hpp"
#include "sim/random/normal_quantile.hpp"
#include "sim/random/stream.hpp"

namespace breakeven::sim {
namespace {

/// PERT: beta(1 + 4 (base - low) / width, 1 + 4 (high - base) / width) on [low, high]. Source: Malcolm et al.
/// (1959); Vose, Risk Analysis.
double pertQuantile(double low, double base, double high, double u) {
    const double width = high - low;
    if (!(width > 0.0)) return base;
    const boost::math::beta_distribution<double> law(1.0 + 4.0 * (base - low) / width,
                                                     1.0 + 4.0 * (high - base) / width);
    return low + width * boost::math::quantile(law, u);
}

double triangularQuantile(double low, double base, double high, double u) {
    const double width = high - low;
    if (!(width > 0.0)) return base;
    const double split = (base - low) / width;
    if (u < split) return low + std::sqrt(u * width * (base - low));
    return high - std::sqrt((1.0 - u) * width * (high - base));
}

constexpr double kScore95 = 1.6448536269514722;  // Phi^-1(0.95)

double normalBetween(double low, double high, double u) {
    return 0.5 * (low + high) + 0.5 * (high - low) / kScore95 * normalQuantile(u);
}

}  // namespace

double beliefQuantile(const core::Belief& belief, double u) {
    const auto& [low, base, high, shape] = belief;
    switch (shape) {
        case core::BeliefShape::Pert:
            return pertQuantile(low, base, high, u);
        case core::BeliefShape::LogPert:
            return std::exp(pertQuantile(std::log(low), std::log(base), std::log(high), u));
        case core::BeliefShape::Triangular:
            return triangularQuantile(low, base, high, u);
        case core::BeliefShape::Uniform:
            return low + (high - low) * u;
        case core::BeliefShape::LogUniform:
            return low * std::pow(high / low, u);
        case core::BeliefShape::Normal:
            return normalBetween(low, high, u);
        case core::BeliefShape::Lognormal:
            return std::exp(normalBetween(std::log(low), std::log(high), u));
    }
    return base;
}

namespace {

/// Makes the uniforms of beliefs that go together follow each other, by a Gaussian copula; leaves the others.
void correlateBeliefs(const core::Scenario& scenario, std::vector<double>& uniforms) {
    core::CorrelationMatrix matrix(uniforms.size());
    std::vector<bool> isTied(uniforms.size(), false);
    for (const core::BeliefCorrelation& item : scenario.beliefCorrelations) {
        matrix.set(item.first, item.second, core::scoreCorrelation(item.kind, item.value));
        isTied[item.first] = isTied[item.second] = true;
    }
    const auto factor = core::choleskyFactor(matrix);
    if (!factor) return;  // the reader lets no such scenario pass
    std::vector<double> scores;
    scores.reserve(uniforms.size());
    for (const double u : uniforms) scores.push_back(normalQuantile(u));
    for (std::size_t i = 0; i < uniforms.size(); ++i) {
        if (!isTied[i]) continue;
        double sum = 0.0;
        for (std::size_t k = 0; k <= i; ++k) sum += (*factor)[i * uniforms.size() + k] * scores[k];
        uniforms[i] = std::clamp(0.5 * std::erfc(-sum / std::numbers::sqrt2), 0x1p-54, 1.0 - 0x1p-53);
    }
}

}  // namespace

std::vector<double> drawBeliefs(const core::Scenario& scenario, std::uint32_t world) {
    std::vector<double> draws;
    if (scenario.run.worlds == 1) {
        for (const core::NamedBelief& named : scenario.beliefs) draws.push_back(named.belief.base);
        return draws;
    }
    for (const core::NamedBelief& named : scenario.beliefs) {
        const PhiloxCounter words =
            philoxBlock({0, world, 0, streamId("belief", named.path)}, philoxKey(scenario.run.seed));
        draws.push_back(uniformFrom(words[0], words[1]));
    }
    if (!scenario.beliefCorrelations.empty()) correlateBeliefs(scenario, draws);
    for (std::size_t i = 0; i < draws.size(); ++i)
        draws[i] = beliefQuantile(scenario.beliefs[i].belief, draws[i]);
    return draws;
}

void checkStreams(const core::Scenario& scenario) {
    std::map<std::uint32_t, std::string> names;
    const auto claim = [&](std::string_view stage, const std::string& name) {
        const std::string full = std::string(stage) + "/" + name;
        const auto [place, isNew] = names.emplace(streamId(stage, name), full);
        if (isNew) return;
        throw core::Error(core::Error::Kind::Input,
                          {core::Severity::Error,
                           {scenario.file, 0, 0},
                           "the draws of \"" + place->second + "\" and \"" + full + "\" would be the same",
                           "rename one of the two ids"});
    };
    for (const core::NamedBelief& named : scenario.beliefs) claim("belief", named.path);
    for (const core::Segment& segment : scenario.segments) {
        claim("tilt", segment.id);
        if (segment.copula == core::Copula::T) claim("copula", segment.id);
        if (segment.activity) claim("events", segment.id);
        for (const core::Meter& meter : scenario.meters) {
            for (const char* stage : {"size", "answers", "incidents"})
                claim(stage, segment.id + "/" + meter.id);
        }
        for (const core::Usage& usage : segment.usages) {
            const std::string name = segment.id + "/" + scenario.meters[usage.meter].id;
            claim("user", name);
            claim("month", name);
            claim("stratum", name);
        }
    }
}

}  // namespace breakeven::sim
