#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace breakeven::sim {

/// A value's bits without its last 12, rounded: the same for values that are one but for their rounding. A
/// price cap reached by different users is such a value.
[[nodiscard]] inline std::uint64_t roundedBits(double x) {
    return (std::bit_cast<std::uint64_t>(x) + 0x800U) >> 12;
}

/// Values and what they weigh.
struct LookedAt {
    std::vector<double> values;
    std::vector<std::uint64_t> weights;  ///< of each, or one of all
    [[nodiscard]] std::uint64_t weightOf(std::size_t i) const {
        return weights.size() == 1 ? weights.front() : weights[i];
    }
};

/// A value that several observations share but for rounding; of its roundings the smallest.
struct SharedValue {
    double value = 0.0;
    std::uint64_t weight = 0;
    std::uint64_t looks = 0;  ///< how many they are
    /// Takes in the same value.
    void add(const SharedValue& other);
};

/// What several of the values share, ascending, by the bins of LogCounts about `origin`, which is left out.
[[nodiscard]] std::vector<SharedValue> sharedValues(const LookedAt& looked, double origin);

/// A few shared values. Whatever the order of adding, the same are held.
class SharedValues {
  public:
    static constexpr std::size_t kMost = 16;

    void add(const SharedValue& value);
    void add(const SharedValues& other);
    /// Ascending.
    [[nodiscard]] std::span<const SharedValue> values() const { return values_; }
    /// More than kMost came: then none is held, for which they are must not depend on their order.
    [[nodiscard]] bool areTooMany() const { return areTooMany_; }
    void setTooMany();

  private:
    std::vector<SharedValue> values_;
    bool areTooMany_ = false;
};

}  // namespace breakeven::sim
