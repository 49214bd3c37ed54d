#include "sim/engine/shards.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/support/kernel_targets.hpp"
#include "tests/support/pro_200.hpp"

namespace breakeven::sim::shards_test {
namespace {

using tests::pro200;
using tests::pro200WithBeliefs;

/// Two segments, plans that are not offered to both, several months: all that a part can hold.
core::Scenario twoSegments(std::uint32_t worlds, std::uint64_t users) {
    core::Scenario scenario = pro200WithBeliefs(worlds);
    scenario.run.users = users;
    scenario.run.months = 2;
    scenario.run.sampling = core::Sampling::Stratified;
    core::Segment second = scenario.segments.front();
    second.id = "light";
    second.weight = {0.4, {}};
    scenario.segments.push_back(second);
    for (core::Plan& plan : scenario.plans) plan.segments = {0, 1};
    scenario.plans.back().segments = {1};
    return scenario;
}

/// All parts of a run, through the bytes of their files.
std::vector<NamedPart> partsOf(const core::Scenario& scenario, std::uint32_t count) {
    std::vector<NamedPart> parts;
    for (std::uint32_t i = 1; i <= count; ++i) {
        Hooks hooks;
        hooks.threads = 1 + static_cast<int>(i % 3);
        const std::optional<PartFile> part = simulateShard(scenario, {i, count}, hooks);
        const std::string file = "part" + std::to_string(i);
        parts.push_back({file, readPart(partBytes(*part), file)});
    }
    return parts;
}

std::shared_ptr<const RunResult> merged(const core::Scenario& scenario, const std::vector<NamedPart>& parts) {
    EXPECT_TRUE(partProblems(parts).empty());
    PartMerger merger(scenario);
    for (const NamedPart& part : parts) merger.add(part);
    return std::move(merger).result();
}

TEST(Shards, GivenAPlanThatOneSegmentIsNotOffered_WhenRunOnAnyThreads_ThenThePartsBytesAreTheSame) {
    core::Scenario scenario = twoSegments(1, 150'000);
    scenario.run.months = 1;
    scenario.plans.back().segments = {0};  // what the first segment leaves in its columns is not the second's
    const auto bytesOn = [&](int threads) {
        Hooks hooks;
        hooks.threads = threads;
        return simulateShard(scenario, {1, 1}, hooks)->packed;
    };
    const std::string one = bytesOn(1);
    for (const int threads : {2, 3, 7}) EXPECT_TRUE(bytesOn(threads) == one) << threads;
}

TEST(Shards, GivenAnyNumberOfPartsInAnyOrder_WhenMerged_ThenTheResultIsThatOfOneRun) {
    for (const std::uint32_t worlds : {1U, 7U}) {
        // 40 chunks of two segments, so that parts begin and end inside batches; 7 worlds.
        const core::Scenario scenario = twoSegments(worlds, worlds == 1 ? 160'000 : 5'000);
        const auto whole = simulate(scenario);
        ASSERT_EQ(whole->worldsFinished, worlds);
        for (const std::uint32_t count : {1U, 2U, 3U, 5U, 50U}) {
            std::vector<NamedPart> parts = partsOf(scenario, count);
            EXPECT_TRUE(*merged(scenario, parts) == *whole) << count;
            std::ranges::reverse(parts);
            EXPECT_TRUE(*merged(scenario, parts) == *whole) << count;
            std::rotate(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(count / 2), parts.end());
            EXPECT_TRUE(*merged(scenario, parts) == *whole) << count;
        }
    }
}

TEST(Shards, GivenEverySampling_WhenMerged_ThenTheResultIsThatOfOneRun) {
    for (std::size_t i = 0; i < core::kSamplingNames.size(); ++i) {
        core::Scenario scenario = pro200();
        scenario.run.users = 30'000;
        scenario.run.sampling = static_cast<core::Sampling>(i);
        EXPECT_TRUE(*merged(scenario, partsOf(scenario, 3)) == *simulate(scenario))
            << core::kSamplingNames[i];
    }
}

TEST(Shards, GivenAnyCount_WhenTheWorkIsCut_ThenThePartsFollowEachOtherAndAreAlikeInSize) {
    const WorkPlan plan(twoSegments(1, 160'000));
    for (const std::uint32_t count : {1U, 2U, 3U, 39U, 40U, 41U, 4'000'000'000U}) {
        std::uint64_t end = 0;
        for (std::uint32_t i = 1; i <= std::min(count, 100U); ++i) {
            const UnitRange range = plan.unitsOf({i, count});
            EXPECT_EQ(range.first, end);
            EXPECT_GE(range.size(), plan.units() / count);
            EXPECT_LE(range.size(), plan.units() / count + 1);
            end = range.end;
        }
        EXPECT_EQ(end, plan.units()) << count;
        EXPECT_EQ(plan.unitsOf({count, count}).end, plan.units());
    }
    EXPECT_EQ(plan.userMonths({0, 20}) + plan.userMonths({20, plan.units()}), 2U * 160'000U);
}

// Users [0, n) of one batch, cut at any places: the sums of the parts added in order are those of one part.
TEST(Shards, GivenRandomSumsCutAnywhere_WhenAddedInOrder_ThenEveryBitIsThatOfOneRange) {
    const std::vector<double> random = tests::uniforms(400, 7);
    const auto chunkSums = [&](std::size_t chunk) {
        // Batches of seven chunks, each next batch begins in the middle of a chunk.
        std::vector<BatchSums> sums;
        for (const std::size_t half : {0U, 1U}) {
            const std::size_t batch = (2 * chunk + half) / 15;
            if (half == 1 && batch == sums.back().batch) continue;
            sums.push_back(
                {0, batch, {1.0 + static_cast<double>(half), {random[2 * chunk + half] - 0.5}, {}}});
        }
        return sums;
    };
    const auto rangeSums = [&](std::size_t first, std::size_t end) {
        std::vector<BatchSums> sums;
        for (std::size_t chunk = first; chunk < end; ++chunk) {
            for (BatchSums& next : chunkSums(chunk)) appendSums(sums, first, std::move(next));
        }
        return sums;
    };
    const auto added = [](const std::vector<std::vector<BatchSums>>& ranges) {
        std::vector<GroupSums> totals(kBatches);
        for (const auto& range : ranges) {
            for (const BatchSums& sums : range) totals[sums.batch].add(sums.sums);
        }
        std::vector<double> values;
        for (const GroupSums& total : totals) {
            values.push_back(total.users);
            values.insert(values.end(), total.monthly.begin(), total.monthly.end());
        }
        return values;
    };
    const std::vector<double> whole = added({rangeSums(0, 200)});
    for (std::size_t step = 1; step < 60; ++step) {
        std::vector<std::vector<BatchSums>> ranges;
        for (std::size_t first = 0; first < 200; first += step)
            ranges.push_back(rangeSums(first, std::min<std::size_t>(first + step, 200)));
        EXPECT_EQ(added(ranges), whole) << step;
        // A range keeps few sums: a chunk of its first batch each, and one of every other batch.
        for (const auto& range : ranges) EXPECT_LE(range.size(), 8U + step / 7U + 1U);
    }
}

PartFile smallPart(const Shard& shard) {
    core::Scenario scenario = pro200WithBeliefs(4);
    scenario.run.users = 100;
    scenario.plans.resize(1);
    scenario.text = "the text";
    scenario.overrides = {{"plan.flat.fee", "210"}};
    scenario.inputs = {{"usage.csv", "0123", "user,requests\na,1\n"}};
    PartFile part = *simulateShard(scenario, shard);
    part.record.startedAt = "2026-01-02T03:04:05Z";
    part.record.durationMs = 1'234;
    part.record.threads = 2;
    return part;
}

TEST(PartFile, GivenAPart_WhenWrittenAndRead_ThenItIsTheSame) {
    const PartFile part = smallPart({1, 2});
    const PartFile found = readPart(partBytes(part), "a.part");
    EXPECT_EQ(found.manifest, part.manifest);
    EXPECT_EQ(found.shard, part.shard);
    EXPECT_EQ(found.record.scenarioText, "the text");
    EXPECT_EQ(found.record.overrides, part.record.overrides);
    EXPECT_EQ(found.record.inputs, part.record.inputs);
    EXPECT_EQ(found.record.startedAt, part.record.startedAt);
    EXPECT_EQ(found.record.durationMs, 1'234);
    EXPECT_EQ(found.record.threads, 2);
    EXPECT_TRUE(found.packed == part.packed);
    EXPECT_TRUE(partBytes(found) == partBytes(part));
    // One part with the inputs is enough.
    EXPECT_EQ(smallPart({2, 2}).record.inputs.front().content, "");
    EXPECT_EQ(smallPart({2, 2}).record.inputs.front().sha256, "0123");
}

std::string told(const std::function<void()>& work) {
    try {
        work();
    } catch (const core::Error& error) {
        EXPECT_EQ(error.kind(), core::Error::Kind::Input);
        return core::formatDiagnostic(error.diagnostic());
    }
    return "nothing";
}

TEST(PartFile, GivenAnyByteChangedOrLeftOut_WhenRead_ThenItIsFound) {
    const std::string bytes = partBytes(smallPart({1, 2}));
    ASSERT_GT(bytes.size(), 1'000U);
    const auto isRefused = [](const std::string& changed) {
        return told([&] { static_cast<void>(readPart(changed, "a.part")); }) != "nothing";
    };
    for (std::size_t i = 0; i < bytes.size(); i += 1 + bytes.size() / 3'000) {
        std::string changed = bytes;
        changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
        EXPECT_TRUE(isRefused(changed)) << i;
        EXPECT_TRUE(isRefused(bytes.substr(0, i))) << i;
    }
    EXPECT_TRUE(isRefused(bytes + '\0'));
}

TEST(PartFile, GivenBytesThatAreNoGoodPart_WhenRead_ThenItIsSaidWhatTheyAre) {
    const PartFile part = smallPart({1, 2});
    const std::string bytes = partBytes(part);
    PartFile older = part;
    older.manifest.engineVersion = "0";
    PartFile noShard = part;
    noShard.shard = {3, 2};
    const std::pair<std::string, std::string> cases[] = {
        {"", "a.part: error: this is not a part of a run\n  hint: name files that `run --shard` wrote\n"},
        {"format = 1\n",
         "a.part: error: this is not a part of a run\n  hint: name files that `run --shard` wrote\n"},
        {"bkvnpart\x02" + bytes.substr(9),
         "a.part: error: the part has format 2, this version reads up to 1\n"
         "  hint: use the version that wrote it\n"},
        {bytes.substr(0, 40),
         "a.part: error: the part is damaged: it was cut off\n"
         "  hint: copy it again, or make it again with `run --shard`\n"},
        {bytes.substr(0, bytes.size() - 1),
         "a.part: error: the part is damaged: it was cut off or altered\n"
         "  hint: copy it again, or make it again with `run --shard`\n"},
        {partBytes(older),
         std::string("a.part: error: the part was made by engine version 0, this is version ") +
             kEngineVersion + "\n  hint: merge with the version that made it, or make all parts again\n"},
        {partBytes(noShard),
         "a.part: error: the part is damaged: there is no such shard\n"
         "  hint: copy it again, or make it again with `run --shard`\n"}};
    for (const auto& given : cases)
        EXPECT_EQ(told([&] { static_cast<void>(readPart(given.first, "a.part")); }), given.second);
}

TEST(PartFile, GivenPartsThatDoNotMakeARun_WhenChecked_ThenEachIsNamed) {
    std::vector<NamedPart> parts;
    for (const std::uint32_t i : {2U, 4U, 2U, 1U, 3U})
        parts.push_back({"p" + std::to_string(parts.size()), smallPart({i, 5})});
    parts[3].part.manifest.settings.seed = 8;
    parts[4].part.shard.count = 6;
    parts.push_back({"other", parts.front().part});
    parts.back().part.manifest.scenario = "other-plan";
    std::string text;
    for (const core::Diagnostic& problem : partProblems(parts)) text += core::formatDiagnostic(problem);
    EXPECT_EQ(text, R"(p2: error: part 2/5 is given twice: p0 is it too
  hint: leave one of them out
p3: error: this is a part of another run than p0: seed 8, not 20250105
  hint: merge the parts of one run at a time
p4: error: this is part 3/6, but p0 is part 2/5
  hint: merge parts of the same number of parts
other: error: this is a part of another run than p0: scenario "other-plan", not "pro-200"
  hint: merge the parts of one run at a time
pro-200.toml: error: parts that are missing: 1/5, 3/5, 5/5
  hint: make them with the settings of p0 and --shard 1/5
)");
}

TEST(PartMerger, GivenAPartWithARightChecksumThatDoesNotFit_WhenAdded_ThenItIsRefused) {
    core::Scenario scenario = pro200WithBeliefs(4);
    scenario.run.users = 100;
    scenario.plans.resize(1);
    const PartFile part = smallPart({1, 2});
    const auto refusal = [&](const PartFile& bad) {
        return told([&] { PartMerger(scenario).add({"a.part", readPart(partBytes(bad), "a.part")}); });
    };
    EXPECT_EQ(refusal(part), "nothing");
    PartFile otherUnits = part;
    otherUnits.shard = {2, 2};
    EXPECT_EQ(refusal(otherUnits),
              "a.part: error: the part is damaged: it holds other units of work than it should\n"
              "  hint: copy it again, or make it again with `run --shard`\n");
    // Whatever its bytes say, it is read or refused; nothing else happens.
    for (std::size_t i = 0; i < part.packed.size(); i += 1 + part.packed.size() / 2'000) {
        PartFile bad = part;
        bad.packed[i] = static_cast<char>(bad.packed[i] ^ 0x5a);
        static_cast<void>(refusal(bad));
        bad.packed = part.packed.substr(0, i);
        EXPECT_NE(refusal(bad), "nothing") << i;
    }
}

TEST(Shards, GivenAStopRequest_WhenAShardRuns_ThenThereIsNoPart) {
    for (const std::uint32_t worlds : {1U, 200U}) {
        core::Scenario scenario = pro200WithBeliefs(worlds);
        scenario.run.users = worlds == 1 ? 100'000 : 1'000;
        std::stop_source stop;
        Hooks hooks;
        hooks.progress = [&](const Progress&) { stop.request_stop(); };
        hooks.stop = stop.get_token();
        hooks.threads = 2;
        EXPECT_FALSE(simulateShard(scenario, {1, 2}, hooks).has_value()) << worlds;
    }
}

TEST(Shards, GivenShards_WhenTheyRun_ThenProgressEndsAtTheShardsOwnTotal) {
    for (const std::uint32_t worlds : {1U, 9U}) {
        const core::Scenario scenario = twoSegments(worlds, worlds == 1 ? 60'000 : 700);
        const WorkPlan plan(scenario);
        Progress last;
        Hooks hooks;
        hooks.progress = [&](const Progress& progress) { last = progress; };
        static_cast<void>(simulateShard(scenario, {2, 2}, hooks));
        EXPECT_EQ(last.userMonthsDone, plan.userMonths(plan.unitsOf({2, 2})));
        EXPECT_EQ(last.userMonthsDone, last.userMonthsTotal);
        EXPECT_EQ(last.worldsTotal, worlds == 1 ? 1U : 4U);
    }
}

}  // namespace
}  // namespace breakeven::sim::shards_test
