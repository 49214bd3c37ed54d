#include "sim/engine/live_margin.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace breakeven::sim {

Interval LiveEstimate::interval() const {
    const double half = studentT95(degrees) * standardError;
    return {margin - half, margin + half};
}

double LiveEstimate::loses() const {
    return static_cast<double>(*losses) / static_cast<double>(done);
}

Interval LiveEstimate::losesInterval() const {
    return wilson95(static_cast<double>(*losses), static_cast<double>(done));
}

void LiveMargin::Moments::add(double x) {
    count += 1.0;
    const double difference = x - mean;
    mean += difference / count;
    squares += difference * (x - mean);
}

LiveMargin::LiveMargin(std::string plan, std::vector<double> weights)
    : plan_(std::move(plan)), weights_(std::move(weights)), segments_(weights_.size()) {}

void LiveMargin::addWorld(double margin) {
    if (!std::isfinite(margin)) return;
    worlds_.add(margin);
    losses_ += margin < 0.0 ? 1.0 : 0.0;
}

void LiveMargin::addChunk(std::size_t segment, double margin) {
    if (std::isfinite(margin)) segments_[segment].add(margin);
}

bool LiveMargin::fill(LiveEstimate& estimate) const {
    double error2 = 0.0;
    double degrees = std::numeric_limits<double>::infinity();
    if (worlds_.count > 0.0) {
        if (worlds_.count < 2.0) return false;
        estimate.margin = worlds_.mean;
        estimate.done = static_cast<std::uint64_t>(worlds_.count);
        estimate.losses = static_cast<std::uint64_t>(losses_);
        error2 = worlds_.error2();
        degrees = worlds_.count - 1.0;
    } else {
        double total = 0.0;
        for (const double weight : weights_) total += weight;
        for (std::size_t s = 0; s < segments_.size(); ++s) {
            if (!(weights_[s] > 0.0)) continue;
            const Moments& segment = segments_[s];
            if (segment.count < 2.0) return false;
            const double share = weights_[s] / total;
            estimate.margin += share * segment.mean;
            estimate.done += static_cast<std::uint64_t>(segment.count);
            error2 += share * share * segment.error2();
            degrees = std::min(degrees, segment.count - 1.0);
        }
        if (!std::isfinite(degrees)) return false;
    }
    estimate.standardError = std::sqrt(error2);
    estimate.degrees = degrees;
    return true;
}

std::optional<LiveEstimate> LiveMargin::estimate() const {
    LiveEstimate estimate;
    estimate.plan = plan_;
    return fill(estimate) ? std::optional(estimate) : std::nullopt;
}

}  // namespace breakeven::sim
