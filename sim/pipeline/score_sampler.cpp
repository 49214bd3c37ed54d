#include "sim/pipeline/score_sampler.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/kernels/block_kernels.hpp"
#include "sim/kernels/column_kernels.hpp"
#include "sim/random/permutation.hpp"

namespace breakeven::sim {
namespace {

constexpr double kBelowOne = 1.0 - 0x1p-53;

}  // namespace

ScoreSampler::ScoreSampler(core::Sampling sampling, PhiloxKey key, std::uint32_t blockUsers)
    : sampling_(sampling), key_(key), uniform_(blockUsers) {}

void ScoreSampler::fill(const ScoreSource& source, const Grouping& grouping, std::uint32_t firstUser,
                        std::uint32_t n, double* u) {
    fillUniforms({key_, source.world, drawWord(source.month, 0), source.stream}, firstUser, n, u);
    switch (sampling_) {
        case core::Sampling::Random:
            return;
        case core::Sampling::Stratified:
            if (source.month == 0) stratify(source, grouping.users, firstUser, n, u);
            return;
        case core::Sampling::LatinHypercube:
        case core::Sampling::Sobol:
        case core::Sampling::Importance: {
            // The first dimension of importance sampling is that of the picks.
            const std::size_t picks = sampling_ == core::Sampling::Importance ? 1 : 0;
            spreadInBatches({picks + source.month * source.scores + source.index, source.world, source.month,
                             source.shuffleStream},
                            grouping, firstUser, n, u);
            return;
        }
        case core::Sampling::Antithetic:
            // A pair is never parted by groups, unless these are of one user each.
            if (grouping.users == 1) return;
            for (std::uint32_t i = 1; i < n; i += 2) u[i] = std::min(1.0 - u[i - 1], kBelowOne);
            return;
    }
}

void ScoreSampler::stratify(const ScoreSource& source, std::uint32_t groupUsers, std::uint32_t firstUser,
                            std::uint32_t n, double* u) {
    const bool isShuffled = source.index > 0;
    if (isShuffled) {
        fillUniforms({key_, source.world, drawWord(0, 0), source.shuffleStream}, firstUser, n,
                     uniform_.data());
    }
    std::array<double, kMostGroupUsers> order{};
    for (std::uint32_t start = 0; start < n; start += groupUsers) {
        const std::uint32_t size = std::min(groupUsers, n - start);
        if (!isShuffled) {
            stratifyInOrder(u + start, size);
            continue;
        }
        // Independent shuffles: together the scores are a Latin hypercube within the group.
        for (std::uint32_t i = 0; i < size; ++i) order[i] = i;
        for (std::uint32_t i = size - 1; i > 0; --i) {
            const auto pick = static_cast<std::uint32_t>(uniform_[start + i] * (i + 1));
            std::swap(order[i], order[std::min(pick, i)]);
        }
        for (std::uint32_t i = 0; i < size; ++i)
            u[start + i] = std::min((order[i] + u[start + i]) / size, kBelowOne);
    }
}

void ScoreSampler::fillPicks(std::uint32_t world, std::uint32_t stream, const Grouping& grouping,
                             std::uint32_t firstUser, std::uint32_t n, double* picks) {
    fillUniforms({key_, world, drawWord(0, 0), stream}, firstUser, n, picks);
    spreadInBatches({0, world, 0, stream}, grouping, firstUser, n, picks);
}

void ScoreSampler::spreadInBatches(const Spread& spread, const Grouping& grouping, std::uint32_t firstUser,
                                   std::uint32_t n, double* u) {
    const std::size_t dimension = spread.dimension;
    const bool isSequence = sampling_ != core::Sampling::LatinHypercube;
    if (isSequence) {
        if (dimension >= kSobolDimensions) return;  // beyond the table at random
        if (dimension >= directions_.size()) {
            directions_ =
                sobolDirections(std::min(kSobolDimensions, std::max(dimension + 1, 2 * directions_.size())));
        }
    }
    for (std::uint32_t start = 0; start < n;) {
        const std::size_t batch = grouping.batch((firstUser + start) / grouping.users);
        const auto before = static_cast<std::uint32_t>(grouping.usersBefore(batch));
        const auto size = static_cast<std::uint32_t>(grouping.usersBefore(batch + 1) - before);
        const std::uint32_t inBatch = firstUser + start - before;
        const std::uint32_t count = std::min(n - start, size - inBatch);
        const PhiloxCounter keys = philoxBlock(
            {static_cast<std::uint32_t>(batch), spread.world, drawWord(spread.month, 2), spread.stream},
            key_);
        if (isSequence) {
            scrambledSobol(directions_[dimension], keys[0], inBatch, count, u + start);
        } else {
            const Permutation stratum(size, keys);
            for (std::uint32_t i = 0; i < count; ++i)
                u[start + i] = std::min((stratum(inBatch + i) + u[start + i]) / size, kBelowOne);
        }
        start += count;
    }
}

}  // namespace breakeven::sim
