#include "core/billing/invoice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <tuple>

namespace breakeven::core {
namespace {

constexpr std::array<std::string_view, 12> kWords = {"fee",    "charge", "overage", "pack",
                                                     "trial",  "coupon", "cap",     "minimum",
                                                     "credit", "top_up", "tax",     "rounding"};
constexpr std::int64_t kForGood = std::numeric_limits<std::int64_t>::max();

}  // namespace

std::string_view wordOf(LineKind kind) {
    return kWords[static_cast<std::size_t>(kind)];
}

Decimal Account::left() const {
    Decimal sum;
    for (const Balance& balance : balances_) sum += balance.amount;
    return sum;
}

InvoiceMaker::InvoiceMaker(ExactPlan plan) : plan_(std::move(plan)), kept_(plan_.meterCount) {
    burnOrder_.resize(plan_.credits.size());
    std::iota(burnOrder_.begin(), burnOrder_.end(), std::size_t{0});
    std::ranges::stable_sort(burnOrder_, {}, [&](std::size_t i) {
        const Credit& terms = *plan_.credits[i].terms;
        return std::tuple(terms.priority.value_or(std::numeric_limits<std::int64_t>::max()),
                          !terms.isPromotional);
    });
}

void InvoiceMaker::add(Invoice& invoice, LineKind kind, std::size_t index, const Decimal& quantity,
                       const Decimal& amount) const {
    InvoiceLine& line = invoice.lines.emplace_back();
    line.kind = kind;
    line.index = index;
    line.quantity = quantity;
    line.amount = amount;
    invoice.total += amount;
}

Decimal InvoiceMaker::rounded(const Decimal& amount) const {
    return plan_.semantics.rounding == RoundingScope::Invoice ? amount : roundHalfAway(amount, plan_.places);
}

Decimal InvoiceMaker::shared(const Decimal& amount, const PeriodUsage& usage) const {
    const bool isWhole = !plan_.plan->terms.isProrated || usage.activeDays == usage.daysInPeriod;
    return isWhole ? amount
                   : rating::prorated(amount, Decimal(usage.activeDays), Decimal(usage.daysInPeriod));
}

void InvoiceMaker::applyLimits(const PeriodUsage& usage, Invoice& invoice) {
    kept_ = usage.quantities;
    keptRows_ = usage.rows;
    const ExactLimit* tightest = nullptr;  // the limit that lets the smallest share of the use happen
    Decimal tightestKept;
    for (std::size_t i = 0; i < plan_.limits.size(); ++i) {
        const ExactLimit& limit = plan_.limits[i];
        const Decimal& quantity = usage.quantities[limit.meter];
        if (!(limit.amount < quantity)) continue;
        const Decimal beyond = quantity - limit.amount;
        if (limit.action == Limit::Action::Overage) {
            add(invoice, LineKind::Overage, i, beyond, rounded(quotient(beyond * limit.price, limit.per)));
        } else if (limit.action == Limit::Action::AutoBuy) {
            const Decimal packs = rating::ceilQuotient(beyond, limit.per);
            add(invoice, LineKind::Pack, i, packs, rounded(packs * limit.price));
        }
        if (limit.action != Limit::Action::Block && limit.action != Limit::Action::Throttle) continue;
        Decimal kept = limit.amount;
        if (limit.action == Limit::Action::Throttle) kept += beyond * limit.keptShare;
        // kept / quantity < tightestKept / its quantity, without dividing
        const bool isTighter =
            tightest == nullptr || kept * usage.quantities[tightest->meter] < tightestKept * quantity;
        if (!isTighter) continue;
        tightest = &limit;
        tightestKept = kept;
    }
    if (tightest == nullptr) return;
    const Decimal& whole = usage.quantities[tightest->meter];
    const auto shrink = [&](std::vector<Decimal>& quantities) {
        for (Decimal& quantity : quantities) quantity = quotient(quantity * tightestKept, whole);
    };
    shrink(kept_);
    std::ranges::for_each(keptRows_, shrink);
}

Decimal InvoiceMaker::quantityOf(const ExactCharge& charge, const std::vector<Decimal>& kept) {
    Decimal quantity;
    for (const auto& [meter, weight] : charge.meters) quantity += kept[meter] * weight;
    if (charge.refunds) quantity = std::max(quantity - kept[*charge.refunds], Decimal(0));
    if (charge.rounding == rating::QuantityRounding::None) return quantity;
    return rating::roundedQuantity(quotient(quantity, charge.per), charge.rounding, 0) * charge.per;
}

Decimal InvoiceMaker::priceOf(const ExactCharge& charge, const Decimal& quantity,
                              const std::vector<Decimal>& kept) {
    if (!charge.capacity.empty()) {
        std::vector<Decimal> quantities;
        for (const auto& [meter, weight] : charge.meters) quantities.push_back(kept[meter]);
        return rating::capacityAmount(charge.capacity, quantities);
    }
    if (charge.isValueSum) {
        const auto& rule = std::get<rating::PercentagePrice<Decimal>>(charge.price);
        Decimal amount =
            rating::percentOf(std::max(quantity - rule.freeAmount, Decimal(0)), rule.ratePercent);
        if (charge.events) amount += kept[*charge.events] * rule.fixedAmount;
        return amount;
    }
    const Decimal amount = rating::amountOf(charge.price, quantity);
    return charge.divisor == Decimal(1) ? amount : quotient(amount, charge.divisor);
}

InvoiceLine InvoiceMaker::chargeLine(std::size_t index) const {
    const ExactCharge& charge = plan_.charges[index];
    InvoiceLine line;
    line.index = index;
    Decimal amount;
    if (charge.isBucketed && !keptRows_.empty()) {
        for (const std::vector<Decimal>& row : keptRows_) {
            const Decimal quantity = quantityOf(charge, row);
            line.quantity += quantity;
            amount += priceOf(charge, quantity, row);
        }
    } else {
        line.quantity = quantityOf(charge, kept_);
        amount = priceOf(charge, line.quantity, kept_);
    }
    if (charge.commitment.amount) amount = rating::committedCharge(amount, charge.commitment).amount();
    line.parts.usage = rounded(amount);
    line.amount = line.parts.usage;
    const bool isBounded =
        charge.bounds.minimum || charge.bounds.maximum || !charge.bounds.discountPercent.isZero();
    if (isBounded) {
        line.parts = rating::boundedLine(line.parts.usage, charge.bounds, plan_.places);
        line.amount = line.parts.amount();
    }
    return line;
}

void InvoiceMaker::grant(const PeriodUsage& usage, Account& account) const {
    if (account.periods_ == 0) account.firstMonth_ = usage.month;
    ++account.periods_;
    for (auto& balance : account.balances_) {
        if (usage.month < balance.until) continue;
        account.lapsed += balance.amount;
        balance.amount = 0;
    }
    for (std::size_t i = 0; i < plan_.credits.size(); ++i) {
        const ExactCredit& credit = plan_.credits[i];
        if (credit.rolloverMax) {
            Decimal room = *credit.rolloverMax;
            for (auto& balance : account.balances_) {
                if (balance.credit != i) continue;
                const Decimal kept = std::min(balance.amount, room);
                account.lapsed += balance.amount - kept;
                balance.amount = kept;
                room -= kept;
            }
        }
        if (credit.terms->isOnce && account.periods_ > 1) continue;
        const std::int64_t until = credit.terms->expires
                                       ? usage.month + static_cast<std::int64_t>(*credit.terms->expires)
                                       : kForGood;
        const Decimal amount = credit.amount * Decimal(usage.seats);
        account.granted += amount;
        account.balances_.push_back({i, amount, usage.month, until});
    }
    std::erase_if(account.balances_, [](const auto& balance) { return balance.amount.isZero(); });
}

void InvoiceMaker::payWithCredits(Account& account, const PeriodUsage& usage, Invoice& invoice,
                                  const Decimal& gross) {
    const Decimal zero = 0;
    if (account.balances_.empty() && !plan_.topUp) return;
    // What is left of each charge after discounts, caps and minimums on the whole invoice.
    std::vector<Decimal> open(plan_.charges.size());
    const Decimal due = std::max(invoice.total, zero);
    const bool isReduced = due < gross;
    for (const InvoiceLine& line : invoice.lines) {
        if (line.kind != LineKind::Charge || !(zero < line.amount)) continue;
        open[line.index] =
            isReduced ? roundHalfAway(quotient(line.amount * due, gross), plan_.places) : line.amount;
    }
    const auto burn = [&](std::size_t credit, Decimal& balance) {
        Decimal paid;
        const bool isTopUp = credit == plan_.credits.size();
        const auto& ids = isTopUp ? std::vector<std::size_t>() : plan_.credits[credit].terms->charges;
        for (std::size_t c = 0; c < open.size(); ++c) {
            if (!ids.empty() && std::ranges::find(ids, c) == ids.end()) continue;
            const Decimal part = std::min({balance, open[c], std::max(invoice.total - paid, zero)});
            open[c] -= part;
            balance -= part;
            paid += part;
        }
        account.used += paid;
        return paid;
    };
    std::ranges::stable_sort(account.balances_, {}, [&](const auto& balance) {
        const bool isTopUp = balance.credit == plan_.credits.size();
        const auto rank =
            static_cast<std::size_t>(std::ranges::find(burnOrder_, balance.credit) - burnOrder_.begin());
        return std::tuple(isTopUp, rank, balance.until, balance.granted);
    });
    std::vector<Decimal> paid(plan_.credits.size() + 1);
    for (auto& balance : account.balances_) {
        const Decimal part = burn(balance.credit, balance.amount);
        paid[balance.credit] += part;
        invoice.total -= part;
    }
    invoice.total += std::accumulate(paid.begin(), paid.end(), zero);  // the lines take it off
    const auto lineFor = [&](std::size_t credit) {
        if (!paid[credit].isZero()) add(invoice, LineKind::Credit, credit, zero, -paid[credit]);
    };
    for (std::size_t i = 0; i < paid.size(); ++i) lineFor(i);
    if (!plan_.topUp) return;
    const Decimal missing =
        std::min(std::accumulate(open.begin(), open.end(), zero), std::max(invoice.total, zero));
    if (!(zero < missing)) return;
    const auto& [size, price] = *plan_.topUp;
    const Decimal packs = rating::ceilQuotient(missing, size);
    Decimal balance = packs * size;
    account.granted += balance;
    const Decimal used = burn(plan_.credits.size(), balance);
    add(invoice, LineKind::Credit, plan_.credits.size(), zero, -used);
    add(invoice, LineKind::TopUp, 0, packs, rounded(packs * price));
    if (!balance.isZero())
        account.balances_.push_back({plan_.credits.size(), balance, usage.month, kForGood});
}

void InvoiceMaker::bill(const PeriodUsage& usage, Account& account, Invoice& invoice) {
    invoice.clear();
    const PlanTerms& terms = plan_.plan->terms;
    const Decimal zero = 0;
    grant(usage, account);
    if (!plan_.fee.isZero())
        add(invoice, LineKind::Fee, 0, Decimal(usage.seats),
            rounded(shared(plan_.fee * Decimal(usage.seats), usage)));
    const Decimal fee = invoice.total;
    applyLimits(usage, invoice);
    for (std::size_t i = 0; i < plan_.charges.size(); ++i) {
        invoice.lines.push_back(chargeLine(i));
        invoice.total += invoice.lines.back().amount;
    }
    const auto age = static_cast<std::uint64_t>(usage.month - account.firstMonth_);
    if (age < terms.trialMonths) {
        const Decimal free = terms.isTrialForAll ? invoice.total : fee;
        if (!free.isZero()) add(invoice, LineKind::Trial, 0, zero, -free);
    }
    const Decimal gross = invoice.total;
    const bool isFree = age < terms.trialMonths && terms.isTrialForAll;
    for (const InvoiceStep step : plan_.semantics.order) {
        switch (step) {
            case InvoiceStep::Discount: {
                std::vector<rating::Coupon<Decimal>> coupons;
                for (std::size_t i = 0; i < plan_.coupons.size(); ++i) {
                    const auto& months = terms.coupons[i].months;
                    if (!months || age < *months) coupons.push_back(plan_.coupons[i]);
                }
                if (coupons.empty()) break;
                const Decimal discount = rating::couponDiscount(invoice.total, std::move(coupons),
                                                                plan_.semantics.coupons, plan_.places);
                if (!discount.isZero()) add(invoice, LineKind::Coupon, 0, zero, -discount);
                break;
            }
            case InvoiceStep::Cap:
                if (plan_.maximum) {
                    const Decimal most = rounded(shared(*plan_.maximum, usage));
                    if (most < invoice.total) add(invoice, LineKind::Cap, 0, zero, most - invoice.total);
                }
                break;
            case InvoiceStep::Minimum:
                if (plan_.minimum && !isFree) {
                    const Decimal least = rounded(shared(*plan_.minimum, usage));
                    if (invoice.total < least)
                        add(invoice, LineKind::Minimum, 0, zero, least - invoice.total);
                }
                break;
            case InvoiceStep::Credit:
                payWithCredits(account, usage, invoice, gross);
                break;
            case InvoiceStep::Tax:
                if (!plan_.taxPercent.isZero())
                    add(invoice, LineKind::Tax, 0, zero,
                        rounded(rating::percentOf(invoice.total, plan_.taxPercent)));
        }
    }
    if (plan_.semantics.rounding != RoundingScope::Invoice) return;
    const Decimal due = roundHalfAway(invoice.total, plan_.places);
    if (due != invoice.total) add(invoice, LineKind::Rounding, 0, zero, due - invoice.total);
}

std::string_view InvoiceMaker::idOf(const InvoiceLine& line) const {
    switch (line.kind) {
        case LineKind::Charge:
            return plan_.charges[line.index].id;
        case LineKind::Overage:
        case LineKind::Pack:
            return plan_.limits[line.index].id;
        case LineKind::Credit:
            return line.index < plan_.credits.size() ? std::string_view(plan_.credits[line.index].id)
                                                     : std::string_view("top_up");
        default:
            return {};
    }
}

std::string InvoiceMaker::reasonOf(const InvoiceLine& line) const {
    switch (line.kind) {
        case LineKind::Fee:
            return line.quantity == Decimal(1)
                       ? "monthly fee"
                       : fmt::format("monthly fee for {} seats", line.quantity.text());
        case LineKind::Charge: {
            std::string text = fmt::format("{} units", line.quantity.text());
            const auto note = [&](const char* word, const Decimal& amount) {
                if (!amount.isZero()) text += fmt::format(", {} {}", word, amount.text(plan_.places));
            };
            note("discount", line.parts.percentDiscount);
            note("cut by the line's maximum", line.parts.capDiscount);
            note("raised to the line's minimum by", line.parts.trueUp);
            return text;
        }
        case LineKind::Overage:
            return fmt::format("{} units beyond the limit", line.quantity.text());
        case LineKind::Pack:
            return fmt::format("{} packs beyond the limit", line.quantity.text());
        case LineKind::Trial:
            return "free trial period";
        case LineKind::Coupon:
            return "coupons";
        case LineKind::Cap:
            return "above the plan's maximum";
        case LineKind::Minimum:
            return "up to the plan's minimum";
        case LineKind::Credit:
            return "paid with credits";
        case LineKind::TopUp:
            return fmt::format("{} packs of credit", line.quantity.text());
        case LineKind::Tax:
            return fmt::format("tax {} %", plan_.taxPercent.text());
        default:
            return "rounding of the total";
    }
}

}  // namespace breakeven::core
