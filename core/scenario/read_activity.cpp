#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/scenario/toml_reading.hpp"

namespace breakeven::core::reading {
namespace {

constexpr Range kHours{0.0, 744.0, true};  // to the longest month
constexpr double kSumTolerance = 1e-6;     // shares written with six digits or more

const Usage* usageOf(const Segment& segment, std::size_t meter) {
    const auto usage = std::ranges::find(segment.usages, meter, &Usage::meter);
    return usage == segment.usages.end() ? nullptr : &*usage;
}

/// The meter of a node, which the segment must use.
std::optional<std::size_t> usedMeter(Reader& reader, const toml::node& at, const std::string& path,
                                     const std::string& id, const Segment& segment,
                                     const std::vector<Meter>& meters) {
    const auto meter = findId(reader, at, id, "meter", idsOf(meters));
    if (!meter || usageOf(segment, *meter) != nullptr) return meter;
    reader.error(at, fmt::format("{}: the segment does not use \"{}\"", path, id),
                 fmt::format("add [segment.usage.{}], or name another meter", id));
    return std::nullopt;
}

void readSizes(Reader& reader, const toml::table& home, const std::string& path, const Segment& segment,
               const std::vector<Meter>& meters, Activity& activity) {
    const toml::table* table = reader.table(home, "event_sigma");
    if (table == nullptr) return;
    for (const auto& item : *table) {
        const std::string id(item.first.str());
        const auto meter = usedMeter(reader, *table, path + ".event_sigma", id, segment, meters);
        if (!meter) continue;
        activity.sizes.push_back(
            {*meter, reader.number(*table, id, fmt::format("{}.event_sigma.{}", path, id), kAtLeastZero)});
    }
}

}  // namespace

std::vector<double> readProfile(Reader& reader, const toml::node& node, const std::string& path) {
    const toml::array* list = node.as_array();
    const bool isSize = list != nullptr && (list->size() == 24 || list->size() == 168);
    if (!isSize) {
        reader.error(node, path + " must be a list of 24 or 168 shares",
                     "give the share of each hour of the day, or of the week");
        return {};
    }
    std::vector<double> profile;
    const std::size_t before = reader.diagnostics.size();
    for (const toml::node& item : *list)
        profile.push_back(reader.numberAt(item, fmt::format("{}.{}", path, profile.size() + 1), kShare).base);
    if (reader.diagnostics.size() > before) return {};
    const double sum = std::accumulate(profile.begin(), profile.end(), 0.0);
    if (std::abs(sum - 1.0) <= kSumTolerance) return profile;
    reader.error(node, fmt::format("{} sums to {:.6g}, not 1", path, sum),
                 "each number is the share of the use that falls in that hour: divide all by their sum");
    return {};
}

void readActivity(Reader& reader, const toml::table& table, Segment& segment,
                  const std::vector<Meter>& meters) {
    const toml::table* home = reader.table(table, "activity");
    if (home == nullptr) return;
    const std::string path = "segment." + segment.id + ".activity";
    reader.onlyKeys(*home, "segment.activity",
                    {"meter", "session_events", "gap_minutes", "profile", "event_sigma"});
    Activity activity;
    if (const toml::node* node = home->get("meter")) {
        const auto meter = usedMeter(reader, *node, path, reader.word(*home, "meter"), segment, meters);
        activity.meter = meter.value_or(0);
    } else {
        reader.error(*home, path + ": nothing says what an event is",
                     "add `meter = \"…\"`: each unit of it is an event");
    }
    activity.sessionEvents = reader.number(*home, "session_events", path + ".session_events", kAtLeastOne, 1.0);
    activity.gapMinutes = reader.number(*home, "gap_minutes", path + ".gap_minutes", kAtLeastZero, 0.0);
    if (const toml::node* node = home->get("profile"))
        activity.profile = readProfile(reader, *node, path + ".profile");
    readSizes(reader, *home, path, segment, meters, activity);
    segment.activity = std::move(activity);
}

std::optional<LimitWindow> readLimitWindow(Reader& reader, const toml::table& table, const std::string& path,
                                           const Limit& limit) {
    const toml::node* hours = table.get("window_hours");
    const toml::node* opens = table.get("window_opens");
    if (hours == nullptr) {
        if (opens != nullptr)
            reader.error(*opens, path + ": window_opens without window_hours",
                         "add window_hours = 5, or remove it: the amount is for the month");
        return std::nullopt;
    }
    using enum Limit::Action;
    LimitWindow window;
    window.hours = reader.number(table, "window_hours", path + ".window_hours", kHours);
    window.opensAtUse = reader.choice(table, "window_opens", {"clock", "first_use"}, "clock") == 1;
    if (limit.action == Overage || limit.action == AutoBuy)
        reader.error(*hours, path + ": what is billed beyond a limit is billed by the month",
                     "remove window_hours, or let the action be block, throttle, degrade or queue");
    if (limit.action == Queue && window.opensAtUse)
        reader.error(*opens, path + ": what waits opens the next window, whenever its first use was",
                     "write window_opens = \"clock\" for the action queue");
    if (limit.action == Queue && !(reader.lowest(limit.amount) > 0.0))
        reader.error(*table.get("amount"), path + ": what waits behind an amount of 0 waits for ever",
                     "raise the amount, or let the action be block");
    return window;
}

void checkWindows(Reader& reader, const toml::table& table, const Plan& plan,
                  const std::vector<Segment>& segments, const std::vector<Meter>& meters) {
    const toml::array* places = table["limit"].as_array();
    if (places == nullptr || places->size() != plan.limits.size()) return;
    for (std::size_t i = 0; i < plan.limits.size(); ++i) {
        const Limit& limit = plan.limits[i];
        if (!limit.window) continue;
        for (const std::size_t index : plan.segments) {
            const Segment& segment = segments[index];
            if (usageOf(segment, limit.meter) == nullptr || segment.activity) continue;
            reader.error(*places->get(i),
                         fmt::format("plan.{}.limit.{}: nothing says when within the month \"{}\" use \"{}\"",
                                     plan.id, limit.id, segment.id, meters[limit.meter].id),
                         "add [segment.activity] to the segment, or remove window_hours");
        }
    }
}

}  // namespace breakeven::core::reading
