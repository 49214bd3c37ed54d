#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <memory>

#include "core/text/csv_table.hpp"
#include "ui/models/csv_model.hpp"
#include "ui/models/number_model.hpp"
#include "ui/models/run_list_model.hpp"
#include "ui/models/table_model.hpp"

using namespace breakeven;

class ModelsTest : public QObject {
    Q_OBJECT
  private slots:
    void givenAReportTable_whenShown_thenTextNumberAndDefinitionAreThose();
    void givenMetricNames_whenTitled_thenTheDefinitionAndTheNameAreInTheTooltip();
    void givenStoredRuns_whenShown_thenEachIsARowAndSortsByItsValue();
    void givenNumbers_whenOneIsEdited_thenTheEditIsAskedForAndNothingChangesByItself();
    void givenNumbers_whenTextIsTyped_thenItIsRefused();
    void givenALongCsv_whenPreviewed_thenTheFirstRowsStandWithTheirLines();
};

void ModelsTest::givenAReportTable_whenShown_thenTextNumberAndDefinitionAreThose() {
    ui::TableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    sim::Table table;
    table.columns = {{"Plan", "", "The plan's id.", true}, {"Cost", "USD/user-month", "Mean cost.", false}};
    table.rows = {{{"flat", {}, ""}, {"1,234", 1234.25, "95 % interval 1,230 to 1,238"}}};
    model.show(table);
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.index(0, 1).data().toString(), "1,234");
    QCOMPARE(model.index(0, 1).data(ui::TableModel::SortRole).toDouble(), 1234.25);
    QCOMPARE(model.index(0, 1).data(Qt::ToolTipRole).toString(), "95 % interval 1,230 to 1,238");
    QCOMPARE(model.index(0, 0).data(Qt::ToolTipRole).toString(), "The plan's id.");
    QCOMPARE(model.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(), "Cost\nUSD/user-month");
    QCOMPARE(model.headerData(1, Qt::Horizontal, Qt::ToolTipRole).toString(), "Mean cost.");
}

void ModelsTest::givenMetricNames_whenTitled_thenTheDefinitionAndTheNameAreInTheTooltip() {
    sim::Table table;
    table.columns = {{"Plan", "", "", true}, {"Metric", "", "", true}};
    table.rows = {{{"usage_requests_per_user", {}, ""}, {"usage_requests_per_user", {}, ""}},
                  {{"flat", {}, ""}, {"loss_making_users", {}, ""}}};
    const sim::Table titled = ui::withMetricTitles(table);
    QCOMPARE(titled.rows[0][0].text, std::string("usage_requests_per_user"));  // a plan of that name stays
    QCOMPARE(titled.rows[0][1].text, std::string("Usage of requests"));
    QCOMPARE(titled.rows[1][1].text, std::string("Loss-making users"));
    QVERIFY(titled.rows[1][1].detail.find("(loss_making_users)") != std::string::npos);
}

void ModelsTest::givenStoredRuns_whenShown_thenEachIsARowAndSortsByItsValue() {
    ui::RunListModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    sim::RunSummary run;
    run.row = 12;
    run.run = "0123456789abcdef";
    run.scenario = "pro-200";
    run.durationMs = 65'000;
    run.settings.users = 10'000;
    run.cancelled = true;
    model.show({run});
    QCOMPARE(model.index(0, ui::RunListModel::Scenario).data().toString(), "pro-200 (interrupted)");
    QCOMPARE(model.index(0, ui::RunListModel::Took).data().toString(), "1 min 5 s");
    QCOMPARE(model.index(0, ui::RunListModel::Took).data(ui::RunListModel::SortRole).toLongLong(), 65'000);
    QCOMPARE(model.index(0, ui::RunListModel::Number).data(ui::RunListModel::SortRole).toLongLong(), 12);
    model.show({});
    QCOMPARE(model.rowCount(), 0);
}

void ModelsTest::givenNumbers_whenOneIsEdited_thenTheEditIsAskedForAndNothingChangesByItself() {
    ui::NumberModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.show(
        {{"plan.pro.fee", 1e6, {}, {}, "", "list"}, {"cost.serving_share", 0.35, 0.2, 0.6, "pert", ""}});
    QCOMPARE(model.index(0, ui::NumberModel::Value).data().toString(), "1000000");
    QVERIFY(!(model.flags(model.index(0, ui::NumberModel::Low)) & Qt::ItemIsEditable));  // a point has no low
    QVERIFY(model.flags(model.index(1, ui::NumberModel::Low)) & Qt::ItemIsEditable);
    QVERIFY(!(model.flags(model.index(0, ui::NumberModel::Path)) & Qt::ItemIsEditable));
    QSignalSpy edits(&model, &ui::NumberModel::edited);
    QVERIFY(model.setData(model.index(1, ui::NumberModel::High), "0.75", Qt::EditRole));
    QCOMPARE(edits.size(), 1);
    QCOMPARE(edits[0][0].toString(), "cost.serving_share");
    QCOMPARE(edits[0][1].value<core::NumberPart>(), core::NumberPart::High);
    QCOMPARE(edits[0][2].toDouble(), 0.75);
    QCOMPARE(model.index(1, ui::NumberModel::High).data().toString(), "0.6");
    QVERIFY(model.setData(model.index(1, ui::NumberModel::High), "0.6", Qt::EditRole));  // the same number
    QCOMPARE(edits.size(), 1);
}

void ModelsTest::givenNumbers_whenTextIsTyped_thenItIsRefused() {
    ui::NumberModel model;
    model.show({{"plan.pro.fee", 20.0, {}, {}, "", ""}});
    QSignalSpy edits(&model, &ui::NumberModel::edited);
    QSignalSpy refusals(&model, &ui::NumberModel::refused);
    for (const char* typed : {"twenty", "", "1,5", "nan", "inf", "3 apples"})
        QVERIFY(!model.setData(model.index(0, ui::NumberModel::Value), typed, Qt::EditRole));
    QCOMPARE(edits.size(), 0);
    QCOMPARE(refusals.size(), 6);
}

void ModelsTest::givenALongCsv_whenPreviewed_thenTheFirstRowsStandWithTheirLines() {
    std::string bytes = "user,calls\n";
    for (int i = 0; i < 1000; ++i) bytes += "u" + std::to_string(i) + "," + std::to_string(10 * i) + "\n";
    ui::CsvModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.show(std::make_shared<const core::CsvTable>(*core::readCsv(bytes, "u.csv").table));
    QCOMPARE(model.rowCount(), ui::CsvModel::kMostRows);
    QCOMPARE(model.columnCount(), 2);
    QCOMPARE(model.index(3, 1).data().toString(), "30");
    QCOMPARE(model.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(), "calls");
    QCOMPARE(model.headerData(0, Qt::Vertical, Qt::DisplayRole).toInt(), 2);
    model.show(nullptr);
    QCOMPARE(model.columnCount(), 0);
}

QTEST_MAIN(ModelsTest)
#include "models_test.moc"
