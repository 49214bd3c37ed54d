#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <tuple>
#include <vector>

#include "core/pricing/rating/tiers.hpp"
#include "core/units/time_point.hpp"

namespace breakeven::core::rating {

/// Credits given to a customer.
template <typename N>
struct Grant {
    N amount{0};
    std::optional<std::int64_t> priority;  ///< ascending; none: last
    TimePoint effectiveAt{};
    std::optional<TimePoint> expiresAt;  ///< the balance is 0 from then on; none: never
    std::optional<TimePoint> voidedAt;   ///< the same, by decision
    std::vector<TimePoint> recursAt;     ///< sets the balance back to the full amount
    bool isPromotional = false;          ///< burnt before paid credits
    std::int64_t created = 0;            ///< order of creation, the last to decide
};

template <typename N>
struct CreditUse {
    TimePoint at{};
    N amount{0};  ///< >= 0
};

enum class Overage {
    Carried,   ///< paid by grants that become active or recur later
    Invoiced,  ///< stays owed as money
};

/// What became of the credits, to the last digit: for every grant, granted = used + expired + voided +
/// forfeited + left.
template <typename N>
struct Burndown {
    std::vector<N> balances;  ///< one per grant, as given
    std::vector<N> granted;
    std::vector<N> used;
    std::vector<N> expired;
    std::vector<N> voided;
    std::vector<N> forfeited;  ///< overwritten by a recurrence
    N overage{0};
    [[nodiscard]] N balance() const { return std::accumulate(balances.begin(), balances.end(), N{0}); }
};

/// Burns usage against grants from `start` to `end`. Order: priority, earliest expiry, promotional before
/// paid, effective date, creation. Grants, recurrences, expiry and voids of an instant come before its usage;
/// usage before `start` or from `end` on is not of this period.
template <typename N>
class CreditAccount {
  public:
    CreditAccount(const std::vector<Grant<N>>& grants, Overage overage) : grants_(grants), mode_(overage) {
        const auto count = grants.size();
        for (auto* list : {&state_.balances, &state_.granted, &state_.used, &state_.expired, &state_.voided,
                           &state_.forfeited})
            list->assign(count, N{0});
        order_.resize(count);
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        const auto key = [&](std::size_t i) {
            const Grant<N>& grant = grants_[i];
            return std::tuple(grant.priority.value_or(std::numeric_limits<std::int64_t>::max()),
                              grant.expiresAt.value_or(TimePoint::max()), !grant.isPromotional,
                              grant.effectiveAt, grant.created);
        };
        std::ranges::stable_sort(order_, {}, key);
    }

    [[nodiscard]] Burndown<N> run(TimePoint start, TimePoint end, std::vector<CreditUse<N>> uses) {
        struct Change {
            TimePoint at;
            int kind;  // 0 the grant ends, 1 its balance is (re)set
            std::size_t grant;
        };
        std::vector<Change> changes;
        for (const std::size_t i : order_) {
            const Grant<N>& grant = grants_[i];
            const TimePoint until = std::min(grant.expiresAt.value_or(TimePoint::max()),
                                             grant.voidedAt.value_or(TimePoint::max()));
            const TimePoint from = std::max(grant.effectiveAt, start);
            if (from <= end && from < until) changes.push_back({from, 1, i});
            for (const TimePoint at : grant.recursAt) {
                if (at > from && at <= end && at < until) changes.push_back({at, 1, i});
            }
            if (from < until && until <= end) changes.push_back({until, 0, i});
        }
        std::ranges::stable_sort(changes, {},
                                 [](const Change& item) { return std::tuple(item.at, item.kind); });
        std::ranges::stable_sort(uses, {}, &CreditUse<N>::at);
        auto change = changes.begin();
        const auto applyUntil = [&](TimePoint at) {
            while (change != changes.end() && change->at <= at) {
                const TimePoint now = change->at;
                for (; change != changes.end() && change->at == now; ++change)
                    change->kind == 0 ? finish(change->grant) : refill(change->grant);
                if (mode_ == Overage::Carried) state_.overage = burn(state_.overage);
            }
        };
        for (const CreditUse<N>& use : uses) {
            if (use.at < start || !(use.at < end)) continue;
            applyUntil(use.at);
            state_.overage += burn(use.amount);
        }
        applyUntil(end);
        return state_;
    }

  private:
    void lapse(std::size_t i, std::vector<N>& into) {
        into[i] += state_.balances[i];
        state_.balances[i] = N{0};
    }
    void finish(std::size_t i) {
        const Grant<N>& grant = grants_[i];
        const bool isVoided = grant.voidedAt && (!grant.expiresAt || *grant.voidedAt < *grant.expiresAt);
        lapse(i, isVoided ? state_.voided : state_.expired);
    }
    void refill(std::size_t i) {
        lapse(i, state_.forfeited);
        state_.balances[i] = grants_[i].amount;
        state_.granted[i] += grants_[i].amount;
    }
    /// @return what no balance covers
    [[nodiscard]] N burn(N amount) {
        for (const std::size_t i : order_) {
            if (!(N{0} < amount)) break;
            const N part = std::min(amount, state_.balances[i]);
            state_.balances[i] -= part;
            state_.used[i] += part;
            amount -= part;
        }
        return amount;
    }

    const std::vector<Grant<N>>& grants_;
    Overage mode_;
    std::vector<std::size_t> order_;
    Burndown<N> state_;
};

/// A line of an invoice that credits may pay.
template <typename N>
struct PayableLine {
    N amount{0};
    N discount{0};
    std::size_t kind = 0;
};

/// Money credits, burnt in the order given.
template <typename N>
struct Credit {
    N amount{0};
    std::optional<std::vector<std::size_t>> kinds;  ///< the lines that it pays; none: all
};

template <typename N>
struct CreditPayment {
    std::vector<N> used;  ///< one per credit
    std::vector<N> paid;  ///< one per line
};

enum class LineOrder { Given, LargestFirst };

/// Credits pay lines up to amount - discount.
///
/// @param leastUsable  a balance below this is left alone; 0: any is used
template <typename N>
[[nodiscard]] CreditPayment<N> payWithCredits(const std::vector<PayableLine<N>>& lines,
                                              const std::vector<Credit<N>>& credits, LineOrder lineOrder,
                                              const N& leastUsable) {
    const N zero{0};
    CreditPayment<N> payment{std::vector<N>(credits.size(), zero), std::vector<N>(lines.size(), zero)};
    std::vector<std::size_t> order(lines.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto payable = [&](std::size_t i) { return N(lines[i].amount - lines[i].discount); };
    if (lineOrder == LineOrder::LargestFirst) {
        std::ranges::stable_sort(order,
                                 [&](std::size_t a, std::size_t b) { return payable(b) < payable(a); });
    }
    for (std::size_t c = 0; c < credits.size(); ++c) {
        N balance = credits[c].amount;
        for (const std::size_t i : order) {
            if (!(zero < balance) || balance < leastUsable) break;
            const auto& kinds = credits[c].kinds;
            if (kinds && std::ranges::find(*kinds, lines[i].kind) == kinds->end()) continue;
            const N part = std::min(balance, std::max(N(payable(i) - payment.paid[i]), zero));
            payment.paid[i] += part;
            payment.used[c] += part;
            balance -= part;
        }
    }
    return payment;
}

/// How a balance passes into the next period.
template <typename N>
struct Rollover {
    N grantAmount{0};
    N least{0};                       ///< the balance is lifted to this
    N most{0};                        ///< and cut to this
    bool isOveragePreserved = false;  ///< the last period's overage is taken off the new balance
};

template <typename N>
struct RolledOver {
    N balance{0};
    N overage{0};  ///< what the new balance could not cover
};

template <typename N>
[[nodiscard]] RolledOver<N> rolledOver(const Rollover<N>& rule, const N& used) {
    const N zero{0};
    const N end = std::max(N(rule.grantAmount - used), zero);
    RolledOver<N> next{std::min(rule.most, std::max(rule.least, end)), zero};
    if (!rule.isOveragePreserved) return next;
    const N overage = std::max(N(used - rule.grantAmount), zero);
    const N covered = std::min(overage, next.balance);
    next.balance -= covered;
    next.overage = overage - covered;
    return next;
}

}  // namespace breakeven::core::rating
