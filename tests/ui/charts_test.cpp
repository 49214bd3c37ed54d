#include <QDir>
#include <QFile>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/engine/simulate.hpp"
#include "tests/support/pro_200.hpp"
#include "ui/charts/chart.hpp"
#include "ui/charts/chart_specs.hpp"
#include "ui/charts/cost_charts.hpp"
#include "ui/theme/theme.hpp"

using namespace breakeven;

class ChartsTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase();
    void givenAFlatPlan_whenItsCostIsDrawn_thenTheLossAreaBeginsAtThePriceAndHoldsTheLosers();
    void givenAMeteredPlan_whenItsCostIsDrawn_thenTheLineMarksTheMeanBillAndThereIsNoLossArea();
    void givenARunThatKeptMarginsOnly_whenItsCostIsDrawn_thenTheChartSaysSo();
    void givenPlansOfEqualCost_whenTheCumulativeCurveIsDrawn_thenTheyShareALine();
    void givenOneWorld_whenLossAgainstFeeIsDrawn_thenTheChartSaysWhyItIsEmpty();
    void givenTwoRuns_whenCompared_thenEachPlanHasAMarkPerRunWithItsInterval();
    void givenAChart_whenThePointerReadsIt_thenTheValueOfTheBarIsTold();
    void givenAChart_whenExported_thenPngAndSvgHoldIt();
    void givenAWaterfall_whenDrawn_thenTotalsRisesAndFallsHaveTheirColoursAndEachBarIsTold();
    void givenCostsWithoutAPicture_whenDrawn_thenTheChartSaysWhyItIsEmpty();
    void givenFleetsOnEachSideOfTheBreakEven_whenDrawn_thenMarkersAndNoteSaySo();
    void givenAFolderThatIsNotThere_whenExported_thenNothingIsLeftAndTheReasonIsTold();
    void givenTheDarkTheme_whenAChartIsDrawn_thenItsBackgroundIsDark();

  private:
    std::shared_ptr<const sim::RunResult> base_;
    std::shared_ptr<const sim::RunResult> worlds_;
};

void ChartsTest::initTestCase() {
    base_ = sim::simulate(tests::pro200());
    core::Scenario scenario = tests::pro200WithBeliefs(40);
    scenario.run.users = 2'000;
    worlds_ = sim::simulate(scenario);
}

void ChartsTest::givenAFlatPlan_whenItsCostIsDrawn_thenTheLossAreaBeginsAtThePriceAndHoldsTheLosers() {
    const ui::ChartSpec spec = ui::costHistogram(*base_, "flat");
    QCOMPARE(spec.series.size(), std::size_t{2});
    QCOMPARE(spec.markers.size(), std::size_t{1});
    QCOMPARE(spec.markers[0].x, 200.0);
    QCOMPARE(spec.markers[0].label, "price $200");
    QCOMPARE(spec.series[0].x.back(), 200.0);
    QCOMPARE(spec.series[1].x.front(), 200.0);
    // The bar at the price is drawn on both sides, so the area of each side over its log width is its share.
    const auto share = [](const ui::ChartSeries& bars, double width) {
        double sum = 0.0;
        for (std::size_t i = 0; i + 1 < bars.x.size(); ++i)
            sum += bars.y[i] * std::log(bars.x[i + 1] / bars.x[i]) / width;
        return sum;
    };
    const double width = std::log(spec.series[0].x[1] / spec.series[0].x[0]);
    const sim::MetricRow* losing = sim::findMetric(*base_, {"flat", "all", "all"}, "loss_making_users");
    QVERIFY(std::abs(share(spec.series[1], width) - losing->estimate.value) < 0.005);  // inside one bar
    QVERIFY(std::abs(share(spec.series[0], width) + share(spec.series[1], width) - 1.0) < 1e-6);
}

void ChartsTest::givenAMeteredPlan_whenItsCostIsDrawn_thenTheLineMarksTheMeanBillAndThereIsNoLossArea() {
    const ui::ChartSpec spec = ui::costHistogram(*base_, "pay-as-you-go");
    QCOMPARE(spec.series.size(), std::size_t{1});
    QVERIFY(spec.markers.at(0).label.startsWith("mean bill $"));
    QCOMPARE(spec.markers[0].x,
             sim::findMetric(*base_, {"pay-as-you-go", "all", "all"}, "revenue_per_user")->estimate.value);
}

void ChartsTest::givenARunThatKeptMarginsOnly_whenItsCostIsDrawn_thenTheChartSaysSo() {
    core::Scenario scenario = tests::pro200();
    scenario.run.users = 1'000;
    scenario.keepsMarginsOnly = true;
    const auto result = sim::simulate(scenario);
    for (const ui::ChartSpec& spec :
         {ui::costHistogram(*result, "flat"), ui::cumulativeCost(*result), ui::lorenz(*result, "flat")}) {
        QVERIFY(spec.series.empty());
        QVERIFY(spec.message.startsWith("The run kept no distribution of the cost"));
    }
}

void ChartsTest::givenPlansOfEqualCost_whenTheCumulativeCurveIsDrawn_thenTheyShareALine() {
    const ui::ChartSpec spec = ui::cumulativeCost(*base_);
    QCOMPARE(spec.series.size(), std::size_t{3});
    QCOMPARE(spec.series[0].name, "flat, pay-as-you-go, hybrid");
    for (const ui::ChartSeries& series : spec.series) {
        QVERIFY(std::ranges::is_sorted(series.y));
        QVERIFY(std::abs(series.y.back() - 1.0) < 1e-12);
    }
}

void ChartsTest::givenOneWorld_whenLossAgainstFeeIsDrawn_thenTheChartSaysWhyItIsEmpty() {
    QVERIFY(ui::lossAgainstFee(*base_, "flat").message.contains("several worlds"));
    const ui::ChartSpec spec = ui::lossAgainstFee(*worlds_, "flat");
    QVERIFY(spec.message.isEmpty());
    QCOMPARE(spec.series.at(0).low.size(), spec.series[0].x.size());
}

void ChartsTest::givenTwoRuns_whenCompared_thenEachPlanHasAMarkPerRunWithItsInterval() {
    const std::vector<std::shared_ptr<const sim::RunResult>> runs{base_, worlds_};
    const std::vector<std::string> names{"base", "worlds"};
    const ui::ChartSpec spec = ui::comparison(runs, names, "margin_per_user");
    QCOMPARE(spec.categories.size(), std::size_t{5});
    QCOMPARE(spec.series.size(), std::size_t{2});
    const auto& estimate = sim::findMetric(*worlds_, {"soft-cap", "all", "all"}, "margin_per_user")->estimate;
    QCOMPARE(spec.series[1].y[1], estimate.value);
    QCOMPARE(spec.series[1].low[1], estimate.low);
    QVERIFY(std::abs(spec.series[1].x[1] - 2.0) < 0.5);
    QVERIFY(ui::comparison(runs, names, "no_such_metric").message.size() > 0);
}

void ChartsTest::givenAChart_whenThePointerReadsIt_thenTheValueOfTheBarIsTold() {
    ui::Chart chart;
    ui::ChartSpec spec;
    spec.xTitle = "cost";
    spec.isPercentY = true;
    spec.series = {
        {"bars", ui::ChartSeries::Look::Bars, {}, false, {1.0, 2.0, 3.0}, {0.25, 0.75, 0.0}, {}, {}}};
    chart.show(spec);
    QCOMPARE(chart.readingAt(2.5), "2.500  cost\nbars: 75.0 %");
    QCOMPARE(chart.readingAt(0.5), "");
    QCOMPARE(chart.readingAt(9.0), "");
}

void ChartsTest::givenAChart_whenExported_thenPngAndSvgHoldIt() {
    QTemporaryDir folder;
    ui::Chart chart;
    chart.resize(600, 400);
    chart.show(ui::costHistogram(*base_, "flat"));
    chart.show();
    QVERIFY(QTest::qWaitForWindowExposed(&chart));
    QCOMPARE(chart.exportTo(folder.filePath("a.png")), QString());
    const QImage image(folder.filePath("a.png"));
    QVERIFY(image.width() > 1000);  // twice the size on screen
    const QColor loss = ui::coloursOf(chart.palette()).loss;
    int found = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) found += image.pixelColor(x, y).rgb() == loss.rgb() ? 1 : 0;
    QVERIFY2(found > 50, qPrintable(QString::number(found)));  // the loss area is drawn
    QCOMPARE(chart.exportTo(folder.filePath("a.svg")), QString());
    QFile svg(folder.filePath("a.svg"));
    QVERIFY(svg.open(QIODevice::ReadOnly));
    const QByteArray text = svg.readAll();
    QVERIFY(text.contains("What a user-month costs under flat"));
    QVERIFY(text.contains("price $200"));
}

void ChartsTest::givenAWaterfall_whenDrawn_thenTotalsRisesAndFallsHaveTheirColoursAndEachBarIsTold() {
    using Kind = ui::ChartBar::Kind;
    ui::ChartSpec spec;
    spec.title = "What a user costs";
    spec.bars = {{Kind::Total, "List price", 0.0, 10.0, "10"},
                 {Kind::Fall, "Cache", 10.0, 4.0, "-6"},
                 {Kind::Rise, "Retries", 4.0, 5.0, "+1"}};
    ui::Chart chart;
    chart.resize(600, 400);
    chart.show(spec);
    QVERIFY(chart.hasDrawing());
    QCOMPARE(chart.accessibleDescription(), "List price: 10\nCache: -6\nRetries: +1");
    chart.show();
    QVERIFY(QTest::qWaitForWindowExposed(&chart));
    for (const auto theme : {ui::Theme::Dark, ui::Theme::Light}) {
        ui::applyTheme(theme);
        QTest::qWait(60);
        const QImage image = chart.grab().toImage();
        const ui::Colours colours = ui::coloursOf(chart.palette());
        // The frame of a bar has its colour in full, along its whole length.
        const auto length = [&](const QColor& colour) {
            int most = 0;
            for (int y = 0; y < image.height(); ++y) {
                int found = 0;
                for (int x = 0; x < image.width(); ++x)
                    found += image.pixelColor(x, y).rgb() == colour.rgb() ? 1 : 0;
                most = std::max(most, found);
            }
            return most;
        };
        const int total = length(colours.series[0]);
        QVERIFY2(total > 200, qPrintable(QString::number(total)));
        QVERIFY(std::abs(length(colours.gain) - 0.6 * total) < 5.0);
        QVERIFY(std::abs(length(colours.loss) - 0.1 * total) < 5.0);
    }
    // Another chart in its place has its own axes again.
    chart.show(ui::costHistogram(*base_, "flat"));
    QVERIFY(chart.spec().bars.empty() && chart.hasDrawing());
}

void ChartsTest::givenCostsWithoutAPicture_whenDrawn_thenTheChartSaysWhyItIsEmpty() {
    sim::CostBreakdown breakdown;
    QCOMPARE(ui::unitCostWaterfall(breakdown).message, "A user of this plan costs nothing.");
    QCOMPARE(ui::fleetCost(breakdown).message, "This plan has no fleet.");
    const double endless = std::numeric_limits<double>::infinity();
    breakdown.steps = {{"multipliers", "Multipliers", endless, endless}};
    breakdown.loaded = endless;
    QVERIFY(ui::unitCostWaterfall(breakdown).message.startsWith("A step has no finite mean"));
    breakdown.fleet.emplace();
    QCOMPARE(ui::fleetCost(breakdown).message, "The fleet costs nothing.");
}

void ChartsTest::givenFleetsOnEachSideOfTheBreakEven_whenDrawn_thenMarkersAndNoteSaySo() {
    sim::CostBreakdown breakdown;
    breakdown.currency = "EUR";
    sim::FleetView& fleet = breakdown.fleet.emplace();
    fleet.curve = {{0.1, 30.0}, {0.5, 6.0}, {1.0, 3.0}};
    fleet.utilisation = 0.5;
    fleet.perMillion = 6.0;
    fleet.marketPrice = 4.0;
    fleet.breakEvenUtilisation = 0.75;
    ui::ChartSpec spec = ui::fleetCost(breakdown);
    QCOMPARE(spec.yTitle, "EUR per million units");
    QCOMPARE(spec.series.size(), std::size_t{2});
    QCOMPARE(spec.series[0].x, (std::vector<double>{0.5, 1.0}));  // 30 is more than four times 6
    QCOMPARE(spec.series[1].y, (std::vector<double>{4.0, 4.0}));
    QCOMPARE(spec.markers[0].label, "today 50.0 %");
    QCOMPARE(spec.markers[1].label, "break-even 75.0 %");
    QVERIFY(spec.note.startsWith("Less busy"));
    fleet.utilisation = 0.8;
    QVERIFY(ui::fleetCost(breakdown).note.startsWith("Busier"));
    fleet.utilisation = 0.0;
    spec = ui::fleetCost(breakdown);
    QVERIFY(spec.note.startsWith("Nothing runs"));
    QCOMPARE(spec.markers.size(), std::size_t{1});
    fleet.breakEvenUtilisation = 1.5;
    spec = ui::fleetCost(breakdown);
    QVERIFY(spec.note.startsWith("Even at full load"));
    QVERIFY(spec.markers.empty());
    fleet.marketPrice.reset();
    fleet.breakEvenUtilisation.reset();
    spec = ui::fleetCost(breakdown);
    QCOMPARE(spec.series.size(), std::size_t{1});
    QCOMPARE(spec.note, QString());
}

void ChartsTest::givenAFolderThatIsNotThere_whenExported_thenNothingIsLeftAndTheReasonIsTold() {
    QTemporaryDir folder;
    ui::Chart chart;
    chart.show(ui::costHistogram(*base_, "flat"));
    QVERIFY(!chart.exportTo(folder.filePath("missing/a.png")).isEmpty());
    QVERIFY(!chart.exportTo(folder.filePath("a.jpeg")).isEmpty());
    QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList());
}

void ChartsTest::givenTheDarkTheme_whenAChartIsDrawn_thenItsBackgroundIsDark() {
    ui::Chart chart;
    chart.resize(500, 300);
    chart.show(ui::costHistogram(*base_, "flat"));
    chart.show();
    for (const auto theme : {ui::Theme::Dark, ui::Theme::Light}) {
        ui::applyTheme(theme);
        QTest::qWait(60);
        const QImage image = chart.grab().toImage();
        const int light = image.pixelColor(image.width() - 12, image.height() / 2).lightness();
        QVERIFY2(theme == ui::Theme::Dark ? light < 60 : light > 220, qPrintable(QString::number(light)));
    }
}

QTEST_MAIN(ChartsTest)
#include "charts_test.moc"
