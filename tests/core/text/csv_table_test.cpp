#include "core/text/csv_table.hpp"

#include <gtest/gtest.h>

namespace breakeven::core::csv_table_test {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string problemsOf(const std::vector<Diagnostic>& diagnostics) {
    std::string all;
    for (const Diagnostic& item : diagnostics) all += formatDiagnostic(item);
    return all;
}

std::string problemsOf(std::string_view bytes) {
    const CsvReading reading = readCsv(bytes, "u.csv");
    EXPECT_EQ(reading.table.has_value(), reading.diagnostics.empty());
    return problemsOf(reading.diagnostics);
}

Rows rowsOf(std::string_view bytes) {
    const CsvReading reading = readCsv(bytes, "u.csv");
    EXPECT_TRUE(reading.table) << problemsOf(reading.diagnostics);
    return reading.table ? reading.table->rows : Rows{};
}

struct Good {
    std::string bytes;
    Rows rows;
};

TEST(CsvTable, GivenGoodFiles_WhenRead_ThenTheCellsAreThoseOfRfc4180) {
    const std::vector<Good> cases{
        {"a,b\n1,2\n", {{"1", "2"}}},
        {"a,b\n1,2", {{"1", "2"}}},                           // no newline at the end
        {"a,b\r\n1,2\r\n3,4\r\n", {{"1", "2"}, {"3", "4"}}},  // CRLF
        {"a,b\r1,2\r", {{"1", "2"}}},                         // CR alone
        {"\xEF\xBB\xBF"
         "a,b\n1,2\n",
         {{"1", "2"}}},                                          // BOM
        {"a;b\n1,5;2\n", {{"1,5", "2"}}},                        // semicolons
        {"a\tb\n1\t2\n", {{"1", "2"}}},                          // tabs
        {"\"a;;;b\",c\n1,2\n", {{"1", "2"}}},                    // delimiters in quotes do not count
        {"a,b\n\"x,\"\"y\"\"\",2\n", {{"x,\"y\"", "2"}}},        // quotes
        {"a,b\n\"two\r\nlines\",2\n", {{"two\r\nlines", "2"}}},  // a line break in quotes
        {"a,b\n,\n", {{"", ""}}},                                // empty cells
        {"a,b\n\n1,2\n\r\n", {{"1", "2"}}},                      // empty lines
        {"a\n\"\"\n", {{""}}},                                   // an empty cell is no empty line
        {"a,b\n", {}},                                           // header only
        {"a,b", {}},
    };
    for (const Good& item : cases) {
        SCOPED_TRACE(item.bytes);
        EXPECT_EQ(rowsOf(item.bytes), item.rows);
    }
}

TEST(CsvTable, GivenQuotesAndWideCharactersBeforeIt_WhenRead_ThenACellsPlaceIsThatOfTheFile) {
    const CsvReading reading = readCsv("a,b,c\n\"x\"\"\",ü,3\n\"1\n2\",5,6\n", "u.csv");
    ASSERT_TRUE(reading.table);

    EXPECT_EQ(reading.table->lines, (std::vector<int>{2, 3}));
    EXPECT_EQ(reading.table->places[0], (std::vector<CellPlace>{{2, 1}, {2, 7}, {2, 9}}));
    EXPECT_EQ(reading.table->places[1], (std::vector<CellPlace>{{3, 1}, {4, 4}, {4, 6}}));
}

TEST(CsvTable, GivenALimitOfRows_WhenRead_ThenNothingBeyondItIsLookedAt) {
    const CsvReading reading = readCsv("a,b\n1,2\n3,4\n5\n", "u.csv", 2);
    ASSERT_TRUE(reading.table);
    EXPECT_EQ(reading.table->rows, (Rows{{"1", "2"}, {"3", "4"}}));
}

struct Bad {
    std::string bytes;
    std::string text;
};

TEST(CsvTable, GivenBadFiles_WhenRead_ThenPlaceProblemAndRemedyAreTold) {
    using namespace std::string_literals;
    const std::vector<Bad> cases{
        {"", "u.csv: error: the file is empty\n  hint: give a CSV file with a header line\n"},
        {"\xEF\xBB\xBF", "u.csv: error: the file is empty\n  hint: give a CSV file with a header line\n"},
        {"\na,b\n",
         "u.csv:1:1: error: the header line is empty\n  hint: name the columns in the first line\n"},
        {"a,b\n1,\0\n"s,
         "u.csv:2:3: error: this is a binary file, not CSV text\n  hint: export the data as UTF-8 CSV\n"},
        {"a,b\n1\n",
         "u.csv:2:2: error: the row has 1 cell, the header 2\n  hint: add the missing cells, or remove the "
         "row\n"},
        {"a,b\n1,2,3\n",
         "u.csv:2:5: error: the row has 3 cells, the header 2\n"
         "  hint: remove the cells from here on, or put a cell that holds the delimiter in quotes\n"},
        {"a,b\n1,\"2\n3,4\n",
         "u.csv:2:3: error: the quote that opens here is never closed\n"
         "  hint: close it; a quote inside a cell is written twice\n"},
        {"a,\"b\n",
         "u.csv:1:3: error: the quote that opens here is never closed\n  hint: close it; a quote inside a "
         "cell is written twice\n"},
        {"a,b\n\"1\"2,3\n",
         "u.csv:2:4: error: there is text after the closing quote\n"
         "  hint: put all of the cell in quotes; a quote inside it is written twice\n"},
        {"a,b\n1,2,3\n4,5\n6\n",
         "u.csv:2:5: error: the row has 3 cells, the header 2\n"
         "  hint: remove the cells from here on, or put a cell that holds the delimiter in quotes\n"
         "u.csv:4:2: error: the row has 1 cell, the header 2\n  hint: add the missing cells, or remove the "
         "row\n"},
    };
    for (const Bad& item : cases) {
        SCOPED_TRACE(item.bytes);
        EXPECT_EQ(problemsOf(item.bytes), item.text);
    }
}

TEST(CsvTable, GivenTwelveBadRows_WhenRead_ThenTenAreListedAndTwoCounted) {
    std::string bytes = "a,b\n";
    for (int i = 0; i < 12; ++i) bytes += "1\n";

    const CsvReading reading = readCsv(bytes, "u.csv");

    ASSERT_EQ(reading.diagnostics.size(), 11U);
    EXPECT_EQ(formatDiagnostic(reading.diagnostics[10]),
              "u.csv:12:2: error: 2 more rows with such problems from here on\n  hint: mend those listed, "
              "then check again\n");
}

TEST(CsvTable, GivenAHugeLine_WhenRead_ThenItIsRefusedWhereItBegins) {
    const std::string cell(2U << 20, 'x');
    EXPECT_EQ(problemsOf(cell),
              "u.csv:1:1: error: a cell is longer than 1 MiB\n  hint: shorten it; is this the right file?\n");
    EXPECT_EQ(problemsOf("a,b\n1," + cell + "\n"),
              "u.csv:2:3: error: a cell is longer than 1 MiB\n  hint: shorten it; is this the right file?\n");
}

TEST(CsvTable, GivenMillionsOfCellsInOneLine_WhenRead_ThenTheyAreCountedAndNotKept) {
    const std::string commas(3'000'000, ',');
    EXPECT_EQ(problemsOf("a" + commas + "\n"),
              "u.csv:1:16386: error: the header has 3000001 cells, more than 16384\n  hint: is this the "
              "right file?\n");
    EXPECT_EQ(problemsOf("a,b\n" + commas + "\n"),
              "u.csv:2:3: error: the row has 3000001 cells, the header 2\n"
              "  hint: remove the cells from here on, or put a cell that holds the delimiter in quotes\n");
}

NumberColumn usageOf(const std::string& cells) {
    const CsvReading reading = readCsv("user,tokens\n" + cells, "u.csv");
    EXPECT_TRUE(reading.table) << problemsOf(reading.diagnostics);
    return reading.table ? usageColumn(*reading.table, 1, "u.csv") : NumberColumn{};
}

TEST(UsageColumn, GivenNumbers_WhenRead_ThenTheyAreTakenInRowOrderAndEmptyCellsAreMissing) {
    const NumberColumn column = usageOf("a,3\nb,\nc, 0.5 \nd,1e3\ne,0\nf,\"7\"\n");

    EXPECT_EQ(column.values, (std::vector<double>{3.0, 0.5, 1000.0, 0.0, 7.0}));
    EXPECT_EQ(column.missing, 1U);
    EXPECT_TRUE(column.diagnostics.empty());
}

TEST(UsageColumn, GivenCellsThatAreNoUsage_WhenRead_ThenPlaceProblemAndRemedyAreTold) {
    const std::vector<Bad> cases{
        {"a,many\n", "u.csv:2:3: error: column \"tokens\": \"many\" is not a number\n"},
        {"\"a,\"\"\",many\n",
         "u.csv:2:8: error: column \"tokens\": \"many\" is not a number\n"},  // quotes count for the column
        {"a,5 k\n", "u.csv:2:3: error: column \"tokens\": \"5 k\" is not a number\n"},
        {"a,\"1,5\"\n", "u.csv:2:3: error: column \"tokens\": \"1,5\" is not a number\n"},
        {"a,0x10\n", "u.csv:2:3: error: column \"tokens\": \"0x10\" is not a number\n"},
        {"a,NaN\n", "u.csv:2:3: error: column \"tokens\": NaN is not a finite number\n"},
        {"a,inf\n", "u.csv:2:3: error: column \"tokens\": inf is not a finite number\n"},
        {"a,-inf\n", "u.csv:2:3: error: column \"tokens\": -inf is not a finite number\n"},
        {"a,1e400\n", "u.csv:2:3: error: column \"tokens\": \"1e400\" is out of the range of numbers\n"},
        {"a,-3\n", "u.csv:2:3: error: column \"tokens\": usage is -3, below 0\n"},
        {"a," + std::string(50, '\xC3') + "\n",
         "u.csv:2:3: error: column \"tokens\": \"" + std::string(40, '\xC3') + "…\" is not a number\n"},
    };
    for (const Bad& item : cases) {
        SCOPED_TRACE(item.bytes);
        const NumberColumn column = usageOf(item.bytes);
        EXPECT_EQ(problemsOf(column.diagnostics),
                  item.text +
                      "  hint: write a number of at least 0 with a decimal point, or leave the cell empty\n");
        EXPECT_TRUE(column.values.empty());
    }
}

TEST(UsageColumn, GivenTwelveBadCells_WhenRead_ThenTenAreListedAndTwoCounted) {
    std::string cells;
    for (int i = 0; i < 12; ++i) cells += "a,x\n";

    const NumberColumn column = usageOf(cells);

    ASSERT_EQ(column.diagnostics.size(), 11U);
    EXPECT_EQ(formatDiagnostic(column.diagnostics[10]),
              "u.csv:12:3: error: 2 more cells with such problems from here on\n  hint: mend those listed, "
              "then check again\n");
}

}  // namespace
}  // namespace breakeven::core::csv_table_test
