#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "core/scenario/cost_view.hpp"

namespace breakeven::core::reading {
namespace {


/// Does a key count: not where the plan says the same by another one of `keys`.
bool counts(const CostView& view, std::string_view key, std::span<const char* const> keys) {
    const bool isSaidByPlan =
        std::ranges::any_of(keys, [&](const char* other) { return view.isOverridden(other); });
    return view.has(key) && (!isSaidByPlan || view.isOverridden(key));
}

/// Load by hour out of a trace: its rows are hours in order, or stand at so many seconds from its start. Days
/// or weeks are added up.
std::vector<double> traceProfile(const CostView& view, const CostFiles& files) {
    Reader& reader = view.reader();
    const std::string file = view.word("profile_file");
    const std::string column = view.word("profile_column");
    if (!view.has("profile_column")) return {};
    const toml::table& home = view.home("profile_file");
    const auto values = files.column(home, "profile_file", "profile_column");
    if (!values) return {};
    std::vector<double> seconds;
    if (view.has("profile_seconds")) {
        const auto found = files.column(home, "profile_file", "profile_seconds");
        if (!found) return {};
        seconds = *found;
        if (seconds.size() != values->size()) {
            reader.error(*view.node("profile_seconds"),
                         fmt::format("{}: \"{}\" has {} numbers, its times have {}", file, column,
                                     values->size(), seconds.size()),
                         "fill the empty cells of both columns");
            return {};
        }
    } else {
        for (std::size_t row = 0; row < values->size(); ++row)
            seconds.push_back(3600.0 * static_cast<double>(row));
    }
    const auto hourOf = [&](std::size_t row) { return std::floor(seconds[row] / 3600.0); };
    const double length = std::floor(*std::ranges::max_element(seconds) / 3600.0) + 1.0;
    const std::size_t hours = length >= 168.0 ? 168 : 24;
    if (length < 24.0) {
        reader.error(*view.node("profile_file"),
                     fmt::format("{}: column \"{}\" has {} hours, fewer than a day", file, column, length),
                     "give a row for each hour of a day or a week");
        return {};
    }
    // Whole days or weeks only: a part of one would weigh its hours more.
    std::vector<double> profile(hours, 0.0);
    const double whole = std::floor(length / static_cast<double>(hours)) * static_cast<double>(hours);
    for (std::size_t row = 0; row < values->size(); ++row) {
        const double hour = hourOf(row);
        if (hour < whole)
            profile[static_cast<std::size_t>(std::fmod(hour, static_cast<double>(hours)))] += (*values)[row];
    }
    const double sum = std::accumulate(profile.begin(), profile.end(), 0.0);
    if (!(sum > 0.0)) {
        reader.error(*view.node("profile_file"), fmt::format("{}: column \"{}\" is all 0", file, column),
                     "choose a column that counts use");
        return {};
    }
    for (double& hour : profile) hour /= sum;
    return profile;
}

/// How the load is spread over the hours.
void readLoad(const CostView& view, const CostFiles& files, FleetCost& fleet) {
    constexpr const char* kKeys[] = {"peak_to_mean", "profile", "profile_file"};
    std::vector<const char*> given;
    for (const char* key : kKeys)
        if (counts(view, key, kKeys)) given.push_back(key);
    if (given.size() > 1) {
        view.reader().error(*view.node(given.back()),
                            fmt::format("{}: {} and {} are given together", view.path(), given[0], given[1]),
                            "each says how the load is spread over the hours: keep one");
    } else if (given.empty()) {
        return;
    } else if (given.front() == std::string_view("peak_to_mean")) {
        fleet.peakToMean = view.number("peak_to_mean", kAtLeastOne);
    } else if (given.front() == std::string_view("profile")) {
        fleet.profile = readProfile(view.reader(), *view.node("profile"), view.pathOf("profile"));
    } else {
        fleet.profile = traceProfile(view, files);
    }
}

void readPrice(const CostView& view, FleetCost& fleet) {
    constexpr const char* kOwn[] = {"capex", "years",       "yearly_rate", "kilowatts",
                                    "pue",   "power_price", "ops_share"};
    const bool isRented = view.has("hourly_amount") && !view.isOverridden("capex");
    if (isRented) {
        fleet.hourlyAmount = view.number("hourly_amount", kAtLeastZero);
        for (const char* key : kOwn) {
            if (!view.has(key) || (view.isOverridden("hourly_amount") && !view.isOverridden(key))) continue;
            view.reader().error(*view.node(key),
                                fmt::format("{}: hourly_amount and {} are given together", view.path(), key),
                                "a rented GPU has an hourly amount, one's own a capex: keep one");
        }
        return;
    }
    if (!view.has("capex")) {
        view.reader().error(view.table(), view.path() + ": nothing says what a GPU costs",
                            "add capex and years, or hourly_amount of a rented one");
        return;
    }
    fleet.capex = view.number("capex", kAtLeastZero);
    fleet.years = view.number("years", kAboveZero);
    fleet.yearlyRate = view.number("yearly_rate", kAtLeastZero, 0.0);
    fleet.kilowatts = view.number("kilowatts", kAtLeastZero, 0.0);
    fleet.pue = view.number("pue", kAtLeastOne, 1.0);
    fleet.powerPrice = view.number("power_price", kAtLeastZero, 0.0);
    fleet.opsShare = view.number("ops_share", kAtLeastZero, 0.0);
}

void readSize(const CostView& view, FleetCost& fleet) {
    constexpr const char* kSizes[] = {"utilisation", "target_utilisation", "gpus"};
    std::vector<const char*> given;
    for (const char* key : kSizes)
        if (counts(view, key, kSizes)) given.push_back(key);
    if (given.size() != 1) {
        const toml::node& at =
            given.empty() ? static_cast<const toml::node&>(view.table()) : *view.node(given.back());
        view.reader().error(at,
                            fmt::format("{}: {} of utilisation, target_utilisation and gpus are given",
                                        view.path(), given.size()),
                            "give one: the mean utilisation, that at the peak, or how many GPUs there are");
        return;
    }
    const std::string_view key = given.front();
    if (key == "gpus") {
        fleet.gpus = view.number(key, kAboveZero);
    } else {
        (key == "utilisation" ? fleet.utilisation : fleet.target) = view.number(key, kShareAboveZero);
    }
}

/// @param isSizeGood  whether the fleet's size was read without a complaint
void readQueue(const CostView& view, bool isSizeGood, FleetCost& fleet) {
    const auto queue = view.sub("queue");
    if (!queue) return;
    queue->onlyKeys("cost.fleet.queue", {"slots_per_gpu", "service_seconds", "arrival_cv", "service_cv"});
    fleet.queue = {
        queue->number("slots_per_gpu", kAtLeastOne, 1.0), queue->number("service_seconds", kAboveZero),
        queue->number("arrival_cv", kAtLeastZero, 1.0), queue->number("service_cv", kAtLeastZero, 1.0)};
    if (!isSizeGood) return;
    const bool isTarget = fleet.target.has_value();
    const std::optional<Parameter>& size = isTarget ? fleet.target : fleet.utilisation;
    if (!size || view.reader().highest(*size) < 1.0) return;
    const char* key = isTarget ? "target_utilisation" : "utilisation";
    view.reader().error(*view.node(key),
                        fmt::format("{} can be {}, and a queue at 1 grows without end", view.pathOf(key),
                                    view.reader().highest(*size)),
                        "lower it below 1, or leave out [cost.fleet.queue]");
}

}  // namespace

void readFleet(const CostView& whole, const std::vector<Meter>& meters, const CostFiles& files, Cost& cost) {
    const auto found = whole.sub("fleet");
    if (!found) return;
    const CostView& view = *found;
    view.onlyKeys("cost.fleet", {"meter",
                                 "meters",
                                 "throughput",
                                 "hours_per_month",
                                 "hourly_amount",
                                 "capex",
                                 "years",
                                 "yearly_rate",
                                 "kilowatts",
                                 "pue",
                                 "power_price",
                                 "ops_share",
                                 "utilisation",
                                 "target_utilisation",
                                 "gpus",
                                 "peak_to_mean",
                                 "profile",
                                 "profile_file",
                                 "profile_column",
                                 "profile_seconds",
                                 "own_share",
                                 "market_price",
                                 "per",
                                 "queue"});
    FleetCost fleet;
    fleet.meters = view.meterList(meters);
    fleet.throughput = view.number("throughput", kAboveZero);
    fleet.hoursOfMonth = view.number("hours_per_month", kAboveZero, 730.0);
    readPrice(view, fleet);
    const std::size_t before = view.reader().diagnostics.size();
    readSize(view, fleet);
    const bool isSizeGood = view.reader().diagnostics.size() == before;
    readLoad(view, files, fleet);
    fleet.ownShare = view.number("own_share", kShare, 1.0);
    fleet.marketPrice = view.maybe("market_price", kAtLeastZero);
    fleet.per = view.number("per", kAboveZero, 1.0);
    if (view.reader().lowest(fleet.ownShare) < 1.0 && !fleet.marketPrice)
        view.reader().error(view.table(), view.path() + ": use is bought, but nothing says at what price",
                            "add market_price = … per `per` units");
    readQueue(view, isSizeGood, fleet);
    cost.fleet = std::move(fleet);
}

}  // namespace breakeven::core::reading
