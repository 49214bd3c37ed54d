#include "core/billing/bill.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "core/diagnostics/suggest.hpp"

namespace breakeven::core {
namespace {

using std::chrono::year_month_day;

constexpr std::size_t kMostLosers = 10;
constexpr double kMostBadShare = 0.01;
const std::string kPool = "(all)";

Error refusal(const std::string& file, std::string problem, std::string remedy) {
    return {Error::Kind::Input, {Severity::Error, {file, 0, 0}, std::move(problem), std::move(remedy)}};
}

std::string dayText(std::chrono::sys_days day) {
    const year_month_day date{day};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::int64_t monthOf(std::chrono::sys_days day) {
    const year_month_day date{day};
    return static_cast<int>(date.year()) * 12LL + static_cast<unsigned>(date.month()) - 1;
}

const Plan& planOf(const Scenario& scenario, const std::string& id, const char* option) {
    const auto plan = std::ranges::find(scenario.plans, id, &Plan::id);
    if (plan != scenario.plans.end()) return *plan;
    std::vector<std::string> known;
    for (const Plan& item : scenario.plans) known.push_back(item.id);
    const auto nearest = nearestWord(id, known);
    throw refusal(fmt::format("{} {}", option, id), fmt::format("there is no plan \"{}\"", id),
                  nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                          : fmt::format("plans: {}", fmt::join(known, ", ")));
}

const Plan& baselineOf(const Scenario& scenario, const BillRequest& request) {
    return request.from.empty() ? scenario.plans.front() : planOf(scenario, request.from, "--from");
}

/// A billing period that is being gathered.
struct OpenPeriod {
    std::string subject;
    std::chrono::sys_days start{};
    PeriodUsage usage;
    std::optional<TimePoint> activeFrom;
    std::optional<TimePoint> activeTo;
};

/// One plan under one semantics at work.
struct Desk {
    InvoiceMaker maker;
    PlanBill bill;
    Account account;       ///< of the subject at hand
    Decimal subjectTotal;  ///< all periods of the subject at hand
    std::map<std::chrono::sys_days, PeriodUsage> pool;
};

/// What a row adds up over its period does not tell when within it things happened.
void refuseWindows(const Scenario& scenario, const Plan& plan) {
    for (const Limit& limit : plan.limits) {
        if (!limit.window) continue;
        throw Error(
            Error::Kind::Input,
            {Severity::Error,
             {scenario.file, 0, 0},
             fmt::format("plan.{}.limit.{}: a limit by window can't be billed: usage rows know the sums "
                         "of their periods only",
                         plan.id, limit.id),
             "bill the other plans with --plan, or take the limit out: the rows hold what was used"});
    }
}

/// Bills a stream of rows that are grouped by subject.
class Biller {
  public:
    Biller(const Scenario& scenario, const BillRequest& request, const BillHooks& hooks)
        : request_(request), hooks_(hooks) {
        const Plan& baseline = baselineOf(scenario, request);
        result_.baseline = baseline.id;
        const std::vector<const Plan*> plans = plansToBill(scenario, request);
        for (const Semantics& semantics : request.semantics) {
            for (const Plan* plan : plans) {
                refuseWindows(scenario, *plan);
                Desk desk{InvoiceMaker(exactPlan(scenario, *plan, semantics)), {}, {}, {}, {}};
                desk.bill.plan = plan->id;
                desk.bill.semantics = semantics.name;
                desk.bill.isPooled = plan->terms.isPooled;
                if (plan != &baseline && !plan->terms.isPooled && !baseline.terms.isPooled)
                    desk.bill.migration.emplace();
                needsRows_ = needsRows_ || std::ranges::any_of(plan->charges, [](const Charge& charge) {
                                 return charge.terms.isBucketed;
                             });
                desks_.push_back(std::move(desk));
            }
        }
        result_.places = desks_.front().maker.plan().places;
    }

    void row(const UsageRow& row) {
        const auto day = dayOf(row.start);
        const year_month_day date{day};
        const auto start = request_.isPerRow ? day : std::chrono::sys_days(date.year() / date.month() / 1);
        const bool isSame =
            hasOpen_ && !request_.isPerRow && open_.subject == row.subject && open_.start == start;
        if (isSame) {
            if (needsRows_) open_.usage.rows.push_back(row.quantities);
            for (std::size_t i = 0; i < row.quantities.size(); ++i)
                open_.usage.quantities[i] += row.quantities[i];
            if (row.activeFrom) {
                open_.activeFrom = std::min(open_.activeFrom.value_or(*row.activeFrom), *row.activeFrom);
                open_.activeTo = std::max(open_.activeTo.value_or(*row.activeTo), *row.activeTo);
            }
            return;
        }
        closePeriod();
        if (hasSubject_ && open_.subject != row.subject) closeSubject();
        hasSubject_ = hasOpen_ = true;
        open_.subject = row.subject;
        open_.start = start;
        open_.usage.quantities = row.quantities;
        open_.usage.rows.clear();
        if (needsRows_) open_.usage.rows.push_back(row.quantities);
        open_.activeFrom = row.activeFrom;
        open_.activeTo = row.activeTo;
    }

    BillResult finish(UsageReading usage) {
        closePeriod();
        if (hasSubject_) closeSubject();
        for (Desk& desk : desks_) billPool(desk);
        result_.usage = std::move(usage);
        const std::uint64_t bad = result_.usage.bad;
        const std::uint64_t rows = bad + result_.usage.rows;
        const bool isTooBad = static_cast<double>(bad) > kMostBadShare * static_cast<double>(rows);
        if (bad > 0 && (request_.isStrict || isTooBad)) {
            std::string reasons;
            for (const auto& [reason, count] : result_.usage.reasons)
                reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", count, reason);
            throw refusal(request_.usageFile, fmt::format("{} of {} rows are bad: {}", bad, rows, reasons),
                          request_.isStrict ? "mend them, or leave --strict out"
                                            : "mend them; up to 1 % are left out without --strict");
        }
        if (result_.usage.rows == 0)
            throw refusal(request_.usageFile, "there are no rows", "is it the right file?");
        for (Desk& desk : desks_) {
            const Plan& plan = *desk.maker.plan().plan;
            if (plan.terms.isProrated && !result_.usage.hasActiveDates)
                result_.usage.diagnostics.push_back(
                    {Severity::Warning,
                     {request_.usageFile, 1, 0},
                     fmt::format(
                         "plan \"{}\" is prorated, but there are no columns active_from and active_to",
                         plan.id),
                     "every period is billed in full"});
            result_.plans.push_back(std::move(desk.bill));
        }
        return std::move(result_);
    }

  private:
    /// The days of the period in which the subject is there, as the semantics counts them.
    void measure(const Semantics& semantics, PeriodUsage& usage) const {
        usage.activeDays = usage.daysInPeriod = 1;
        if (!open_.activeFrom) return;
        const auto next = addMonths(open_.start, 1, 1);
        const bool isInclusive = semantics.proration == rating::ProrationMethod::DaysInclusive;
        const TimePoint end = isInclusive ? next - std::chrono::days(1) : next;
        const TimePoint from = std::max<TimePoint>(*open_.activeFrom, open_.start);
        const TimePoint to = std::min(*open_.activeTo, end);
        if (to < from) {  // not there at all
            usage.activeDays = 0;
            return;
        }
        const auto share = rating::periodShare(semantics.proration, open_.start, end, from, to);
        usage.activeDays = share.part;
        usage.daysInPeriod = share.whole;
    }

    void closePeriod() {
        if (!hasOpen_) return;
        hasOpen_ = false;
        open_.usage.month = monthOf(open_.start);
        period_ = dayText(open_.start);
        for (Desk& desk : desks_) {
            measure(desk.maker.plan().semantics, open_.usage);
            if (desk.bill.isPooled) {
                addToPool(desk);
                continue;
            }
            issue(desk, open_.subject, open_.usage, desk.account);
            desk.subjectTotal += invoice_.total;
        }
    }

    void addToPool(Desk& desk) {
        const auto [found, isNew] = desk.pool.try_emplace(open_.start, open_.usage);
        if (isNew) return;
        for (std::size_t i = 0; i < open_.usage.quantities.size(); ++i)
            found->second.quantities[i] += open_.usage.quantities[i];
        found->second.rows.insert(found->second.rows.end(), open_.usage.rows.begin(), open_.usage.rows.end());
        ++found->second.seats;
    }

    void issue(Desk& desk, const std::string& subject, const PeriodUsage& usage, Account& account) {
        try {
            desk.maker.bill(usage, account, invoice_);
        } catch (const Error&) {
            throw;
        } catch (const std::exception& problem) {
            throw refusal(request_.usageFile,
                          fmt::format("plan \"{}\" can't bill {} in {}: {}", desk.bill.plan, subject, period_,
                                      problem.what()),
                          "check the row, or the plan's tiers");
        }
        ++desk.bill.invoices;
        desk.bill.lines += invoice_.lines.size();
        desk.bill.total += invoice_.total;
        desk.bill.amounts.add(invoice_.total);
        if (hooks_.invoice) hooks_.invoice({desk.maker, subject, period_, invoice_});
    }

    void closeAccount(Desk& desk, Account& account) {
        desk.bill.creditsGranted += account.granted;
        desk.bill.creditsUsed += account.used;
        desk.bill.creditsLapsed += account.lapsed;
        desk.bill.creditsLeft += account.left();
        account = {};
    }

    void closeSubject() {
        ++result_.subjects;
        const std::size_t perSemantics = desks_.size() / request_.semantics.size();
        for (std::size_t i = 0; i < desks_.size(); ++i) {
            Desk& desk = desks_[i];
            if (desk.bill.migration) {
                const std::size_t first = i / perSemantics * perSemantics;
                compare(*desk.bill.migration, baselineTotal(first, perSemantics), desk.subjectTotal);
            }
        }
        if (hooks_.subject) tellSubject(perSemantics);
        for (Desk& desk : desks_) {
            closeAccount(desk, desk.account);
            desk.subjectTotal = 0;
        }
    }

    void tellSubject(std::size_t perSemantics) {
        for (std::size_t first = 0; first < desks_.size(); first += perSemantics) {
            SubjectTotals totals{open_.subject, desks_[first].bill.semantics, {}};
            for (std::size_t i = first; i < first + perSemantics; ++i)
                totals.totals.push_back(desks_[i].bill.isPooled ? nullptr : &desks_[i].subjectTotal);
            hooks_.subject(totals);
        }
    }

    [[nodiscard]] const Decimal& baselineTotal(std::size_t first, std::size_t count) const {
        std::size_t i = first;
        while (i + 1 < first + count && desks_[i].bill.plan != result_.baseline) ++i;
        return desks_[i].subjectTotal;
    }

    void compare(MigrationSummary& summary, const Decimal& before, const Decimal& after) const {
        ++summary.subjects;
        if (after < before) ++summary.better;
        if (!(before < after)) return;
        ++summary.worse;
        if (before + before < after) ++summary.aboveTwice;
        const Decimal rise = after - before;
        auto& losers = summary.losers;
        const bool isSmall =
            losers.size() == kMostLosers && !(losers.back().after - losers.back().before < rise);
        if (isSmall) return;
        const auto at = std::ranges::find_if(
            losers, [&](const Mover& other) { return other.after - other.before < rise; });
        losers.insert(at, {open_.subject, before, after});
        if (losers.size() > kMostLosers) losers.pop_back();
    }

    void billPool(Desk& desk) {
        Account account;
        for (auto& [start, usage] : desk.pool) {
            period_ = dayText(start);
            usage.activeDays = usage.daysInPeriod = 1;
            usage.month = monthOf(start);
            issue(desk, kPool, usage, account);
        }
        closeAccount(desk, account);
    }

    const BillRequest& request_;
    const BillHooks& hooks_;
    std::vector<Desk> desks_;
    BillResult result_;
    OpenPeriod open_;
    bool needsRows_ = false;  ///< some charge prices each row by itself
    bool hasOpen_ = false;
    bool hasSubject_ = false;
    std::string period_;
    Invoice invoice_;
};

}  // namespace

std::vector<const Plan*> plansToBill(const Scenario& scenario, const BillRequest& request) {
    std::vector<const Plan*> plans;
    for (const std::string& id : request.plans) {
        const Plan* plan = &planOf(scenario, id, "--plan");
        if (std::ranges::find(plans, plan) == plans.end()) plans.push_back(plan);
    }
    if (plans.empty()) {
        for (const Plan& plan : scenario.plans) plans.push_back(&plan);
    }
    const Plan* baseline = &baselineOf(scenario, request);
    if (std::ranges::find(plans, baseline) == plans.end()) plans.insert(plans.begin(), baseline);
    return plans;
}

BillResult billUsage(const Scenario& scenario, const BillRequest& request, const BillHooks& hooks) {
    Biller biller(scenario, request, hooks);
    UsageReading usage = readUsageFile(
        request.usageFile, scenario.meters, [&](const UsageRow& row) { biller.row(row); },
        request.usageBytes);
    return biller.finish(std::move(usage));
}

}  // namespace breakeven::core
