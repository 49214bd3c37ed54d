#include "sim/pipeline/law_tables.hpp"

#include "sim/pipeline/quantile_pieces.hpp"
#include "sim/pipeline/quantile_table.hpp"

namespace breakeven::sim {

std::shared_ptr<const LawTable> makeTable(const core::UsageLaw& law) {
    if (const auto* gamma = std::get_if<core::GammaLaw>(&law))
        return std::make_shared<const LawTable>(LawTable{gammaTable(gamma->shape, gamma->scale), {}});
    const bool needsPieces =
        std::holds_alternative<core::BetaLaw>(law) || std::holds_alternative<core::PoissonLaw>(law) ||
        std::holds_alternative<core::NegativeBinomialLaw>(law) ||
        std::holds_alternative<core::DiscreteLaw>(law) || std::holds_alternative<core::MixtureLaw>(law) ||
        std::holds_alternative<core::SplicedLaw>(law) || std::holds_alternative<core::TruncatedLaw>(law);
    if (!needsPieces) return nullptr;
    return std::make_shared<const LawTable>(LawTable{{}, quantilePieces(law)});
}

LawTables::LawTables(const core::Scenario& scenario) {
    for (const core::Segment& segment : scenario.segments) {
        std::vector<Entry>& entries = entries_.emplace_back();
        for (const core::Usage& usage : segment.usages) {
            auto law = core::lawIn(usage.distribution, {});
            // Numbers that contradict each other are reported by the world that draws them.
            if (!law) law = core::PointLaw{};
            std::shared_ptr<const LawTable> table = makeTable(*law);
            entries.push_back({std::move(*law), std::move(table)});
        }
    }
}

std::shared_ptr<const LawTable> LawTables::of(std::size_t segment, std::size_t usage,
                                              const core::UsageLaw& law) const {
    const Entry& entry = entries_[segment][usage];
    return entry.law == law ? entry.table : makeTable(law);
}

}  // namespace breakeven::sim
