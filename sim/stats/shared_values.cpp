#include "sim/stats/shared_values.hpp"

#include <algorithm>
#include <cmath>

#include "sim/kernels/count_kernels.hpp"

namespace breakeven::sim {
namespace {

/// Of the values at these places (empty: of all) those that are not alone in one of 2^bits slots, at least
/// four for each, by their hash: most are alone.
std::vector<std::uint32_t> withoutLoners(std::span<const double> values,
                                         const std::vector<std::uint32_t>& places, std::uint64_t hash) {
    const std::size_t n = places.empty() ? values.size() : places.size();
    const int bits = static_cast<int>(std::bit_width(n)) + 2;
    std::vector<std::uint8_t> taken(std::size_t{1} << bits);
    std::vector<std::uint32_t> kept(n);
    const auto go = [&](auto placeAt) {
        const auto slotOf = [&](std::size_t i) {
            return static_cast<std::size_t>((roundedBits(values[placeAt(i)]) * hash) >> (64 - bits));
        };
        for (std::size_t i = 0; i < n; ++i) {
            std::uint8_t& slot = taken[slotOf(i)];
            slot = static_cast<std::uint8_t>(slot << 1 | 1);
        }
        std::size_t count = 0;
        for (std::size_t i = 0; i < n; ++i) {
            kept[count] = static_cast<std::uint32_t>(placeAt(i));
            count += taken[slotOf(i)] > 1 ? 1 : 0;
        }
        kept.resize(count);
    };
    if (places.empty())
        go([](std::size_t i) { return i; });
    else
        go([&](std::size_t i) { return places[i]; });
    return kept;
}

}  // namespace

void SharedValue::add(const SharedValue& other) {
    value = std::min(value, other.value);
    weight += other.weight;
    looks += other.looks;
}

std::vector<SharedValue> sharedValues(const LookedAt& looked, double origin) {
    // Sorting all takes ten times as long.
    std::vector<std::uint32_t> places;
    for (const std::uint64_t hash : {0x9E3779B97F4A7C15U, 0xD2B74407B1CE6E93U, 0xCA5A826395121157U}) {
        places = withoutLoners(looked.values, places, hash);
        if (places.empty()) return {};
    }
    struct Suspect {
        double value = 0.0;
        std::uint64_t weight = 0;
    };
    std::vector<Suspect> suspects;
    for (const std::uint32_t i : places) {
        if (looked.values[i] != origin) suspects.push_back({looked.values[i], looked.weightOf(i)});
    }
    std::ranges::sort(suspects, {}, &Suspect::value);
    std::vector<SharedValue> result;
    for (std::size_t i = 0; i < suspects.size();) {
        SharedValue shared{suspects[i].value, 0, 0};
        const auto isShared = [&](double x) {
            return roundedBits(x) == roundedBits(shared.value) &&
                   std::signbit(x - origin) == std::signbit(shared.value - origin) &&
                   binKey(x - origin) == binKey(shared.value - origin);
        };
        for (; i < suspects.size() && isShared(suspects[i].value); ++i)
            shared.add({suspects[i].value, suspects[i].weight, 1});
        if (shared.looks > 1) result.push_back(shared);
    }
    return result;
}

void SharedValues::add(const SharedValue& value) {
    if (areTooMany_) return;
    const auto at = std::ranges::find_if(values_, [&](const SharedValue& own) {
        return own.value >= value.value || roundedBits(own.value) == roundedBits(value.value);
    });
    if (at != values_.end() && roundedBits(at->value) == roundedBits(value.value)) {
        at->add(value);
    } else if (values_.size() == kMost) {
        setTooMany();
    } else {
        values_.insert(at, value);
    }
}

void SharedValues::add(const SharedValues& other) {
    if (other.areTooMany_) setTooMany();
    for (const SharedValue& value : other.values_) add(value);
}

void SharedValues::setTooMany() {
    areTooMany_ = true;
    values_.clear();
}

}  // namespace breakeven::sim
