#include "ui/jobs/preview_job.hpp"

#include <QLabel>
#include <QTest>
#include <memory>

#include "sim/engine/simulate.hpp"
#include "sim/report/verdict.hpp"
#include "tests/support/pro_200.hpp"
#include "ui/document/document.hpp"
#include "ui/pages/scenario_page.hpp"

using namespace breakeven;

namespace {

std::shared_ptr<const core::Scenario> worlds(std::uint32_t count, std::uint64_t users) {
    auto scenario = std::make_shared<core::Scenario>(tests::pro200WithBeliefs(count));
    scenario->run.users = users;
    return scenario;
}

/// What the job tells until it is done.
std::vector<ui::Preview> toldBy(ui::PreviewJob& job, const std::shared_ptr<const core::Scenario>& scenario) {
    std::vector<ui::Preview> told;
    const auto connection = QObject::connect(&job, &ui::PreviewJob::estimated, &job,
                                             [&](const ui::Preview& preview) { told.push_back(preview); });
    job.start(scenario);
    (void)QTest::qWaitFor([&] { return !told.empty() && told.back().isLast; }, 60'000);
    QObject::disconnect(connection);
    return told;
}

}  // namespace

class PreviewJobTest : public QObject {
    Q_OBJECT
  private slots:
    void givenAScenario_whenLookedAt_thenEachAnswerIsOfMoreWorldsAndTheLastIsTheRunsVerdict();
    void givenOneWorld_whenLookedAt_thenThereIsOneAnswer();
    void givenManyUsers_whenLookedAt_thenTenThousandOfThemAnswer();
    void givenALongLook_whenAnotherIsStarted_thenOnlyTheNewOneIsTold();
    void givenAnOpenScenario_whenANumberChanges_thenThePageSaysWhatItMakesOfTheVerdict();
};

void PreviewJobTest::givenAScenario_whenLookedAt_thenEachAnswerIsOfMoreWorldsAndTheLastIsTheRunsVerdict() {
    ui::PreviewJob job;
    const auto scenario = worlds(60, 1'000);
    const std::vector<ui::Preview> told = toldBy(job, scenario);
    QCOMPARE(told.size(), std::size_t{3});
    QCOMPARE(told[0].worlds, 1U);
    QCOMPARE(told[1].worlds, 16U);
    QCOMPARE(told[2].worlds, 60U);
    QVERIFY(told[0].sentence.find("at base values") != std::string::npos);
    QCOMPARE(told[2].sentence, sim::verdict(*sim::simulate(*scenario), *scenario).headline);
    QTRY_VERIFY(!job.isRunning());
}

void PreviewJobTest::givenOneWorld_whenLookedAt_thenThereIsOneAnswer() {
    ui::PreviewJob job;
    const std::vector<ui::Preview> told = toldBy(job, worlds(1, 1'000));
    QCOMPARE(told.size(), std::size_t{1});
    QVERIFY(told[0].isLast);
}

void PreviewJobTest::givenManyUsers_whenLookedAt_thenTenThousandOfThemAnswer() {
    ui::PreviewJob job;
    const std::vector<ui::Preview> told = toldBy(job, worlds(1, 2'000'000'000));
    QCOMPARE(told[0].sentence, sim::verdict(*sim::simulate(*worlds(1, 10'000)), *worlds(1, 10'000)).headline);
}

void PreviewJobTest::givenALongLook_whenAnotherIsStarted_thenOnlyTheNewOneIsTold() {
    ui::PreviewJob job;
    job.start(worlds(1'000, 10'000));
    const std::vector<ui::Preview> told = toldBy(job, worlds(20, 100));
    QCOMPARE(told.size(), std::size_t{3});
    QCOMPARE(told.back().worlds, 20U);
}

void PreviewJobTest::givenAnOpenScenario_whenANumberChanges_thenThePageSaysWhatItMakesOfTheVerdict() {
    ui::Document document;
    ui::ScenarioPage page(document);
    page.show();
    const auto* live = page.findChild<QLabel*>("live-verdict");
    if (live == nullptr) QFAIL("the page has no first look");
    QVERIFY(!live->isVisible());
    document.open(BREAKEVEN_SOURCE_ROOT "/scenarios/pro-200/pro-200.toml");
    QTRY_VERIFY_WITH_TIMEOUT(live->text().contains("flat loses"), 60'000);
    QVERIFY(document.setNumber("plan.flat.fee", core::NumberPart::Value, 5'000.0));
    QTRY_VERIFY_WITH_TIMEOUT(live->text().contains("500 worlds): flat loses money with probability 0 (0 to"),
                             60'000);
    document.setText("format = 1\n");
    QVERIFY(!live->isVisible());
}

QTEST_MAIN(PreviewJobTest)
#include "preview_job_test.moc"
