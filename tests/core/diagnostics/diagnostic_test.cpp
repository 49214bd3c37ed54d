#include "core/diagnostics/diagnostic.hpp"

#include <gtest/gtest.h>

namespace breakeven::core::diagnostic_test {
namespace {

TEST(Diagnostic, GivenAPlaceAndItsText_WhenFormatted_ThenTheCaretStandsUnderTheColumn) {
    const Diagnostic diagnostic{
        Severity::Error, {"team.toml", 2, 8}, "up_to of tier 2 is 5, not above 7", "order them"};

    EXPECT_EQ(formatDiagnostic(diagnostic, "a = 1\ntiers = [ 7, 5 ]\r\n"),
              "team.toml:2:8: error: up_to of tier 2 is 5, not above 7\n"
              "  | tiers = [ 7, 5 ]\n"
              "  |        ^\n"
              "  hint: order them\n");
}

TEST(Diagnostic, GivenNoTextAtHand_WhenFormatted_ThenOnlyTheMessageIsShown) {
    EXPECT_EQ(formatDiagnostic({Severity::Warning, {"a.toml", 0, 0}, "empty file", ""}),
              "a.toml: warning: empty file\n");
    EXPECT_EQ(formatDiagnostic({Severity::Error, {"a.toml", 9, 9}, "cut off", ""}, "one line"),
              "a.toml:9:9: error: cut off\n");
}

TEST(Diagnostic, GivenAMegabyteOnOneLine_WhenFormatted_ThenTheLineIsCutAroundTheCaret) {
    std::string text(1'000'000, 'x');
    text[500'000] = '\x1b';

    const std::string shown = formatDiagnostic({Severity::Error, {"a", 1, 500'001}, "p", ""}, text);

    EXPECT_LT(shown.size(), 400U);
    EXPECT_EQ(shown.find('\x1b'), std::string::npos);
}

TEST(Diagnostic, GivenAProblemThatQuotesControlCharacters_WhenFormatted_ThenTheyAreShownAsSpaces) {
    EXPECT_EQ(
        formatDiagnostic({Severity::Error, {"a\x1b.toml", 0, 0}, "\"\x1b[31mred\n\" is no id", "not \x07"}),
        "a .toml: error: \" [31mred \" is no id\n  hint: not  \n");
}

TEST(Diagnostic, GivenOnlyWarnings_WhenAsked_ThenThereAreNoErrors) {
    std::vector<Diagnostic> found(1);
    found[0].severity = Severity::Warning;
    EXPECT_FALSE(hasErrors(found));

    found.emplace_back();
    EXPECT_TRUE(hasErrors(found));
}

}  // namespace
}  // namespace breakeven::core::diagnostic_test
