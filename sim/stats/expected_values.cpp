#include "sim/stats/expected_values.hpp"

#include <array>
#include <numeric>

#include "core/population/correlation_matrix.hpp"
#include "sim/random/normal_quantile.hpp"

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
        const std::size_t end = columns_.size() + terms_;
        const auto add = [&](double x) {
            if (columns_.size() < end) columns_.push_back(x);
            return columns_.size() < end;
        };
        // In the order in which there is room for them.
        for (const auto& belief : draws) add(belief[w]);
        for (std::size_t apart = 0; apart < draws.size(); ++apart)
            for (std::size_t i = 0; i + apart < draws.size() && add(draws[i][w] * draws[i + apart][w]);) ++i;
        for (const auto& belief : draws) add(belief[w] * belief[w] * belief[w]);
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

namespace {

/// Sums over places 0 to i - 1 of a list, so that those between two places take one subtraction.
class RunningSums {
  public:
    template <typename At>
    RunningSums(std::size_t n, At at) : sums_(n + 1, 0.0) {
        for (std::size_t i = 0; i < n; ++i) sums_[i + 1] = sums_[i] + at(i);
    }
    [[nodiscard]] double between(std::size_t first, std::size_t end) const {
        return sums_[end] - sums_[first];
    }

  private:
    std::vector<double> sums_;
};

constexpr std::size_t kFewestNeighbours = 20;

/// So many or one more, that there be as many on either side, or all.
std::size_t neighboursOf(std::size_t wanted, std::size_t n) {
    return std::min(wanted | 1U, n);
}

/// The places of the neighbours of one of n in order: as many on either side, but at the ends.
struct Neighbours {
    std::size_t first = 0;
    std::size_t end = 0;
    Neighbours(std::size_t at, std::size_t count, std::size_t n) {
        const std::size_t half = count / 2;
        first = std::min(at > half ? at - half : 0, n - count);
        end = first + count;
    }
};

/// Lines through the neighbours of each of a list of points, in the order of x.
struct LocalLines {
    std::vector<double> values;    ///< of each point's line there
    std::vector<double> leverage;  ///< what part of its variance the point's own y makes

    /// @param count  neighbours of each
    LocalLines(const std::vector<double>& x, const std::vector<double>& y, std::size_t count) {
        const std::size_t n = x.size();
        const auto m = static_cast<double>(count);
        const RunningSums sumX(n, [&](std::size_t i) { return x[i]; });
        const RunningSums sumY(n, [&](std::size_t i) { return y[i]; });
        const RunningSums sumXX(n, [&](std::size_t i) { return x[i] * x[i]; });
        const RunningSums sumXY(n, [&](std::size_t i) { return x[i] * y[i]; });
        const double alike = 1e-9 * sumXX.between(0, n) * m / static_cast<double>(n);
        for (std::size_t i = 0; i < n; ++i) {
            const Neighbours near(i, count, n);
            const double meanX = sumX.between(near.first, near.end) / m;
            const double meanY = sumY.between(near.first, near.end) / m;
            const double away = x[i] - meanX;
            const double squares = sumXX.between(near.first, near.end) - m * meanX * meanX;
            const bool isLine = squares > alike && squares > 0.0;
            const double products = sumXY.between(near.first, near.end) - m * meanX * meanY;
            values.push_back(meanY + (isLine ? products / squares * away : 0.0));
            constexpr double kMost = 0.9;  // it would be divided by nothing
            leverage.push_back(std::min(1.0 / m + (isLine ? away * away / squares : 0.0), kMost));
        }
    }
};

}  // namespace

struct BeliefFit::Parts {
    bool hasNoise = false;
    double witnesses = 0.0;             ///< worlds that tell noise and rest of another
    double neighbours = 0.0;            ///< that each number of a world rests on
    std::vector<double> level;          ///< by world: what is expected by the line
    std::vector<double> rest;           ///< by world: what that leaves
    std::vector<double> noiseOfRest;    ///< by world: part of its variance that is noise, up to 1 or more
    std::vector<double> levelVariance;  ///< by world: of the line there

    /// @param times  how many times what it was found to be the noise is
    [[nodiscard]] double kept(std::size_t world, double times = 1.0) const {
        return std::sqrt(std::clamp(1.0 - times * noiseOfRest[world], 0.0, 1.0));
    }
    [[nodiscard]] std::vector<double> values(double times = 1.0) const {
        std::vector<double> result;
        result.reserve(rest.size());
        for (std::size_t w = 0; w < rest.size(); ++w) result.push_back(level[w] + kept(w, times) * rest[w]);
        return result;
    }
};

std::vector<double> BeliefFit::indexOf(std::span<const double> simulated) const {
    const auto n = static_cast<double>(worlds_);
    std::vector<std::size_t> order(worlds_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t w) { return simulated[w]; });
    std::vector<double> slopes(terms_, 0.0);
    for (std::size_t i = 0; i < worlds_; ++i) {
        const double score = normalQuantile((static_cast<double>(i) + 0.5) / n);
        for (std::size_t j = 0; j < terms_; ++j) slopes[j] += row(order[i])[j] * score / n;
    }
    std::vector<double> result;
    result.reserve(worlds_);
    for (std::size_t w = 0; w < worlds_; ++w) result.push_back(dot(row(w), slopes));
    return result;
}

BeliefFit::Parts BeliefFit::partsOf(std::span<const double> simulated, std::span<const double> noise) const {
    const auto n = static_cast<double>(worlds_);
    const auto terms = static_cast<double>(terms_);
    Parts parts;
    const Summary all = summarise(simulated);
    const double meanNoise = sumOfSquares(noise) / n;
    constexpr double kRounding = 1e-26;
    parts.hasNoise = worlds_ >= 2 && meanNoise > kRounding * (all.mean * all.mean + all.variance);
    if (!parts.hasNoise) return parts;

    const std::vector<double> index = indexOf(simulated);
    std::vector<std::size_t> order(worlds_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t w) { return index[w]; });
    // Nothing puts them in an order where there are no terms.
    std::size_t near = worlds_;
    std::size_t wide = worlds_;
    if (terms_ > 0) {
        const auto wanted = static_cast<std::size_t>(std::ceil(std::pow(n, 2.0 / 3.0)));
        near = neighboursOf(std::max(kFewestNeighbours, wanted), worlds_);
        wide = neighboursOf(std::max({2 * kFewestNeighbours, near, worlds_ / 4}), worlds_);
    }
    parts.neighbours = static_cast<double>(near);
    parts.witnesses = static_cast<double>(wide);
    std::vector<double> x;
    std::vector<double> y;
    for (const std::size_t w : order) {
        x.push_back(index[w]);
        y.push_back(simulated[w] - all.mean);
    }
    const LocalLines lines(x, y, near);

    // What the polynomial fitted of the noise is no effect of the beliefs, and what it leaves does not show
    // it.
    const double squares = sumOfSquares(lines.values);
    const double slope = squares > 0.0 ? std::sqrt(std::max(0.0, 1.0 - terms * meanNoise / squares)) : 0.0;
    const double free = n - 1.0 - (terms_ > 0 ? 1.0 : 0.0);  // degrees that one line leaves
    const double lost = free / std::max(1.0, n - 1.0 - terms);
    parts.level.resize(worlds_);
    parts.rest.resize(worlds_);
    parts.noiseOfRest.resize(worlds_);
    parts.levelVariance.resize(worlds_);
    for (std::size_t i = 0; i < worlds_; ++i) {
        parts.level[order[i]] = all.mean + slope * lines.values[i];
        parts.rest[order[i]] = y[i] - lines.values[i];
    }
    const RunningSums rests(worlds_, [&](std::size_t i) {
        return std::pow(y[i] - lines.values[i], 2) / (1.0 - lines.leverage[i]);
    });
    const RunningSums noises(worlds_, [&](std::size_t i) { return noise[order[i]] * noise[order[i]]; });
    for (std::size_t i = 0; i < worlds_; ++i) {
        const Neighbours among(i, wide, worlds_);
        const double residual = lost * rests.between(among.first, among.end) / parts.witnesses;
        const double local = std::max(0.0, noises.between(among.first, among.end) / parts.witnesses);
        parts.noiseOfRest[order[i]] = residual > 0.0 ? local / residual : 1.0;
        parts.levelVariance[order[i]] = lines.leverage[i] * std::max(0.0, residual);
    }
    return parts;
}

std::vector<double> BeliefFit::expected(std::span<const double> simulated,
                                        std::span<const double> noise) const {
    const Parts parts = partsOf(simulated, noise);
    return parts.hasNoise ? parts.values() : std::vector<double>(simulated.begin(), simulated.end());
}

ExpectedValues BeliefFit::estimate(std::span<const double> simulated, std::span<const double> noise) const {
    const Parts parts = partsOf(simulated, noise);
    ExpectedValues result;
    if (!parts.hasNoise) {
        result.values.assign(simulated.begin(), simulated.end());
        return result;
    }
    result.values = parts.values();
    const double sure = studentT95(std::max(1.0, parts.neighbours - 2.0));
    for (std::size_t w = 0; w < worlds_; ++w) {
        // The draws of the worlds tell the error of what is kept; the noise adds the rest of the line's.
        const double kept = parts.kept(w);
        const double error = sure * std::sqrt(std::max(0.0, 1.0 - kept * kept) * parts.levelVariance[w]);
        result.lower.push_back(result.values[w] - error);
        result.upper.push_back(result.values[w] + error);
    }
    // Noise and rest are known from so many worlds each: a variance to sqrt(2 / m) of itself.
    const double part = sure * 2.0 / std::sqrt(parts.witnesses);
    result.narrow = parts.values(1.0 + part);
    result.wide = parts.values(std::max(0.0, 1.0 - part));
    return result;
}

namespace {

constexpr std::size_t kDegree = 5;

/// Sums over worlds of the powers of a score, alone and times the value.
struct PowerSums {
    std::array<double, 2 * kDegree + 1> scores{};
    std::array<double, kDegree + 1> values{};
    double squares = 0.0;

    void add(double score, double value) {
        double power = 1.0;
        for (std::size_t k = 0; k < scores.size(); ++k) {
            scores[k] += power;
            if (k < values.size()) values[k] += power * value;
            power *= score;
        }
        squares += value * value;
    }
    void subtract(const PowerSums& other) {
        for (std::size_t k = 0; k < scores.size(); ++k) scores[k] -= other.scores[k];
        for (std::size_t k = 0; k < values.size(); ++k) values[k] -= other.values[k];
        squares -= other.squares;
    }
    [[nodiscard]] double covariance(std::size_t i, std::size_t j) const {
        return scores[i + j] - scores[i] * scores[j] / scores[0];
    }
};

/// A least-squares polynomial of scores.
struct Polynomial {
    std::vector<double> coefficients;  ///< from the first power on
    double explained = 0.0;            ///< variance of the values that it explains, less what chance would

    Polynomial(const PowerSums& sums, std::size_t degree) : coefficients(degree) {
        std::vector<double> scales(degree);
        core::CorrelationMatrix products(degree);
        for (std::size_t i = 0; i < degree; ++i) {
            scales[i] = 1.0 / std::sqrt(sums.covariance(i + 1, i + 1));
            coefficients[i] =
                scales[i] * (sums.values[i + 1] - sums.scores[i + 1] * sums.values[0] / sums.scores[0]);
            for (std::size_t j = 0; j < i; ++j)
                products.set(i, j, scales[i] * scales[j] * sums.covariance(i + 1, j + 1));
        }
        const std::vector<double> factor = factorOf(std::move(products));
        solveForward(factor, coefficients);
        const double n = sums.scores[0];
        const double fitted = sumOfSquares(coefficients);
        const double total = sums.squares - sums.values[0] * sums.values[0] / n;
        const auto terms = static_cast<double>(degree);
        explained = (fitted - terms * (total - fitted) / (n - 1.0 - terms)) / (n - 1.0);
        for (std::size_t i = degree; i-- > 0;) {  // the transposed factor
            for (std::size_t k = i + 1; k < degree; ++k)
                coefficients[i] -= factor[k * degree + i] * coefficients[k];
            coefficients[i] /= factor[i * degree + i];
        }
        for (std::size_t i = 0; i < degree; ++i) coefficients[i] *= scales[i];
    }
    /// That goes with the means of scores and values.
    [[nodiscard]] double constant(const PowerSums& sums) const {
        double sum = sums.values[0];
        for (std::size_t i = 0; i < coefficients.size(); ++i) sum -= coefficients[i] * sums.scores[i + 1];
        return sum / sums.scores[0];
    }
    [[nodiscard]] double at(double score) const {
        double sum = 0.0;
        for (std::size_t i = coefficients.size(); i-- > 0;) sum = score * (sum + coefficients[i]);
        return sum;
    }
};

/// Variance of the mean of y given its rank, from products of neighbours.
///
/// @param y      in the order of the ranks: what a polynomial left
/// @param terms  how many that had, the constant among them: what they fitted of strangers makes the products
///               of neighbours negative
double neighbourVariance(std::span<const double> y, double terms) {
    const auto n = static_cast<double>(y.size());
    const std::size_t farthest = std::max<std::size_t>(1, static_cast<std::size_t>(std::cbrt(n) / 2.0));
    double sum = 0.0;
    double pairs = 0.0;
    for (std::size_t apart = 1; apart <= farthest; ++apart) {
        for (std::size_t i = 0; i + apart < y.size(); ++i) sum += y[i] * y[i + apart];
        pairs += n - static_cast<double>(apart);
    }
    return sum / pairs + terms / n * sumOfSquares(y) / (n - terms);
}

}  // namespace

std::vector<double> explainedVariances(std::span<const double> draws, std::span<const double> values,
                                       std::size_t groups) {
    const std::size_t n = draws.size();
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t w) { return draws[w]; });
    if (draws[order.front()] == draws[order.back()]) return std::vector<double>(groups + 1, 0.0);
    std::vector<double> scores;
    scores.reserve(n);
    for (std::size_t i = 0; i < n; ++i)
        scores.push_back(normalQuantile((static_cast<double>(i) + 0.5) / static_cast<double>(n)));
    const double mean = summarise(values).mean;
    PowerSums all;
    std::vector<PowerSums> sums(groups);
    for (std::size_t i = 0; i < n; ++i) {
        all.add(scores[i], values[order[i]] - mean);
        sums[order[i] % groups].add(scores[i], values[order[i]] - mean);
    }
    const std::size_t degree = std::clamp<std::size_t>(n / kWorldsATerm - 1, 1, kDegree);
    std::vector<double> result;
    std::vector<double> rest;  // in the order of the draws
    for (std::size_t i = 0; i <= groups; ++i) {
        const std::size_t skipped = i == 0 ? groups : i - 1;
        PowerSums others = all;
        if (i > 0) others.subtract(sums[skipped]);
        const Polynomial polynomial(others, degree);
        const double constant = polynomial.constant(others);
        rest.clear();
        for (std::size_t rank = 0; rank < n; ++rank)
            if (order[rank] % groups != skipped)
                rest.push_back(values[order[rank]] - mean - constant - polynomial.at(scores[rank]));
        result.push_back(polynomial.explained + neighbourVariance(rest, static_cast<double>(degree) + 1.0));
    }
    return result;
}

}  // namespace breakeven::sim
