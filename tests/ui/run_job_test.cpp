#include "ui/jobs/run_job.hpp"

#include <QElapsedTimer>
#include <QTest>
#include <memory>

#include "tests/support/memory_run_store.hpp"
#include "tests/support/pro_200.hpp"

using namespace breakeven;

namespace {

/// Services over a store in memory.
struct Backstage {
    std::shared_ptr<tests::MemoryRuns> runs = std::make_shared<tests::MemoryRuns>();
    ui::Services services;
    Backstage() {
        services.openStore = [shared = runs]() -> std::unique_ptr<sim::RunStore> {
            return std::make_unique<tests::MemoryRunStore>(shared);
        };
        services.nowUtc = [] { return std::string("2026-01-02T03:04:05Z"); };
    }
};

core::Scenario worlds(std::uint32_t count, std::uint64_t users) {
    core::Scenario scenario = tests::pro200WithBeliefs(count);
    scenario.run.users = users;
    return scenario;
}

}  // namespace

class RunJobTest : public QObject {
    Q_OBJECT
  private slots:
    void givenAScenario_whenRun_thenItEndsWithTheResultOfTheEngineAndIsKept();
    void givenALongRun_whenCancelled_thenTheFinishedWorldsAreKept();
    void givenALongRun_whenTheJobIsDestroyed_thenItStopsAtOnceAndNothingIsSaid();
    void givenALongRun_whenAnotherIsStarted_thenOnlyTheNewOneEnds();
    void givenAStoreThatFails_whenRun_thenTheResultIsThereAndWhyItWasNotKept();
};

void RunJobTest::givenAScenario_whenRun_thenItEndsWithTheResultOfTheEngineAndIsKept() {
    Backstage backstage;
    ui::RunJob job(backstage.services);
    ui::EndedRun ended;
    connect(&job, &ui::RunJob::finished, this, [&](const ui::EndedRun& run) { ended = run; });
    job.start(worlds(20, 2'000), "mine");
    QVERIFY(job.isRunning());
    QTRY_VERIFY_WITH_TIMEOUT(ended.result != nullptr, 60'000);
    QVERIFY(!job.isRunning());
    QVERIFY(*ended.result == *sim::simulate(worlds(20, 2'000)));
    QCOMPARE(ended.row, 1);
    QCOMPARE(backstage.runs->records.front().second.label, std::string("mine"));
    QCOMPARE(backstage.runs->records.front().second.startedAt, std::string("2026-01-02T03:04:05Z"));
}

void RunJobTest::givenALongRun_whenCancelled_thenTheFinishedWorldsAreKept() {
    Backstage backstage;
    ui::RunJob job(backstage.services);
    ui::EndedRun ended;
    bool isCancelled = false;
    connect(&job, &ui::RunJob::cancelled, this, [&](const ui::EndedRun& run) {
        ended = run;
        isCancelled = true;
    });
    connect(&job, &ui::RunJob::progressed, this, [&](const sim::Progress& progress) {
        if (progress.worldsDone >= 3) job.cancel();
    });
    job.start(worlds(1'000'000, 2'000), "");
    QTRY_VERIFY_WITH_TIMEOUT(isCancelled, 60'000);
    QVERIFY(ended.result != nullptr);
    QVERIFY(ended.result->cancelled);
    QVERIFY(ended.result->worldsFinished >= 3);
    QCOMPARE(backstage.runs->records.size(), std::size_t{1});
}

void RunJobTest::givenALongRun_whenTheJobIsDestroyed_thenItStopsAtOnceAndNothingIsSaid() {
    Backstage backstage;
    bool isTold = false;
    QElapsedTimer clock;
    {
        ui::RunJob job(backstage.services);
        connect(&job, &ui::RunJob::finished, this, [&] { isTold = true; });
        connect(&job, &ui::RunJob::cancelled, this, [&] { isTold = true; });
        job.start(worlds(1, 2'000'000'000), "");
        QTest::qWait(50);
        clock.start();
    }
    QVERIFY(clock.elapsed() < 10'000);  // the whole run would take minutes
    QTest::qWait(120);
    QVERIFY(!isTold);
}

void RunJobTest::givenALongRun_whenAnotherIsStarted_thenOnlyTheNewOneEnds() {
    Backstage backstage;
    ui::RunJob job(backstage.services);
    QList<std::uint32_t> ended;
    connect(&job, &ui::RunJob::finished, this,
            [&](const ui::EndedRun& run) { ended << run.result->manifest.settings.worlds; });
    connect(&job, &ui::RunJob::cancelled, this, [&] { ended << 0; });
    job.start(worlds(1'000'000, 2'000), "");
    job.start(worlds(5, 2'000), "");
    QTRY_VERIFY_WITH_TIMEOUT(!ended.isEmpty(), 60'000);
    QTest::qWait(120);
    QCOMPARE(ended, QList<std::uint32_t>{5});
}

void RunJobTest::givenAStoreThatFails_whenRun_thenTheResultIsThereAndWhyItWasNotKept() {
    Backstage backstage;
    backstage.runs->failSave =
        core::Diagnostic{core::Severity::Error, {"runs", 0, 0}, "the disk is full", "free some"};
    ui::RunJob job(backstage.services);
    ui::EndedRun ended;
    connect(&job, &ui::RunJob::finished, this, [&](const ui::EndedRun& run) { ended = run; });
    job.start(worlds(3, 2'000), "");
    QTRY_VERIFY_WITH_TIMEOUT(ended.result != nullptr, 60'000);
    QCOMPARE(ended.row, 0);
    QVERIFY(ended.notKept.has_value());
    QCOMPARE(ended.notKept->problem, std::string("the disk is full"));
}

QTEST_MAIN(RunJobTest)
#include "run_job_test.moc"
