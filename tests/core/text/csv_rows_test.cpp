#include "core/text/csv_rows.hpp"

#include <gtest/gtest.h>

#include "core/diagnostics/diagnostic.hpp"
#include "tests/support/temporary_folder.hpp"

namespace breakeven::core::csv_rows_test {
namespace {

/// All rows, each as "line|cell|cell".
std::vector<std::string> rowsOf(CsvRows& rows) {
    std::vector<std::string> result;
    while (rows.next()) {
        std::string row = std::to_string(rows.line());
        for (const std::string_view cell : rows.cells()) row += "|" + std::string(cell);
        result.push_back(row);
    }
    return result;
}

/// The rows of a text in a file.
std::vector<std::string> rowsOf(const std::string& text) {
    const tests::TemporaryFolder folder;
    std::ofstream(folder.file("a.csv"), std::ios::binary) << text;
    CsvRows rows(folder.file("a.csv"));
    return rowsOf(rows);
}

using Rows = std::vector<std::string>;

TEST(CsvRows, GivenQuotesLineEndsAndEmptyLines_WhenRead_ThenRowsAreThoseOfRfc4180) {
    EXPECT_EQ(rowsOf("\xEF\xBB\xBF"
                     "a,b\r\n\r\n\"1,\"\"x\"\"\",\"two\nlines\"\nlast,"),
              (Rows{"1|a|b", "3|1,\"x\"|two\nlines", "5|last|"}));
    EXPECT_EQ(rowsOf("a;b;c,d\n1;2;3\n"), (Rows{"1|a|b|c,d", "2|1|2|3"}));
    EXPECT_EQ(rowsOf("a\tb\n1\t2"), (Rows{"1|a|b", "2|1|2"}));
}

TEST(CsvRows, GivenAFileOfManyBlocks_WhenRead_ThenNoRowIsLostAtTheSeams) {
    std::string text = "n,text\n";
    for (int i = 0; i < 200'000; ++i)
        text += std::to_string(i) + ",\"" + std::string(static_cast<std::size_t>(i % 13), 'x') + "\"\n";
    const Rows rows = rowsOf(text);
    ASSERT_EQ(rows.size(), 200'001U);
    for (int i = 0; i < 200'000; ++i)
        ASSERT_EQ(rows[static_cast<std::size_t>(i) + 1],
                  std::to_string(i + 2) + "|" + std::to_string(i) + "|" +
                      std::string(static_cast<std::size_t>(i % 13), 'x'));
}

TEST(CsvRows, GivenBytesInPlaceOfAFile_WhenRead_ThenTheRowsAreTheSame) {
    std::string text = "\xEF\xBB\xBFn;text\r\n";
    for (int i = 0; i < 100'000; ++i)
        text += std::to_string(i) + ";\"" + std::string(static_cast<std::size_t>(i % 29), 'x') + "\n\"\n";
    ASSERT_GT(text.size(), 2U << 20);  // several blocks
    CsvRows bytes("store:a", text);
    EXPECT_EQ(rowsOf(bytes), rowsOf(text));
    try {
        const CsvRows rows("store:a", "");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.diagnostic().where.file, "store:a");
        EXPECT_EQ(error.diagnostic().problem, "the file is empty");
    }
}

TEST(CsvRows, GivenWhatIsNoCsv_WhenRead_ThenItIsRefused) {
    EXPECT_THROW(rowsOf(""), Error);
    EXPECT_THROW(rowsOf("a,b\n\"1,2\n"), Error);
    EXPECT_THROW(rowsOf("a\n" + std::string(3U << 20, 'x')), Error);
    EXPECT_THROW({ const CsvRows rows("/nowhere/at/all.csv"); }, Error);
    EXPECT_THROW({ const CsvRows rows(testing::TempDir()); }, Error);
}

}  // namespace
}  // namespace breakeven::core::csv_rows_test
