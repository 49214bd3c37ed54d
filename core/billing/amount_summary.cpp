#include "core/billing/amount_summary.hpp"

#include <algorithm>
#include <cmath>

namespace breakeven::core {
namespace {

constexpr std::size_t kMostExact = 1'000'000;
constexpr double kWidth = 0.001;    ///< of a bin, in the logarithm
constexpr double kSmallest = 1e-6;  ///< amounts below are 0
constexpr std::int32_t kZeroBin = 0;

/// Bins of both signs around that of 0.
std::int32_t binOf(double value) {
    if (std::abs(value) < kSmallest) return kZeroBin;
    const auto magnitude = static_cast<std::int32_t>(std::log(std::abs(value) / kSmallest) / kWidth) + 1;
    return value < 0.0 ? -magnitude : magnitude;
}

double middleOf(std::int32_t bin) {
    if (bin == kZeroBin) return 0.0;
    const double magnitude = kSmallest * std::exp((std::abs(bin) - 0.5) * kWidth);
    return bin < 0 ? -magnitude : magnitude;
}

}  // namespace

void AmountSummary::add(const Decimal& amount) {
    ++count_;
    sum_ += amount;
    if (!bins_.empty()) {
        ++bins_[binOf(amount.toDouble())];
        return;
    }
    values_.push_back(amount.toDouble());
    if (values_.size() > kMostExact) spill();
}

void AmountSummary::spill() {
    for (const double value : values_) ++bins_[binOf(value)];
    values_ = {};
}

Decimal AmountSummary::mean(int places) const {
    if (count_ == 0) return {};
    return roundHalfAway(quotient(sum_, Decimal(static_cast<std::int64_t>(count_))), places);
}

double AmountSummary::quantile(double q) const {
    if (count_ == 0) return 0.0;
    const double rank = q * static_cast<double>(count_ - 1);
    if (!values_.empty()) {
        std::ranges::sort(values_);
        const auto low = static_cast<std::size_t>(rank);
        const std::size_t high = std::min(low + 1, values_.size() - 1);
        return values_[low] + (rank - static_cast<double>(low)) * (values_[high] - values_[low]);
    }
    double seen = 0.0;
    for (const auto& [bin, number] : bins_) {
        seen += static_cast<double>(number);
        if (rank < seen) return middleOf(bin);
    }
    return middleOf(bins_.rbegin()->first);
}

}  // namespace breakeven::core
