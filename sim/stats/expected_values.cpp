#include "sim/stats/expected_values.hpp"

#include <array>
#include <numeric>

#include "core/population/correlation_matrix.hpp"

namespace breakeven::sim {
namespace {

constexpr std::size_t kWorldsATerm = 10;                    // at least: more would fit the noise
constexpr std::size_t kMostTerms = 65;                      // all products of ten beliefs
constexpr std::size_t kMostNumbers = std::size_t{1} << 24;  // 128 MB
constexpr double kRidge = 1e-7;                             // for columns that say the same

double dot(std::span<const double> x, std::span<const double> y) {
    return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
}

double sumOfSquares(std::span<const double> values) {
    return dot(values, values);
}

/// Less their mean, over their standard deviation; empty where they are all alike.
std::vector<double> standardised(std::span<const double> draws) {
    const Summary summary = summarise(draws);
    const double spread = std::sqrt(summary.variance);
    if (!(spread > 1e-12 * std::abs(summary.mean))) return {};
    std::vector<double> result;
    result.reserve(draws.size());
    for (const double x : draws) result.push_back((x - summary.mean) / spread);
    return result;
}

/// The lower factor of a matrix of products of columns whose diagonal has ones, lightened so that columns may
/// depend on each other.
std::vector<double> factorOf(core::CorrelationMatrix products) {
    for (std::size_t i = 0; i < products.size; ++i)
        for (std::size_t j = 0; j < i; ++j) products.set(i, j, products.at(i, j) / (1.0 + kRidge));
    auto factor = core::choleskyFactor(products);
    return factor ? *factor : core::CorrelationMatrix(products.size).values;
}

/// Solves factor x = column in place.
void solveForward(const std::vector<double>& factor, std::span<double> column) {
    const std::size_t n = column.size();
    for (std::size_t i = 0; i < n; ++i) {
        double sum = column[i];
        for (std::size_t k = 0; k < i; ++k) sum -= factor[i * n + k] * column[k];
        column[i] = factor[i * n + i] > 0.0 ? sum / factor[i * n + i] : 0.0;
    }
}

/// How many terms so many worlds can bear: all squares and products of so many beliefs, else the squares,
/// else none.
std::size_t termsFor(std::size_t beliefs, std::size_t worlds) {
    const std::size_t quadratic = beliefs * (beliefs + 3) / 2;
    for (const std::size_t terms : {quadratic + beliefs, quadratic, 2 * beliefs, beliefs})
        if (terms <= kMostTerms && kWorldsATerm * (terms + 1) <= worlds && terms * worlds <= kMostNumbers)
            return terms;
    return 0;
}

}  // namespace

void ExpectedValues::sort() {
    for (std::vector<double>* list : {&values, &lower, &upper, &narrow, &wide}) std::ranges::sort(*list);
}

BeliefFit::BeliefFit(const std::vector<std::vector<double>>& beliefs, std::size_t worlds) : worlds_(worlds) {
    std::vector<std::vector<double>> draws;
    for (const auto& belief : beliefs)
        if (auto scores = standardised(belief); !scores.empty()) draws.push_back(std::move(scores));
    terms_ = termsFor(draws.size(), worlds);
    if (terms_ == 0) return;
    columns_.reserve(worlds_ * terms_);
    for (std::size_t w = 0; w < worlds_; ++w) {
        std::vector<double> terms;  // in the order in which there is room for them
        for (const auto& belief : draws) terms.push_back(belief[w]);
        for (std::size_t apart = 0; apart < draws.size(); ++apart)
            for (std::size_t i = 0; i + apart < draws.size(); ++i)
                terms.push_back(draws[i][w] * draws[i + apart][w]);
        for (const auto& belief : draws) terms.push_back(belief[w] * belief[w] * belief[w]);
        columns_.insert(columns_.end(), terms.begin(), terms.begin() + static_cast<std::ptrdiff_t>(terms_));
    }
    const auto n = static_cast<double>(worlds_);
    std::vector<double> means(terms_, 0.0);
    std::vector<double> scales(terms_, 0.0);
    for (std::size_t w = 0; w < worlds_; ++w)
        for (std::size_t j = 0; j < terms_; ++j) means[j] += row(w)[j] / n;
    for (std::size_t w = 0; w < worlds_; ++w) {
        for (std::size_t j = 0; j < terms_; ++j) {
            double& x = columns_[w * terms_ + j];
            x -= means[j];
            scales[j] += x * x / n;
        }
    }
    core::CorrelationMatrix products(terms_);
    for (double& scale : scales) scale = scale > 1e-20 ? 1.0 / std::sqrt(scale) : 0.0;
    for (std::size_t i = 0; i < terms_; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            double sum = 0.0;
            for (std::size_t w = 0; w < worlds_; ++w) sum += row(w)[i] * row(w)[j];
            products.set(i, j, sum / n * scales[i] * scales[j]);
        }
    }
    const std::vector<double> factor = factorOf(std::move(products));
    for (std::size_t w = 0; w < worlds_; ++w) {
        const std::span<double> column(&columns_[w * terms_], terms_);
        for (std::size_t j = 0; j < terms_; ++j) column[j] *= scales[j];
        solveForward(factor, column);
    }
}

struct BeliefFit::Parts {
    double mean = 0.0;
    std::vector<double> fitted;  ///< by world: less the mean
    std::vector<double> rest;    ///< by world: what the fit leaves
    double degrees = 0.0;
    double noise = 0.0;     ///< variance of a simulated value about the expected one
    double residual = 0.0;  ///< variance of what the fit leaves
    double slope = 1.0;     ///< of the fitted part that is no noise
    double kept = 1.0;      ///< of the rest
    bool hasNoise = false;

    [[nodiscard]] std::vector<double> values(double keptOfRest) const {
        std::vector<double> result;
        for (std::size_t w = 0; w < rest.size(); ++w)
            result.push_back(mean + slope * fitted[w] + keptOfRest * rest[w]);
        return result;
    }
    /// What is kept of the rest so that its variance falls to this.
    [[nodiscard]] double keptFor(double variance) const {
        return residual > 0.0 ? std::sqrt(std::clamp(variance / residual, 0.0, 1.0)) : 0.0;
    }
};

BeliefFit::Parts BeliefFit::partsOf(std::span<const double> simulated, std::span<const double> noise) const {
    const auto n = static_cast<double>(worlds_);
    const auto terms = static_cast<double>(terms_);
    Parts parts;
    const Summary all = summarise(simulated);
    parts.mean = all.mean;
    parts.degrees = n - 1.0 - terms;
    parts.noise = sumOfSquares(noise) / n;
    constexpr double kRounding = 1e-26;
    parts.hasNoise = parts.degrees >= 1.0 && parts.noise > kRounding * (all.mean * all.mean + all.variance);
    if (!parts.hasNoise) return parts;
    std::vector<double> slopes(terms_, 0.0);
    for (std::size_t w = 0; w < worlds_; ++w)
        for (std::size_t j = 0; j < terms_; ++j) slopes[j] += row(w)[j] * (simulated[w] - all.mean) / n;
    for (std::size_t w = 0; w < worlds_; ++w) {
        parts.fitted.push_back(dot(row(w), slopes));
        parts.rest.push_back(simulated[w] - all.mean - parts.fitted.back());
    }
    parts.residual = sumOfSquares(parts.rest) / parts.degrees;
    parts.kept = parts.keptFor(parts.residual - parts.noise);
    const double fitted = sumOfSquares(parts.fitted);
    parts.slope = fitted > 0.0 ? std::sqrt(std::max(0.0, 1.0 - terms * parts.noise / fitted)) : 0.0;
    return parts;
}

std::vector<double> BeliefFit::expected(std::span<const double> simulated,
                                        std::span<const double> noise) const {
    const Parts parts = partsOf(simulated, noise);
    return parts.hasNoise ? parts.values(parts.kept)
                          : std::vector<double>(simulated.begin(), simulated.end());
}

std::vector<double> BeliefFit::fitErrors(const Parts& parts) const {
    const auto n = static_cast<double>(worlds_);
    const std::size_t size = terms_ + 1;
    std::vector<double> spread(size * size, 0.0);  // of the mean and the slopes, White (1980)
    std::vector<double> column(size, 1.0);
    const auto fill = [&](std::size_t world) { std::ranges::copy(row(world), column.begin() + 1); };
    for (std::size_t w = 0; w < worlds_; ++w) {
        fill(w);
        const double square = parts.rest[w] * parts.rest[w] / (n * parts.degrees);
        for (std::size_t i = 0; i < size; ++i)
            for (std::size_t j = 0; j <= i; ++j) spread[i * size + j] += column[i] * column[j] * square;
    }
    std::vector<double> errors;
    for (std::size_t w = 0; w < worlds_; ++w) {
        fill(w);
        double variance = 0.0;
        for (std::size_t i = 0; i < size; ++i)
            for (std::size_t j = 0; j <= i; ++j)
                variance += (i == j ? 1.0 : 2.0) * column[i] * column[j] * spread[i * size + j];
        errors.push_back(std::sqrt(std::max(0.0, variance)));
    }
    return errors;
}

ExpectedValues BeliefFit::estimate(std::span<const double> simulated, std::span<const double> noise) const {
    const Parts parts = partsOf(simulated, noise);
    ExpectedValues result;
    if (!parts.hasNoise) {
        result.values.assign(simulated.begin(), simulated.end());
        return result;
    }
    result.values = parts.values(parts.kept);
    // The draws of the worlds tell the error of what is kept; the noise adds the rest of the fit's.
    const double reach = studentT95(parts.degrees) * std::sqrt(std::max(0.0, 1.0 - parts.kept * parts.kept));
    const std::vector<double> errors = fitErrors(parts);
    std::vector<double> differences;
    for (std::size_t w = 0; w < worlds_; ++w) {
        result.lower.push_back(result.values[w] - reach * errors[w]);
        result.upper.push_back(result.values[w] + reach * errors[w]);
        differences.push_back(static_cast<double>(worlds_) / parts.degrees * parts.rest[w] * parts.rest[w] -
                              noise[w] * noise[w]);
    }
    const Summary beyond = summarise(differences);
    const double half = studentT95(parts.degrees) * std::sqrt(beyond.variance / static_cast<double>(worlds_));
    result.narrow = parts.values(parts.keptFor(beyond.mean - half));
    result.wide = parts.values(parts.keptFor(beyond.mean + half));
    return result;
}

namespace {

constexpr std::size_t kPower = 5;

/// Sums over worlds of the powers of a draw, alone and times the value.
struct PowerSums {
    std::array<double, 2 * kPower + 1> draws{};
    std::array<double, kPower + 1> values{};
    double squares = 0.0;

    void add(double draw, double value) {
        double power = 1.0;
        for (std::size_t k = 0; k < draws.size(); ++k) {
            draws[k] += power;
            if (k < values.size()) values[k] += power * value;
            power *= draw;
        }
        squares += value * value;
    }
    void add(const PowerSums& other, double times) {
        for (std::size_t k = 0; k < draws.size(); ++k) draws[k] += times * other.draws[k];
        for (std::size_t k = 0; k < values.size(); ++k) values[k] += times * other.values[k];
        squares += times * other.squares;
    }
    /// Of the values, by the polynomial less what chance would explain.
    [[nodiscard]] double explained(std::size_t degree) const {
        const double n = draws[0];
        const auto covariance = [&](std::size_t i, std::size_t j) {
            return draws[i + j] - draws[i] * draws[j] / n;
        };
        std::array<double, kPower> scales{};
        for (std::size_t i = 0; i < degree; ++i) {
            const double spread = covariance(i + 1, i + 1);
            scales[i] = spread > 0.0 ? 1.0 / std::sqrt(spread) : 0.0;
        }
        core::CorrelationMatrix products(degree);
        std::vector<double> slopes(degree);
        for (std::size_t i = 0; i < degree; ++i) {
            slopes[i] = scales[i] * (values[i + 1] - draws[i + 1] * values[0] / n);
            for (std::size_t j = 0; j < i; ++j)
                products.set(i, j, scales[i] * scales[j] * covariance(i + 1, j + 1));
        }
        solveForward(factorOf(std::move(products)), slopes);
        const double fitted = sumOfSquares(slopes);
        const double total = squares - values[0] * values[0] / n;
        const auto terms = static_cast<double>(degree);
        const double chance = terms * (total - fitted) / (n - 1.0 - terms);
        return (fitted - chance) / (n - 1.0);
    }
};

}  // namespace

std::vector<double> explainedVariances(std::span<const double> draws, std::span<const double> values,
                                       std::size_t groups) {
    const std::vector<double> scores = standardised(draws);
    if (scores.empty()) return std::vector<double>(groups + 1, 0.0);
    const double mean = summarise(values).mean;
    std::vector<PowerSums> sums(groups);
    for (std::size_t w = 0; w < scores.size(); ++w) sums[w % groups].add(scores[w], values[w] - mean);
    PowerSums all;
    for (const PowerSums& group : sums) all.add(group, 1.0);
    const std::size_t degree = std::clamp<std::size_t>(scores.size() / kWorldsATerm - 1, 1, kPower);
    std::vector<double> result{all.explained(degree)};
    for (const PowerSums& group : sums) {
        PowerSums others = all;
        others.add(group, -1.0);
        result.push_back(others.explained(degree));
    }
    return result;
}

}  // namespace breakeven::sim
