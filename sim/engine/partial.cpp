#include "sim/engine/partial.hpp"

#include <algorithm>
#include <utility>

namespace breakeven::sim {

void appendSums(std::vector<BatchSums>& sums, std::uint64_t first, BatchSums next) {
    const auto isSame = [&](const BatchSums& other) {
        return other.segment == next.segment && other.batch == next.batch;
    };
    const bool isInFirstBatch = sums.empty() || isSame(sums.front());
    if (!sums.empty() && isSame(sums.back()) && (first == 0 || !isInFirstBatch)) {
        sums.back().sums.add(next.sums);
    } else {
        sums.push_back(std::move(next));
    }
}

Gathered::Gathered(const core::Scenario& scenario, const Layout& layout, const WorkPlan& plan)
    : scenario_(scenario),
      layout_(layout),
      plan_(plan),
      evaluator_(scenario, layout, plan),
      sums_{std::vector<SegmentSums>(plan.users().size())} {
    outcome_.worlds.resize(scenario.run.worlds);
    outcome_.countUnit = evaluator_.countUnit();
}

void Gathered::add(Partial part) {
    const auto merge = [](auto& to, auto& from) {
        if (to.empty()) {
            to = std::move(from);
            return;
        }
        for (std::size_t slot = 0; slot < to.size(); ++slot) to[slot].merge(std::move(from[slot]));
    };
    merge(outcome_.pooled, part.pooled);
    if (plan_.isByWorld()) {
        for (std::size_t i = 0; i < part.worlds.size(); ++i)
            outcome_.worlds[part.units.first + i] = std::move(part.worlds[i]);
        return;
    }
    costs_.resize(part.costs.size());
    for (std::size_t segment = 0; segment < costs_.size(); ++segment)
        merge(costs_[segment], part.costs[segment]);
    if (part.sums.empty()) return;
    waiting_.emplace(part.units.first, Waiting{part.units.end, std::move(part.sums)});
    // Sum in the order of the units: parts come in any order, and addition is not associative.
    for (auto next = waiting_.begin(); next != waiting_.end() && next->first == summed_;) {
        for (const BatchSums& sums : next->second.sums)
            sums_.segments[sums.segment][sums.batch].add(sums.sums);
        summed_ = next->second.end;
        next = waiting_.erase(next);
    }
}

RunOutcome Gathered::outcome(const LawTables& tables, int threads) && {
    if (outcome_.pooled.empty()) outcome_.pooled = emptyCounts(layout_);
    if (plan_.isByWorld() || summed_ < plan_.units()) return std::move(outcome_);
    const WorldModel model = compileWorld(scenario_, 0, tables);
    outcome_.worlds.front() = evaluator_.evaluate(model, sums_, costs_);
    evaluator_.leaveBatchesOut(model, sums_, costs_, threads, outcome_);
    return std::move(outcome_);
}

namespace {

template <typename Slot>
void packSlots(const std::vector<Slot>& slots, core::BytePacker& packer) {
    for (const Slot& slot : slots) slot.pack(packer);
}

template <typename Slot>
std::vector<Slot> unpackSlots(std::size_t size, core::ByteUnpacker& unpacker) {
    std::vector<Slot> slots;
    for (std::size_t i = 0; i < size; ++i) {
        slots.push_back(Slot::unpack(unpacker));
        if (slots.back().batches() != kBatches) throw core::BytesUnreadable("another number of batches");
    }
    return slots;
}

std::vector<double> unpackNumbers(std::size_t size, core::ByteUnpacker& unpacker) {
    std::vector<double> numbers = unpacker.numbers();
    if (numbers.size() != size) throw core::BytesUnreadable("another number of values");
    return numbers;
}

}  // namespace

void packPartial(const Partial& part, core::BytePacker& packer) {
    packer.whole(part.units.first);
    packer.whole(part.units.end);
    for (const WorldOutcome& world : part.worlds) {
        packer.whole(world.finished ? 1 : 0);
        if (!world.finished) continue;
        packer.numbers(world.beliefs);
        for (const std::vector<double>& values : world.values) packer.numbers(values);
        for (const std::vector<double>& noise : world.noise) packer.numbers(noise);
        packer.number(world.subscribers);
        packer.numbers(world.userMoments);
    }
    packer.whole(part.sums.size());
    for (const BatchSums& sums : part.sums) {
        packer.whole(sums.segment);
        packer.whole(sums.batch);
        packer.number(sums.sums.users);
        packer.numbers(sums.sums.monthly);
        packer.numbers(sums.sums.horizon);
    }
    for (const CostSums& segment : part.costs) packSlots(segment, packer);
    packSlots(part.pooled, packer);
}

Partial unpackPartial(const core::Scenario& scenario, const Layout& layout, const WorkPlan& plan,
                      core::ByteUnpacker& unpacker) {
    Partial part;
    part.units.first = unpacker.whole(plan.units());
    part.units.end = unpacker.whole(plan.units());
    if (part.units.end < part.units.first) throw core::BytesUnreadable("a range that ends before it begins");
    if (plan.isByWorld()) {
        const std::size_t scopes = reportedScopes(scenario).size();
        const std::size_t metrics = worldMetrics(scenario).size();
        const std::size_t amounts = amountMetrics(scenario).size();
        for (std::uint64_t i = 0; i < part.units.size(); ++i) {
            WorldOutcome& world = part.worlds.emplace_back();
            world.finished = unpacker.whole(1) == 1;
            if (!world.finished) continue;
            world.beliefs = unpackNumbers(scenario.beliefs.size(), unpacker);
            for (std::size_t row = 0; row < layout.plans * scopes; ++row)
                world.values.push_back(unpackNumbers(metrics, unpacker));
            for (std::size_t row = 0; row < layout.plans * scopes; ++row)
                world.noise.push_back(unpackNumbers(amounts, unpacker));
            world.subscribers = unpacker.number();
            world.userMoments = unpackNumbers(2 * layout.plans, unpacker);
        }
    }
    const std::size_t sums = unpacker.count(12);
    if (plan.isByWorld() && sums > 0) throw core::BytesUnreadable("sums of several worlds");
    for (std::size_t i = 0; i < sums; ++i) {
        BatchSums& next = part.sums.emplace_back();
        next.segment = unpacker.whole(plan.users().size() - 1);
        next.batch = unpacker.whole(kBatches - 1);
        next.sums.users = unpacker.number();
        next.sums.monthly = unpackNumbers(layout.months * layout.plans * layout.fields(), unpacker);
        next.sums.horizon = unpackNumbers(layout.plans * Layout::kHorizonFields, unpacker);
    }
    if (!plan.isByWorld()) {
        for (std::size_t segment = 0; segment < plan.users().size(); ++segment)
            part.costs.push_back(unpackSlots<LogSums>(layout.plans, unpacker));
    }
    part.pooled = unpackSlots<LogCounts>(layout.slots(), unpacker);
    if (!std::ranges::equal(part.pooled, layout.origins, {}, &LogCounts::origin))
        throw core::BytesUnreadable("counts about another origin");
    return part;
}

}  // namespace breakeven::sim
