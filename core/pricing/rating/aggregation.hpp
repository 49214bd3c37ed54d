#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/pricing/rating/tiers.hpp"
#include "core/units/time_point.hpp"

namespace breakeven::core::rating {

/// How the events of a period become one quantity.
enum class Aggregation { Sum, Count, Max, Min, Latest, UniqueCount, SumUniqueId, WeightedSum };

template <typename N>
struct MeterEvent {
    TimePoint at{};
    N value{0};
    std::string text;  ///< the value as it was sent, for unique_count
    std::string id;    ///< for sum_unique_id
};

/// The quantity of `events`, given in the order of arrival; 0 without any. `latest` goes by timestamp, the
/// later arrival of two that are equal; `sum_unique_id` counts the first arrival of an id.
template <typename N>
[[nodiscard]] N aggregated(Aggregation aggregation, const std::vector<MeterEvent<N>>& events) {
    N result{0};
    std::set<std::string> seen;
    std::optional<TimePoint> last;
    bool isFirst = true;
    for (const MeterEvent<N>& event : events) {
        switch (aggregation) {
            case Aggregation::Sum:
                result += event.value;
                break;
            case Aggregation::Max:
                if (isFirst || result < event.value) result = event.value;
                break;
            case Aggregation::Min:
                if (isFirst || event.value < result) result = event.value;
                break;
            case Aggregation::Latest:
                if (!last || *last <= event.at) {
                    last = event.at;
                    result = event.value;
                }
                break;
            case Aggregation::UniqueCount:
                if (seen.insert(event.text).second) result += N{1};
                break;
            case Aggregation::SumUniqueId:
                if (seen.insert(event.id).second) result += event.value;
                break;
            default:
                result += N{1};
        }
        isFirst = false;
    }
    return result;
}

/// The average of a running total over [start, end), each value weighted with the time it held. Events before
/// `start` are in `initial`; those from `end` on are not of this period. Throws Refused for an empty period.
template <typename N>
[[nodiscard]] N weightedSum(const N& initial, const std::vector<MeterEvent<N>>& events, TimePoint start,
                            TimePoint end) {
    if (!(start < end)) throw Refused("the period has no length");
    N sum{0};
    for (const MeterEvent<N>& event : events) {
        if (event.at < start || !(event.at < end)) continue;
        sum += event.value * N(static_cast<std::int64_t>((end - event.at).count()));
    }
    return initial + quotient(sum, N(static_cast<std::int64_t>((end - start).count())));
}

}  // namespace breakeven::core::rating
