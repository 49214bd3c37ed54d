// Laws that price rules must keep, each over at least 100,000 seeded random plans and usages.

#include <gtest/gtest.h>

#include <random>

#include "core/pricing/rating/credits.hpp"
#include "core/pricing/rating/discounts.hpp"
#include "core/pricing/rating/price.hpp"

namespace breakeven::core::rating {
namespace {

constexpr int kCases = 100'000;

/// Random plans and usage of two to six decimals, as billing systems hold them.
class Draws {
  public:
    explicit Draws(std::uint64_t seed) : engine_(seed) {}

    std::int64_t whole(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
    }
    /// A number of up to `decimals` decimals in [0, high].
    Decimal number(std::int64_t high, int decimals) {
        std::int64_t scale = 1;
        Decimal unit = 1;
        for (int i = 0; i < decimals; ++i) {
            scale *= 10;
            unit = unit * *Decimal::parse("0.1");
        }
        return Decimal(whole(0, high * scale)) * unit;
    }
    std::vector<Tier<Decimal>> tiers(bool hasFlat) {
        std::vector<Tier<Decimal>> result;
        Decimal from = 0;
        const std::int64_t count = whole(1, 5);
        for (std::int64_t i = 0; i < count; ++i) {
            Tier<Decimal> tier;
            from += number(200, 2) + *Decimal::parse("0.01");
            if (i + 1 < count) tier.upTo = from;
            tier.unitAmount = number(9, 4);
            if (hasFlat && whole(0, 1) == 1) tier.flatAmount = number(50, 2);
            result.push_back(std::move(tier));
        }
        return result;
    }
    /// Usage that meets bounds of tiers more often than chance would.
    Decimal usage(const std::vector<Tier<Decimal>>& tiers) {
        const std::int64_t kind = whole(0, 9);
        const Tier<Decimal>& tier = tiers[static_cast<std::size_t>(whole(0, std::ssize(tiers) - 1))];
        if (kind == 0) return 0;
        if (kind == 1 && tier.upTo) return *tier.upTo;
        if (kind == 2 && tier.upTo) return *tier.upTo + *Decimal::parse("0.001");
        return number(1500, 3);
    }

  private:
    std::mt19937_64 engine_;
};

std::vector<Tier<double>> inDoubles(const std::vector<Tier<Decimal>>& tiers) {
    std::vector<Tier<double>> result;
    for (const Tier<Decimal>& tier : tiers) {
        Tier<double> item;
        if (tier.upTo) item.upTo = tier.upTo->toDouble();
        item.unitAmount = tier.unitAmount.toDouble();
        item.flatAmount = tier.flatAmount.toDouble();
        result.push_back(item);
    }
    return result;
}

Decimal at(const GraduatedPrice<Decimal>& price, const Decimal& quantity) {
    return amountOf(Price<Decimal>(price), quantity);
}

TEST(RatingProperties, GivenOneTier_WhenGraduated_ThenItEqualsPerUnit) {
    Draws draws(1);
    for (int i = 0; i < kCases; ++i) {
        const Decimal unit = draws.number(9, 6);
        const Decimal quantity = draws.number(2000, 3) - Decimal(3);
        const Price<Decimal> graduated = GraduatedPrice<Decimal>{{{std::nullopt, unit}}, {}};
        ASSERT_EQ(amountOf(graduated, quantity),
                  amountOf(Price<Decimal>(UnitPrice<Decimal>{unit}), quantity));
    }
}

TEST(RatingProperties, GivenTiersWithoutFlats_WhenUsageRises_ThenGraduatedNeverFallsAndNeverJumps) {
    Draws draws(2);
    const Decimal step = *Decimal::parse("0.001");
    for (int i = 0; i < kCases; ++i) {
        const GraduatedPrice<Decimal> price{draws.tiers(false), {}};
        const Decimal quantity = draws.usage(price.tiers);
        const Decimal rise = at(price, quantity + step) - at(price, quantity);
        ASSERT_FALSE(rise.isNegative());
        ASSERT_LE(rise, Decimal(9) * step);  // no unit costs more than 9
    }
}

TEST(RatingProperties, GivenFlatsToo_WhenUsageRises_ThenGraduatedNeverFalls) {
    Draws draws(3);
    for (int i = 0; i < kCases; ++i) {
        const GraduatedPrice<Decimal> price{draws.tiers(true), {}};
        const Decimal quantity = draws.usage(price.tiers);
        ASSERT_LE(at(price, quantity), at(price, quantity + draws.number(100, 3)));
    }
}

TEST(RatingProperties, GivenAnAllowance_WhenAddedToPerUnitOrGraduatedPrices_ThenNoBillRises) {
    Draws draws(4);
    for (int i = 0; i < kCases; ++i) {
        GraduatedPrice<Decimal> price{draws.tiers(true), {}};
        for (std::size_t t = 1; t < price.tiers.size(); ++t)  // no flat to be reached sooner by being shifted
            price.tiers[t].flatAmount = 0;
        const Decimal allowance = draws.number(300, 2);
        const Decimal quantity = draws.usage(price.tiers);
        GraduatedPrice<Decimal> withFree = price;  // the first units are free, the tiers stay where they are
        withFree.tiers.clear();
        withFree.tiers.push_back({allowance + *Decimal::parse("0.01"), Decimal(0)});
        for (const Tier<Decimal>& tier : price.tiers) {
            if (!tier.upTo || *withFree.tiers.front().upTo < *tier.upTo) withFree.tiers.push_back(tier);
        }
        ASSERT_LE(at(withFree, quantity), at(price, quantity));
    }
}

TEST(RatingProperties, GivenAPeriodSplitAnywhere_WhenRatedCumulatively_ThenTheSumOfTheBillsIsTheWholeBill) {
    Draws draws(5);
    for (int i = 0; i < kCases; ++i) {
        const auto tiers = draws.tiers(true);
        const TierRules rules{draws.whole(0, 1) == 0 ? FlatAtZero::None : FlatAtZero::FirstTier, {}};
        const Price<Decimal> prices[] = {
            GraduatedPrice<Decimal>{tiers, rules}, VolumePrice<Decimal>{tiers, rules},
            PackagePrice<Decimal>{draws.number(50, 1) + *Decimal::parse("0.1"), draws.number(9, 2),
                                  draws.number(100, 1), Decimal(0), draws.whole(0, 1) == 1}};
        const Price<Decimal>& price = prices[draws.whole(0, 2)];
        const auto rounded = [&](const Decimal& quantity) {
            return roundHalfAway(amountOf(price, quantity), 2);
        };
        const Decimal whole = draws.usage(tiers);
        Decimal billed = rounded(0);
        Decimal before = 0;
        for (int part = 0; part < 3; ++part) {  // also downwards: a late correction
            const Decimal now = part == 2 ? whole : draws.usage(tiers);
            billed += rounded(now) - rounded(before);
            before = now;
        }
        ASSERT_EQ(billed, rounded(whole));
        ASSERT_EQ(amountBeyond(price, whole, before), Decimal(0));
    }
}

TEST(RatingProperties, GivenRandomGrantsAndUsage_WhenBurnt_ThenCreditsAreConservedToTheLastDigit) {
    Draws draws(6);
    const TimePoint start{};
    const auto at = [&](std::int64_t hour) { return start + std::chrono::hours(hour); };
    for (int i = 0; i < kCases; ++i) {
        std::vector<Grant<Decimal>> grants(static_cast<std::size_t>(draws.whole(0, 4)));
        for (Grant<Decimal>& grant : grants) {
            grant.amount = draws.number(100, 4);
            if (draws.whole(0, 1) == 1) grant.priority = draws.whole(1, 3);
            grant.effectiveAt = at(draws.whole(0, 600));
            if (draws.whole(0, 1) == 1) grant.expiresAt = at(draws.whole(0, 800));
            if (draws.whole(0, 3) == 0) grant.voidedAt = at(draws.whole(0, 800));
            if (draws.whole(0, 2) == 0) grant.recursAt = {at(draws.whole(0, 700)), at(draws.whole(0, 700))};
            grant.isPromotional = draws.whole(0, 1) == 1;
        }
        std::vector<CreditUse<Decimal>> uses(static_cast<std::size_t>(draws.whole(0, 5)));
        Decimal wanted = 0;
        for (CreditUse<Decimal>& use : uses) {
            use = {at(draws.whole(0, 719)), draws.number(80, 4)};
            wanted += use.amount;
        }
        const auto mode = draws.whole(0, 1) == 0 ? Overage::Carried : Overage::Invoiced;
        const auto state = CreditAccount<Decimal>(grants, mode).run(start, at(720), uses);
        Decimal used = 0;
        for (std::size_t g = 0; g < grants.size(); ++g) {
            ASSERT_EQ(state.granted[g], state.used[g] + state.expired[g] + state.voided[g] +
                                            state.forfeited[g] + state.balances[g]);
            ASSERT_FALSE(state.balances[g].isNegative());
            used += state.used[g];
        }
        ASSERT_EQ(used + state.overage, wanted);
    }
}

TEST(RatingProperties, GivenExactAndDoubleRules_WhenAwayFromJumps_ThenTheyAgreeToABillionth) {
    Draws draws(7);
    int compared = 0;
    for (int i = 0; compared < kCases; ++i) {
        const auto tiers = draws.tiers(true);
        const Decimal quantity = draws.usage(tiers);
        const bool isAtJump = std::ranges::any_of(tiers, [&](const Tier<Decimal>& tier) {
            return tier.upTo && std::abs((*tier.upTo - quantity).toDouble()) < 1e-6;
        });
        const Decimal size = draws.number(50, 1) + *Decimal::parse("0.1");
        const double packages = quotient(quantity, size).toDouble();
        if (isAtJump || std::abs(packages - std::round(packages)) < 1e-6) continue;
        ++compared;
        const Decimal fee = draws.number(9, 2);
        const Decimal rate = draws.number(30, 3);
        const std::pair<Price<Decimal>, Price<double>> pairs[] = {
            {UnitPrice<Decimal>{rate}, UnitPrice<double>{rate.toDouble()}},
            {GraduatedPrice<Decimal>{tiers, {}}, GraduatedPrice<double>{inDoubles(tiers), {}}},
            {VolumePrice<Decimal>{tiers, {}}, VolumePrice<double>{inDoubles(tiers), {}}},
            {PackagePrice<Decimal>{size, fee}, PackagePrice<double>{size.toDouble(), fee.toDouble()}},
            {PercentagePrice<Decimal>{rate, fee}, PercentagePrice<double>{rate.toDouble(), fee.toDouble()}}};
        for (const auto& [exact, fast] : pairs) {
            const double expected = amountOf(exact, quantity).toDouble();
            const double found = amountOf(fast, quantity.toDouble());
            ASSERT_NEAR(found, expected, 1e-9 * std::max({std::abs(expected), std::abs(found), 1e-3}));
        }
    }
}

TEST(RatingProperties, GivenRandomWeights_WhenAllocated_ThenTheSharesAddUpAndEachIsWithinAMinorUnit) {
    Draws draws(8);
    for (int i = 0; i < kCases; ++i) {
        std::vector<Decimal> weights(static_cast<std::size_t>(draws.whole(1, 6)));
        Decimal all = 0;
        for (Decimal& weight : weights) all += weight = draws.number(50, 2);
        if (all.isZero()) continue;
        const Decimal amount = draws.number(500, 2);
        const auto shares = allocated(amount, weights, {}, TieBreak::GivenOrder, 2);
        Decimal sum = 0;
        for (std::size_t w = 0; w < weights.size(); ++w) {
            sum += shares[w];
            const Decimal exact = quotient(amount * weights[w], all);
            ASSERT_LT(exact - *Decimal::parse("0.01"), shares[w]);
            ASSERT_LT(shares[w], exact + *Decimal::parse("0.01"));
        }
        ASSERT_EQ(sum, amount);
    }
}

}  // namespace
}  // namespace breakeven::core::rating
