#pragma once

#include <cstddef>
#include <optional>

#include "core/scenario/scenario.hpp"
#include "sim/exact/segment_usage.hpp"
#include "sim/exact/tariff_layers.hpp"

namespace breakeven::sim {

/// The closed forms of one plan in one segment.
class PlanInSegment {
  public:
    PlanInSegment(const core::Scenario& scenario, const core::Plan& plan, const core::Segment& segment);

    [[nodiscard]] Maybe active() const { return usage_.activeShare(); }

    [[nodiscard]] Maybe meanUsage(std::size_t meter) const;

    [[nodiscard]] Maybe cost() const;

    [[nodiscard]] Maybe revenue() const;

    [[nodiscard]] Maybe touched() const;

    [[nodiscard]] Maybe losses() const;

    /// The margin's law in narrow cells; empty where it has no closed form.
    [[nodiscard]] std::vector<LawPoint> marginCells() const;

    [[nodiscard]] Maybe subsidy() const;

    /// The part of the cost that one more user does not cause.
    [[nodiscard]] Maybe fixedCost() const;

    [[nodiscard]] Maybe costOfLargest(double share) const;

    [[nodiscard]] Maybe costGini() const;

  private:
    enum class Limits { All, Blocks };

    [[nodiscard]] bool blocks() const;
    [[nodiscard]] bool degrades() const;
    /// Does everyone pay a bill above zero, or no amount for a payment?
    [[nodiscard]] bool arePaymentsClosed() const;

    [[nodiscard]] Meters limitMeters(Limits which) const;
    [[nodiscard]] Meters costMeters() const;
    static void addMeters(const core::Charge& charge, Meters& meters);
    [[nodiscard]] Meters revenueMeters() const;

    /// Looks at the limits whose meters are among those looked at; a metric that a limit bears on looks at
    /// its meter.
    [[nodiscard]] std::optional<TariffLayers> layersOver(const Meters& meters) const;

    [[nodiscard]] bool areChargesClosed(const TariffLayers& layers) const;

    [[nodiscard]] std::optional<TariffLayers> marginLayers() const;

    [[nodiscard]] Maybe meanCharge(const core::Charge& charge) const;

    const core::Scenario& scenario_;
    const core::Plan& plan_;
    const core::Cost& cost_;
    SegmentUsage usage_;
};

}  // namespace breakeven::sim
