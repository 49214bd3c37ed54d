// The only file that knows MPI. Rank 0 hands out ranges of units, takes part itself, and merges what comes
// back.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/diagnostics/diagnostic.hpp"
#include "core/scenario/scenario_reader.hpp"
#include "core/text/packed_bytes.hpp"
#include "sim/engine/part_file.hpp"
#include "sim/engine/part_runner.hpp"
#include "sim/engine/partial.hpp"
#include "sim/engine/ranks.hpp"

#ifdef BREAKEVEN_MPI
#include <mpi.h>
#endif

namespace breakeven::sim {
namespace {

core::Error unjoined(const Launch& launch, std::string problem, std::string remedy) {
    return {core::Error::Kind::System,
            {core::Severity::Error,
             {fmt::format("rank {} of {}", launch.rank, launch.ranks), 0, 0},
             std::move(problem),
             std::move(remedy)}};
}

}  // namespace

#ifdef BREAKEVEN_MPI

namespace {

enum Tag : int {
    kJob,     ///< 0 to others: what to simulate; nothing: go home
    kRange,   ///< 0 to others: units to work off; none: that was all of the job
    kAnswer,  ///< others to 0: ready, what a range left, or a failure
};

enum class Answer : std::uint64_t { Ready, Partial, Failure };

/// User-months of the units that are handed out at a time. Each range costs some 20 ms to begin, send and
/// merge, so small ones are not worth it; with more ranks and threads they grow, so that rank 0 keeps up.
struct RangeSizes {
    std::uint64_t least = std::uint64_t{1} << 21;
    std::uint64_t most = std::uint64_t{1} << 27;
    explicit RangeSizes(std::uint64_t threadsOfAll) {
        least = std::max(least, threadsOfAll << 19);
        most = std::max(most, threadsOfAll << 22);
    }
};

constexpr std::size_t kMostBytes = std::size_t{1} << 30;  // MPI counts in int

void send(int to, Tag tag, const std::string& bytes) {
    const std::uint64_t size = bytes.size();
    MPI_Send(&size, 1, MPI_UINT64_T, to, tag, MPI_COMM_WORLD);
    for (std::size_t at = 0; at < bytes.size(); at += kMostBytes)
        MPI_Send(bytes.data() + at, static_cast<int>(std::min(kMostBytes, bytes.size() - at)), MPI_BYTE, to,
                 tag, MPI_COMM_WORLD);
}

/// The rank of which a message has come, if one has.
std::optional<int> sender(int from, Tag tag) {
    int isThere = 0;
    MPI_Status status;
    MPI_Iprobe(from, tag, MPI_COMM_WORLD, &isThere, &status);
    return isThere != 0 ? std::optional(status.MPI_SOURCE) : std::nullopt;
}

/// Leaves the processor to those who compute. A wait that MPI itself offers asks without pause, on a core
/// that rank 0's own work needs, and could not be ended by a stop.
void pause(std::chrono::milliseconds time) {
    std::this_thread::sleep_for(time);
}

std::string receive(int from, Tag tag) {
    while (!sender(from, tag)) pause(std::chrono::milliseconds(1));
    std::uint64_t size = 0;
    MPI_Recv(&size, 1, MPI_UINT64_T, from, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    std::string bytes(size, '\0');
    for (std::size_t at = 0; at < bytes.size(); at += kMostBytes)
        MPI_Recv(bytes.data() + at, static_cast<int>(std::min(kMostBytes, bytes.size() - at)), MPI_BYTE, from,
                 tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return bytes;
}

std::string rangeBytes(const UnitRange& range) {
    core::BytePacker packer;
    packer.whole(range.first);
    packer.whole(range.end);
    return packer.take();
}

std::string failureBytes(core::Error::Kind kind, const core::Diagnostic& diagnostic) {
    core::BytePacker packer;
    packer.whole(static_cast<std::uint64_t>(Answer::Failure));
    packer.whole(kind == core::Error::Kind::Input ? 1 : 0);
    packer.text(diagnostic.where.file);
    packer.whole(static_cast<std::uint64_t>(diagnostic.where.line));
    packer.whole(static_cast<std::uint64_t>(diagnostic.where.column));
    packer.text(diagnostic.problem);
    packer.text(diagnostic.remedy);
    return packer.take();
}

core::Error failureOf(core::ByteUnpacker& unpacker) {
    const bool isInput = unpacker.whole() == 1;
    core::Diagnostic diagnostic;
    diagnostic.where.file = unpacker.text();
    diagnostic.where.line = static_cast<int>(unpacker.whole());
    diagnostic.where.column = static_cast<int>(unpacker.whole());
    diagnostic.problem = unpacker.text();
    diagnostic.remedy = unpacker.text();
    return {isInput ? core::Error::Kind::Input : core::Error::Kind::System, std::move(diagnostic)};
}

int threadsOf(const Hooks& hooks) {
    return std::max(1, hooks.threads);
}

/// The scenario of a job, from what came with it.
core::Scenario scenarioOf(const PartFile& job) {
    const auto open = [&](const std::string& name) -> std::string {
        const auto found = std::ranges::find(job.record.inputs, name, &core::InputFile::name);
        if (found != job.record.inputs.end()) return found->content;
        throw damagedPart(name, "it did not come with the job");
    };
    core::ScenarioReading reading =
        core::readScenarioText(job.record.scenarioText, job.record.scenarioFile, job.record.overrides, open);
    if (!reading.scenario || manifestOf(*reading.scenario) != job.manifest)
        throw damagedPart(job.record.scenarioFile, "this rank reads it as another scenario");
    return std::move(*reading.scenario);
}

/// Works off ranges of one job until there are no more.
void work(const std::string& bytes) {
    const PartFile job = readPart(bytes, "the job of rank 0");
    const core::Scenario scenario = scenarioOf(job);
    const Layout layout(scenario);
    const WorkPlan plan(scenario);
    const LawTables tables(scenario);
    Hooks hooks;
    hooks.threads = job.record.threads;
    PartRunner runner(scenario, layout, plan, tables, hooks, plan.all());
    core::BytePacker ready;
    ready.whole(static_cast<std::uint64_t>(Answer::Ready));
    send(0, kAnswer, ready.bytes());
    for (;;) {
        const std::string range = receive(0, kRange);
        core::ByteUnpacker unpacker(range);
        const std::uint64_t first = unpacker.whole();
        const std::uint64_t end = unpacker.whole();
        if (first == end) return;
        core::BytePacker answer;
        answer.whole(static_cast<std::uint64_t>(Answer::Partial));
        packPartial(runner.run({first, end}), answer);
        send(0, kAnswer, answer.bytes());
    }
}

/// Rank 0's side of one job.
class Host {
  public:
    Host(const core::Scenario& scenario, const Hooks& hooks, std::uint32_t ranks)
        : scenario_(scenario),
          hooks_(hooks),
          ranks_(ranks),
          layout_(scenario),
          plan_(scenario),
          tables_(scenario),
          gathered_(scenario, layout_, plan_) {
        done_.userMonthsTotal = plan_.userMonths(plan_.all());
        done_.worldsTotal = scenario.run.worlds;
    }

    /// @return false when it was stopped
    bool run() {
        PartFile job;
        job.manifest = manifestOf(scenario_);
        job.record = recordOf(scenario_, nullptr);
        job.record.threads = threadsOf(hooks_);
        const std::string bytes = partBytes(job);
        for (int rank = 1; rank < static_cast<int>(ranks_); ++rank) send(rank, kJob, bytes);
        std::uint32_t away = ranks_ - 1;
        {
            const std::jthread own([this] { workHere(); });
            while (away > 0 || !isOwnDone_) {
                if (hooks_.stop.stop_requested()) return false;
                if (const auto rank = sender(MPI_ANY_SOURCE, kAnswer)) {
                    if (!hear(*rank)) --away;
                } else {
                    pause(std::chrono::milliseconds(4));
                }
                tellProgress();
            }
        }
        tellProgress();
        return true;
    }

    /// What the ranks found; throws what the first of them threw that failed.
    std::shared_ptr<const RunResult> result() {
        if (failure_) std::rethrow_exception(failure_);
        return resultOf(scenario_, layout_, std::move(gathered_).outcome(tables_, threadsOf(hooks_)),
                        threadsOf(hooks_));
    }

  private:
    /// The next units to be worked off, fewer towards the end so that all ranks end together; none: no more.
    UnitRange nextRange() {
        const std::lock_guard lock(mutex_);
        const std::uint64_t left = failure_ ? 0 : plan_.units() - next_;
        const std::uint64_t unit = std::max<std::uint64_t>(plan_.userMonths({0, 1}), 1);
        const auto threads = static_cast<std::uint64_t>(threadsOf(hooks_));
        const RangeSizes sizes(threads * ranks_);
        const std::uint64_t least =
            std::max(threads, std::min(sizes.least / unit, (left + ranks_ - 1) / ranks_));
        const std::uint64_t size =
            std::min(left, std::max(least, std::min(sizes.most / unit, left / ranks_ / 2)));
        const UnitRange range{next_, next_ + size};
        next_ = range.end;
        return range;
    }

    void workHere() {
        try {
            Hooks hooks;
            hooks.threads = threadsOf(hooks_);
            hooks.stop = hooks_.stop;
            hooks.blockUsers = hooks_.blockUsers;
            hooks.progress = [this](const Progress& progress) { ownUserMonths_ = progress.userMonthsDone; };
            PartRunner runner(scenario_, layout_, plan_, tables_, hooks, plan_.all());
            for (UnitRange range = nextRange(); range.size() > 0 && !hooks.stop.stop_requested();
                 range = nextRange()) {
                Partial part = runner.run(range);
                const std::lock_guard lock(mutex_);
                take(std::move(part));
            }
        } catch (...) {
            fail(std::current_exception());
        }
        isOwnDone_ = true;
    }

    void fail(std::exception_ptr failure) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::move(failure);
    }

    void take(Partial part) {
        done_.worldsDone +=
            static_cast<std::uint32_t>(std::ranges::count_if(part.worlds, &WorldOutcome::finished));
        gathered_.add(std::move(part));
    }

    /// Takes what a rank says and gives it more to do. @return false when there is nothing left for it
    bool hear(int rank) {
        const std::string answer = receive(rank, kAnswer);
        core::ByteUnpacker unpacker(answer);
        const auto kind = static_cast<Answer>(unpacker.whole());
        if (kind == Answer::Failure) {
            fail(std::make_exception_ptr(failureOf(unpacker)));
            return false;
        }
        if (kind == Answer::Partial) {
            Partial part = unpackPartial(scenario_, layout_, plan_, unpacker);
            const std::lock_guard lock(mutex_);
            done_.userMonthsDone += plan_.userMonths(part.units);
            take(std::move(part));
        }
        const UnitRange range = nextRange();
        send(rank, kRange, rangeBytes(range));
        return range.size() > 0;
    }

    void tellProgress() {
        if (!hooks_.progress) return;
        Progress now;
        {
            const std::lock_guard lock(mutex_);
            now = done_;
        }
        now.userMonthsDone += ownUserMonths_;
        hooks_.progress(now);
    }

    const core::Scenario& scenario_;
    const Hooks& hooks_;
    std::uint32_t ranks_;
    const Layout layout_;
    const WorkPlan plan_;
    const LawTables tables_;
    std::mutex mutex_;
    Gathered gathered_;
    std::uint64_t next_ = 0;
    Progress done_;  ///< of the other ranks
    std::atomic<std::uint64_t> ownUserMonths_ = 0;
    std::atomic<bool> isOwnDone_ = false;
    std::exception_ptr failure_;
};

}  // namespace

Ranks::Ranks(const Launch& launch) : launch_(launch) {
    int given = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &given);
    int ranks = 0;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (given < MPI_THREAD_FUNNELED || ranks != static_cast<int>(launch.ranks))
        throw unjoined(launch, fmt::format("MPI knows of {} ranks", ranks),
                       "start the program with the mpirun of the MPI that it was built with");
}

Ranks::~Ranks() {
    if (isStopped_) {
        MPI_Abort(MPI_COMM_WORLD, 130);
        return;
    }
    if (isFirst()) {
        for (int rank = 1; rank < static_cast<int>(launch_.ranks); ++rank) send(rank, kJob, "");
    }
    MPI_Finalize();
}

void Ranks::serve() {
    for (;;) {
        const std::string job = receive(0, kJob);
        if (job.empty()) return;
        try {
            work(job);
        } catch (const core::Error& error) {
            send(0, kAnswer, failureBytes(error.kind(), error.diagnostic()));
        } catch (const std::exception& error) {
            send(0, kAnswer,
                 failureBytes(core::Error::Kind::System,
                              unjoined(launch_, error.what(), "see what its machine lacks").diagnostic()));
        }
    }
}

std::shared_ptr<const RunResult> Ranks::simulate(const core::Scenario& scenario, const Hooks& hooks) {
    checkStreams(scenario);
    Host host(scenario, hooks, launch_.ranks);
    isStopped_ = true;  // should anything be thrown
    isStopped_ = !host.run();
    return host.result();
}

#else

Ranks::Ranks(const Launch& launch) : launch_(launch) {
    throw unjoined(launch, "this program was built without MPI",
                   "install libopenmpi-dev and build it again, or use `run --shard` and `merge`");
}
Ranks::~Ranks() = default;
void Ranks::serve() {}
std::shared_ptr<const RunResult> Ranks::simulate(const core::Scenario& scenario, const Hooks& hooks) {
    return sim::simulate(scenario, hooks);
}

#endif

}  // namespace breakeven::sim
