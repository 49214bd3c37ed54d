#include "sim/pipeline/credit_ledger.hpp"

#include <algorithm>
#include <cmath>

namespace breakeven::sim {
namespace {

/// Less than this share of a pack is what rounding leaves, no reason to buy one.
constexpr double kDust = 1e-12;

/// Pays from a balance what is open, up to the rest of the bill.
void payFrom(double* balance, double* open, double* total, std::uint32_t n) {
    for (std::uint32_t i = 0; i < n; ++i) {
        const double part = std::min(std::min(balance[i], open[i]), total[i]);
        balance[i] -= part;
        open[i] -= part;
        total[i] -= part;
    }
}

}  // namespace

template <typename Visit>
void CreditLedger::oldestFirst(Balances& balances, std::size_t month, Visit visit) {
    const std::size_t kept = std::max<std::size_t>(balances.byGrant.size(), 1);  // one at least
    for (std::size_t grant = month + 1 > kept ? month + 1 - kept : 0; grant <= month; ++grant)
        visit(balances.byGrant[grant % kept]);
}

void CreditLedger::start(const CompiledTerms& terms, std::size_t months, std::uint32_t blockUsers) {
    credits_.resize(terms.credits.size());
    for (std::size_t i = 0; i < credits_.size(); ++i) {
        // Without expiry all grants are alike: one balance does.
        const std::size_t lives = std::clamp<std::size_t>(terms.credits[i].expires.value_or(1), 1,
                                                          std::max<std::size_t>(months, 1));
        credits_[i].byGrant.resize(lives);
        for (Column& column : credits_[i].byGrant) column.assign(blockUsers, 0.0);
    }
    packs_.assign(terms.topUp ? blockUsers : 0, 0.0);
}

void CreditLedger::grant(const CompiledTerms& terms, std::size_t month, std::uint32_t n) {
    for (std::size_t i = 0; i < credits_.size(); ++i) {
        if (terms.credits[i].isOnce && month > 0) continue;
        Column& balance = credits_[i].byGrant[month % credits_[i].byGrant.size()];
        for (std::uint32_t user = 0; user < n; ++user) balance[user] += terms.credits[i].amount;
    }
}

void CreditLedger::pay(const CompiledTerms& terms, std::size_t month, std::vector<Column>& open,
                       double* total, std::uint32_t n) {
    for (std::size_t i = 0; i < credits_.size(); ++i) {
        oldestFirst(credits_[i], month, [&](Column& balance) {
            for (const std::size_t line : terms.credits[i].charges)
                payFrom(balance.data(), open[line].data(), total, n);
        });
    }
    if (!terms.topUp) return;
    for (Column& line : open) payFrom(packs_.data(), line.data(), total, n);
    buyPacks(terms, open, total, n);
}

void CreditLedger::buyPacks(const CompiledTerms& terms, std::vector<Column>& open, double* total,
                            std::uint32_t n) {
    const auto& [size, price] = *terms.topUp;
    for (std::uint32_t i = 0; i < n; ++i) {
        double missing = 0.0;
        for (const Column& line : open) missing += line[i];
        missing = std::min(missing, total[i]);
        if (!(missing > kDust * size)) continue;
        const double packs = std::ceil(missing / size);
        packs_[i] += packs * size - missing;
        for (Column& line : open) line[i] = 0.0;
        total[i] += packs * price - missing;
    }
}

void CreditLedger::close(const CompiledTerms& terms, std::size_t month, double* lapsed, std::uint32_t n) {
    std::fill_n(lapsed, n, 0.0);
    for (std::size_t i = 0; i < credits_.size(); ++i) {
        const CompiledCredit& credit = terms.credits[i];
        if (credit.expires && month + 1 >= *credit.expires) {
            Column& expired = credits_[i].byGrant[(month + 1 - *credit.expires) % credits_[i].byGrant.size()];
            for (std::uint32_t user = 0; user < n; ++user) {
                lapsed[user] += expired[user];
                expired[user] = 0.0;
            }
        }
        if (!credit.rolloverMax) continue;
        for (std::uint32_t user = 0; user < n; ++user) {
            double room = *credit.rolloverMax;
            oldestFirst(credits_[i], month, [&](Column& balance) {
                const double kept = std::min(balance[user], room);
                lapsed[user] += balance[user] - kept;
                balance[user] = kept;
                room -= kept;
            });
        }
    }
}

}  // namespace breakeven::sim
