#include "sim/engine/shards.hpp"

#include <algorithm>
#include <utility>

#include "sim/engine/part_runner.hpp"

namespace breakeven::sim {
namespace {

/// Did the units all end?
bool isWhole(const Partial& part, const WorkPlan& plan) {
    if (plan.isByWorld()) return std::ranges::all_of(part.worlds, &WorldOutcome::finished);
    return part.units.size() == 0 || !part.sums.empty();
}

}  // namespace

std::optional<PartFile> simulateShard(const core::Scenario& scenario, const Shard& shard,
                                      const Hooks& hooks) {
    checkStreams(scenario);
    const Layout layout(scenario);
    const WorkPlan plan(scenario);
    const LawTables tables(scenario);
    const UnitRange units = plan.unitsOf(shard);
    const Partial found = PartRunner(scenario, layout, plan, tables, hooks, units).run(units);
    if (!isWhole(found, plan)) return std::nullopt;
    PartFile part;
    part.manifest = manifestOf(scenario);
    part.shard = shard;
    part.record = recordOf(scenario, nullptr);
    // All parts are needed to merge, so one that holds the inputs is enough.
    if (shard.index > 1) {
        for (core::InputFile& input : part.record.inputs) input.content.clear();
    }
    core::BytePacker packer;
    packPartial(found, packer);
    part.packed = packer.take();
    return part;
}

PartMerger::PartMerger(const core::Scenario& scenario)
    : scenario_(scenario), layout_(scenario), plan_(scenario), gathered_(scenario, layout_, plan_) {}

void PartMerger::add(const NamedPart& named) {
    try {
        if (named.part.manifest != manifestOf(scenario_))
            throw core::BytesUnreadable("its scenario is not the one that it was made of");
        core::ByteUnpacker unpacker(named.part.packed);
        Partial part = unpackPartial(scenario_, layout_, plan_, unpacker);
        if (!unpacker.isAtEnd() || part.units != plan_.unitsOf(named.part.shard) || !isWhole(part, plan_))
            throw core::BytesUnreadable("it holds other units of work than it should");
        gathered_.add(std::move(part));
    } catch (const core::BytesUnreadable& error) {
        throw damagedPart(named.file, error.what());
    }
}

std::shared_ptr<const RunResult> PartMerger::result() && {
    return resultOf(scenario_, layout_, std::move(gathered_).outcome(LawTables(scenario_), 0), 0);
}

}  // namespace breakeven::sim
