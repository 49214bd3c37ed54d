#include "core/metering/meter_logs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>
#include <thread>

#include "core/metering/intake_summary.hpp"
#include "core/metering/log_reader.hpp"
#include "core/metering/parallel.hpp"
#include "core/metering/sharded_piece.hpp"
#include "core/metering/usage_fold.hpp"

namespace breakeven::core {
namespace {

constexpr std::size_t kMostGroups = 10'000;
constexpr std::size_t kAhead = 8;

/// What belongs to a piece of a batch beside its rows.
struct PieceWork {
    ShardedPiece sharded;
    std::vector<std::vector<std::uint32_t>> groupNumbers;  ///< local group -> group of the file set
    std::uint64_t outOfOrder = 0, late = 0, used = 0;
    Instant first = std::numeric_limits<Instant>::max();  ///< of used rows
    Instant last = std::numeric_limits<Instant>::min();
    Instant highestBefore = std::numeric_limits<Instant>::min();  ///< of all rows before the piece
    std::set<std::int32_t> days;                                  ///< UTC days with a used row
};

/// Names of the groups of a grouping in order of appearance.
struct GroupNames {
    std::vector<std::string> names;
    std::unordered_map<std::string, std::uint32_t> numbers;
};

class Meterer {
  public:
    Meterer(const MeterJob& job, const MeterHooks& hooks)
        : job_(job),
          hooks_(hooks),
          threads_(job.threads > 0 ? static_cast<unsigned>(job.threads)
                                   : std::max(1U, std::thread::hardware_concurrency())),
          calendar_(job.period, job.zone),
          pieces_(LogReader::kMostPieces),
          work_(LogReader::kMostPieces),
          ids_(kShards) {}

    Metering run() {
        for (const std::string& file : job_.files) {
            result_.report.files.push_back(file);
            if (!readFile(file)) return std::move(result_);
        }
        finish();
        return std::move(result_);
    }

  private:
    /// @return false after an error of the map or a stop
    bool readFile(const std::string& path) {
        LogReader reader(path, threads_, pieces_, job_.hashesFiles);
        const std::string file = path == "-" ? "standard input" : path;
        const std::string_view head = reader.head();
        FoundFormat found = findFormat(head);
        if (job_.map.format) {
            // Of JSON the layout is found all the same.
            const bool isJson = found.format != LogFormat::Csv && found.format != LogFormat::Windows;
            found.format = *job_.map.format;
            const bool wantsJson = found.format != LogFormat::Csv && found.format != LogFormat::Windows;
            if (isJson != wantsJson) found.layout = JsonLayout::Lines;
        }
        std::vector<Diagnostic>& diagnostics = result_.diagnostics;
        if (plan_ && found.format != result_.report.format) {
            diagnostics.push_back({Severity::Error,
                                   {file, 0, 0},
                                   fmt::format("this is \"{}\", the files before are \"{}\"",
                                               nameOf(found.format), nameOf(result_.report.format)),
                                   "meter each format by itself, or say which it is with --format"});
            return false;
        }
        result_.report.format = found.format;
        const bool isCsv = found.format == LogFormat::Csv || found.format == LogFormat::Windows;
        std::optional<CsvHead> csv;
        if (isCsv) {
            csv = readCsvHead(head, job_.map, file, diagnostics);
            if (!csv) return false;
        }
        if (!plan_ && !makePlan(found.format, csv, file)) return false;
        if (isCsv) {
            const std::vector<std::size_t> columns = csvColumns(*csv, *plan_, file, diagnostics);
            if (hasErrors(diagnostics)) return false;
            reader.begin([&] { return makeCsvParser(*plan_, *csv, columns); }, csv->bytes, csv->lines);
        } else {
            reader.begin([&] { return makeJsonParser(*plan_, found.format, found.layout, file); }, 0, 0);
        }
        for (EventRows& piece : pieces_) piece.keepsRejected = static_cast<bool>(hooks_.rejected);
        const auto sort = [this](std::size_t p) {
            work_[p].sharded.build(pieces_[p], plan_->meters.size(), plan_->groupings.size(),
                                   plan_->id.has_value());
        };
        while (const std::size_t count = reader.next(sort)) {
            takeBatch(count, reader, file);
            if (hooks_.progress) hooks_.progress(bytesBefore_ + reader.bytesRead(), result_.report.rows);
            if (hooks_.stop.stop_requested()) {
                result_.isStopped = true;
                return false;
            }
        }
        bytesBefore_ += reader.bytesRead();
        if (job_.hashesFiles) result_.report.fileHashes.push_back(reader.sha256());
        return true;
    }

    bool makePlan(LogFormat format, const std::optional<CsvHead>& csv, const std::string& file) {
        MeterMap map = withDefaults(job_.map, format);
        std::vector<Diagnostic> problems = checkMeterMap(map, format);
        if (!problems.empty()) {
            for (Diagnostic& problem : problems) {
                problem.where.file = file;
                if (csv && problem.remedy.starts_with("add"))
                    problem.remedy += fmt::format("; the columns are {}", fmt::join(csv->columns, ", "));
                result_.diagnostics.push_back(std::move(problem));
            }
            return false;
        }
        if (format == LogFormat::Windows && map.meters.empty()) {
            for (const std::string& column : csv->columns) {
                if (column == map.subject || column == map.time) continue;
                MeterRule rule;
                rule.id = rule.column = column;
                map.meters.push_back(std::move(rule));
            }
        }
        plan_ = std::make_unique<RowPlan>(map);
        groups_.resize(plan_->groupings.size());
        for (std::size_t s = 0; s < kShards; ++s) folds_.emplace_back(*plan_, calendar_, job_.anchors);
        return true;
    }

    void takeBatch(std::size_t count, const LogReader& reader, const std::string& file) {
        for (std::size_t p = 0; p < count; ++p) report(pieces_[p], reader.linesBefore(p), file);
        for (std::size_t p = 0; p < count; ++p) nameGroups(pieces_[p], work_[p]);
        for (std::size_t p = 0; p < count; ++p) {
            work_[p].highestBefore = highest_;
            highest_ = std::max(highest_, pieces_[p].highest);
        }
        if (plan_->id) {
            parallelFor(kShards, threads_,
                        [&](std::size_t shard, unsigned) { markDuplicates(count, shard); });
            setIdsAside();
        }
        parallelFor(kShards + count, threads_, [&](std::size_t task, unsigned) {
            if (task < kShards) {
                fold(count, task);
            } else {
                lookAtTimes(pieces_[task - kShards], work_[task - kShards]);
            }
        });
        for (std::size_t p = 0; p < count; ++p) mergeTimes(pieces_[p], work_[p]);
    }

    void setIdsAside() {
        std::size_t bytes = 0;
        for (const IdSet& ids : ids_) bytes += ids.memoryBytes();
        if (bytes <= job_.idMemoryBytes) return;
        parallelFor(kShards, threads_,
                    [&](std::size_t shard, unsigned) { ids_[shard].spill(job_.temporaryFolder); });
        ++result_.report.idsSetAside;
    }

    void report(EventRows& piece, std::int64_t linesBefore, const std::string& file) {
        IntakeReport& total = result_.report;
        total.rows += piece.rowsRead;
        total.filtered += piece.filtered;
        total.notUsage += piece.notUsage;
        total.withoutId += piece.withoutId;
        for (std::size_t r = 0; r < kRejectReasons; ++r) total.rejected.at(r) += piece.rejected.at(r);
        for (RejectedRow& row : piece.firstRejected) {
            if (total.firstRejected.size() == kMostListed) break;
            row.line += linesBefore;
            total.firstRejected.push_back({file, std::move(row)});
        }
        if (hooks_.rejected && !piece.rejectedText.empty()) hooks_.rejected(piece.rejectedText);
    }

    void nameGroups(const EventRows& piece, PieceWork& work) {
        work.groupNumbers.assign(groups_.size(), {});
        for (std::size_t g = 0; g < piece.groupNames.size() && g < groups_.size(); ++g) {
            for (const std::string& name : piece.groupNames[g]) {
                const auto [known, isNew] =
                    groups_[g].numbers.try_emplace(name, static_cast<std::uint32_t>(groups_[g].names.size()));
                if (isNew) groups_[g].names.push_back(name);
                work.groupNumbers[g].push_back(known->second);
            }
            if (groups_[g].names.size() > kMostGroups)
                throw Error(Error::Kind::Input,
                            {Severity::Error,
                             {"group_by", 0, 0},
                             fmt::format("there are more than {} groups, each a meter", kMostGroups),
                             "group by a column of few values, such as the model or tier"});
        }
    }

    void markDuplicates(std::size_t count, std::size_t shard) {
        for (std::size_t p = 0; p < count; ++p) {
            ShardedPiece& piece = work_[p].sharded;
            const std::span<const SortedId> ids = piece.idsOf(shard);
            for (std::size_t k = 0; k < ids.size(); ++k) {
                // Each look into the table misses the cache; asking early hides most of the wait.
                if (k + kAhead < ids.size()) {
                    ids_[shard].prefetch(ids[k + kAhead].hash);
                    __builtin_prefetch(ids[k + kAhead].id.data());
                }
                const SortedId& item = ids[k];
                if (!item.id.empty() && !ids_[shard].insert(item.hash, item.id))
                    piece.isDuplicate[item.row] = 1;
            }
        }
    }

    void fold(std::size_t count, std::size_t shard) {
        const std::size_t meters = plan_->meters.size();
        std::vector<std::uint32_t> groups(groups_.size());
        for (std::size_t p = 0; p < count; ++p) {
            ShardedPiece& piece = work_[p].sharded;
            const auto [first, end] = piece.rangeOf(shard);
            for (std::size_t place = first; place < end; ++place) {
                const SortedRow& row = piece.row(place);
                if (piece.isDuplicate[row.row] != 0) continue;
                for (std::size_t g = 0; g < groups.size(); ++g) {
                    const std::uint32_t local = piece.groups[place * groups.size() + g];
                    groups[g] = local == kNoGroup ? kNoGroup : work_[p].groupNumbers[g][local];
                }
                std::uint32_t& subject = piece.subjectNumbers[row.subject];
                if (subject == kNoSubject)
                    subject = folds_[shard].subjectOf(pieces_[p].subjects[row.subject]);
                folds_[shard].add(subject, row.time, &piece.values[place * meters], groups.data(),
                                  pieces_[p].texts.data() + row.row * plan_->textCount);
            }
        }
    }

    /// Range and days of used rows, rows older than one before them, and those of an older period.
    void lookAtTimes(const EventRows& piece, PieceWork& work) const {
        work.first = std::numeric_limits<Instant>::max();
        work.last = std::numeric_limits<Instant>::min();
        work.used = work.outOfOrder = work.late = 0;
        work.days.clear();
        std::int64_t lastDay = std::numeric_limits<std::int64_t>::min();
        Instant highest = work.highestBefore;
        PeriodSpan open{};
        if (highest != std::numeric_limits<Instant>::min()) open = calendar_.at(highest);
        for (std::size_t i = 0; i < piece.rows.size(); ++i) {
            if (work.sharded.isDuplicate[i] != 0) continue;
            const Instant time = piece.rows[i].time;
            work.first = std::min(work.first, time);
            work.last = std::max(work.last, time);
            ++work.used;
            const std::int64_t day = time / kDay - (time % kDay < 0 ? 1 : 0);
            if (day != lastDay) work.days.insert(static_cast<std::int32_t>(day));
            lastDay = day;
            if (time < highest) {
                ++work.outOfOrder;
                if (time < open.begin) ++work.late;
                continue;
            }
            highest = time;
            if (time >= open.end || time < open.begin) open = calendar_.at(time);
        }
    }

    void mergeTimes(const EventRows& piece, const PieceWork& work) {
        IntakeReport& total = result_.report;
        total.duplicates += piece.rows.size() - work.used;
        if (work.used == 0) return;
        total.first = std::min(total.first.value_or(work.first), work.first);
        total.last = std::max(total.last.value_or(work.last), work.last);
        total.used += work.used;
        total.outOfOrder += work.outOfOrder;
        total.late += work.late;
        days_.insert(work.days.begin(), work.days.end());
    }

    void finish() {
        IntakeReport& report = result_.report;
        for (const UsageFold& fold : folds_) report.subjects += fold.subjects();
        checkRejects();
        if (hasErrors(result_.diagnostics)) return;
        if (report.used == 0) {
            result_.diagnostics.push_back({Severity::Error,
                                           {job_.files.size() == 1 ? job_.files[0] : "the logs", 0, 0},
                                           "no row could be used",
                                           "see the report of the intake; is it another --format?"});
            return;
        }
        std::vector<MeterColumn> columns;
        UsageTable table;
        for (std::size_t m = 0; m < plan_->meters.size(); ++m) {
            const GroupNames& groups = groups_[plan_->meters[m].grouping];
            std::vector<std::uint32_t> order(groups.names.size());
            for (std::uint32_t g = 0; g < order.size(); ++g) order[g] = g;
            std::ranges::sort(order, {}, [&](std::uint32_t g) { return groups.names[g]; });
            const MeterRule& rule = plan_->map.meters[m];
            for (const std::uint32_t group : order) {
                columns.push_back({m, group});
                table.meters.push_back(rule.groupBy.empty() ? rule.id : rule.id + "." + groups.names[group]);
            }
        }
        std::vector<MeterTotals> totals(columns.size());
        for (UsageFold& fold : folds_) fold.finish(columns, *report.last, table, totals);
        dropUnusedGroups(columns, table, totals);
        completeUsage(job_, calendar_, plan_->map, columns, days_, table, report);
        summariseUsage(plan_->map, columns, totals, table, report);
        result_.usage = std::move(table);
    }

    /// A group that a meter's filters leave without any event is no meter.
    void dropUnusedGroups(std::vector<MeterColumn>& columns, UsageTable& table,
                          std::vector<MeterTotals>& totals) const {
        std::vector<std::size_t> kept;
        for (std::size_t c = 0; c < columns.size(); ++c) {
            const bool isGroup = !plan_->map.meters[columns[c].meter].groupBy.empty();
            if (!isGroup || totals[c].events + totals[c].missing > 0) kept.push_back(c);
        }
        if (kept.size() == columns.size()) return;
        const auto keep = [&](auto& list) {
            for (std::size_t k = 0; k < kept.size(); ++k) list[k] = std::move(list[kept[k]]);
            list.resize(kept.size());
        };
        keep(columns);
        keep(table.meters);
        keep(totals);
        for (MeteredRow& row : table.rows) keep(row.values);
    }

    void checkRejects() {
        const IntakeReport& report = result_.report;
        const std::uint64_t bad = report.rejectedRows();
        const std::uint64_t candidates = report.rows - report.notUsage;
        const bool isTooMany = job_.isStrict ? bad > 0 : bad * 100 > candidates;
        if (!isTooMany) return;
        const std::string share =
            fmt::format("{} of {} rows are bad ({:.2g} %)", bad, candidates,
                        100.0 * static_cast<double>(bad) / static_cast<double>(candidates));
        result_.diagnostics.push_back(
            {Severity::Error,
             {job_.files.size() == 1 ? job_.files[0] : "the logs", 0, 0},
             share + (job_.isStrict ? ", --strict allows none" : ", more than 1 % is refused"),
             "mend the rows that the report lists, or check the map; --rejects FILE keeps all of them"});
    }

    const MeterJob& job_;
    const MeterHooks& hooks_;
    unsigned threads_;
    Calendar calendar_;
    Metering result_;
    std::unique_ptr<RowPlan> plan_;
    std::vector<EventRows> pieces_;
    std::vector<PieceWork> work_;
    std::vector<GroupNames> groups_;
    std::vector<IdSet> ids_;
    std::vector<UsageFold> folds_;
    std::set<std::int32_t> days_;
    Instant highest_ = std::numeric_limits<Instant>::min();
    std::uint64_t bytesBefore_ = 0;
};

}  // namespace

std::uint64_t IntakeReport::rejectedRows() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : rejected) sum += count;
    return sum;
}

Metering meterLogs(const MeterJob& job, const MeterHooks& hooks) {
    return Meterer(job, hooks).run();
}

}  // namespace breakeven::core
