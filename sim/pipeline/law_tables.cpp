#include "sim/pipeline/law_tables.hpp"

#include <cmath>

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
            std::vector<double> unit;
            if (const auto* gamma = std::get_if<core::GammaLaw>(&*law)) unit = gammaTable(gamma->shape, 1.0);
            entries.push_back({std::move(*law), std::move(table), std::move(unit)});
        }
        copulas_.push_back(
            segment.copula == core::Copula::T
                ? std::make_shared<const StudentCopula>(studentCopula(segment.degreesOfFreedom.base))
                : nullptr);
    }
}

std::shared_ptr<const LawTable> LawTables::of(std::size_t segment, std::size_t usage,
                                              const core::UsageLaw& law) const {
    const Entry& entry = entries_[segment][usage];
    if (entry.law == law) return entry.table;
    const auto* gamma = std::get_if<core::GammaLaw>(&law);
    const auto* base = std::get_if<core::GammaLaw>(&entry.law);
    if (gamma == nullptr || base == nullptr || gamma->shape != base->shape) return makeTable(law);
    LawTable table{entry.unitGamma, {}};
    for (std::size_t i = 0; i < table.gamma.size(); i += 2) table.gamma[i] += std::log(gamma->scale);
    return std::make_shared<const LawTable>(std::move(table));
}

std::shared_ptr<const StudentCopula> LawTables::copula(std::size_t segment, double degreesOfFreedom) const {
    const auto& base = copulas_[segment];
    if (base->degreesOfFreedom == degreesOfFreedom) return base;
    return std::make_shared<const StudentCopula>(studentCopula(degreesOfFreedom));
}

}  // namespace breakeven::sim
