#include "core/units/decimal.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "core/units/currency.hpp"

namespace breakeven::core::decimal_test {
namespace {

Decimal d(std::string_view text) {
    return Decimal::parse(text).value();
}

TEST(Decimal, GivenDecimalText_WhenParsed_ThenItReadsBackExactly) {
    EXPECT_EQ(d("-12.50").text(), "-12.5");
    EXPECT_EQ(d("-12.50").text(2), "-12.50");
    EXPECT_EQ(d("0.000003").text(), "0.000003");
    EXPECT_EQ(d("1E3").text(), "1000");
    EXPECT_EQ(d("-0.0").text(2), "0.00");
    EXPECT_EQ(d("17.9699999999999988631316").text(), "17.9699999999999988631316");
    EXPECT_EQ(d("1234567890123456789012345678901234567890.5").text(),
              "1234567890123456789012345678901234567890.5");
    EXPECT_EQ(d(std::string(76, '9')).text(), std::string(76, '9'));
}

TEST(Decimal, GivenTextThatIsNoNumberOrTooLong_WhenParsed_ThenThereIsNone) {
    for (const std::string text :
         {"", "-", ".", "1.2.3", "1,5", "0x10", "nan", "1e", "1e5x", " 1", "1 ", "--1", "1e999999999999"})
        EXPECT_FALSE(Decimal::parse(text)) << text;
    EXPECT_FALSE(Decimal::parse(std::string(77, '9')));
    EXPECT_FALSE(Decimal::parse("0." + std::string(76, '0') + "1"));
    EXPECT_FALSE(Decimal::parse("1e77"));
}

TEST(Decimal, GivenTenthsAndThirds_WhenComputed_ThenSumsAndProductsAreExact) {
    EXPECT_EQ(d("0.1") + d("0.2"), d("0.3"));
    EXPECT_EQ(d("9007199254740993") * d("0.01"), d("90071992547409.93"));
    EXPECT_EQ(d("1.10"), d("1.1"));
    EXPECT_LT(d("-3"), d("-2.99"));
    EXPECT_EQ(quotient(d("1400"), d("1000")), d("1.4"));
    EXPECT_EQ(quotient(d("0.3"), d("0.1")), Decimal(3));
    EXPECT_EQ(roundHalfAway(quotient(Decimal(2), Decimal(3)), 30).text(), "0.666666666666666666666666666667");
    EXPECT_EQ(hundredth(d("2.5")), d("0.025"));
}

TEST(Decimal, GivenHalves_WhenRounded_ThenTheyGoAwayFromZeroAtAnyPlace) {
    EXPECT_EQ(roundHalfAway(d("2.675"), 2), d("2.68"));
    EXPECT_EQ(roundHalfAway(d("-1.005"), 2), d("-1.01"));
    EXPECT_EQ(roundHalfAway(d("0.00499999999999999999999999"), 2), Decimal(0));
    EXPECT_EQ(roundHalfAway(d("150"), -2), Decimal(200));
    EXPECT_EQ(roundUp(d("-2.55"), 1), d("-2.5"));
    EXPECT_EQ(roundDown(d("-2.55"), 1), d("-2.6"));
    EXPECT_EQ(roundDown(d("199.99"), -2), Decimal(100));
}

TEST(Decimal, GivenANumberBeyond76Digits_WhenItWouldArise_ThenItThrowsAndIsNotRounded) {
    const Decimal big = d(std::string(60, '9'));
    EXPECT_THROW(static_cast<void>(big * big), std::runtime_error);
    EXPECT_THROW(static_cast<void>(big + d("0." + std::string(40, '0') + "1")), std::runtime_error);
    EXPECT_THROW(static_cast<void>(quotient(Decimal(1), Decimal(0))), std::overflow_error);
}

TEST(Currency, GivenCodesOfIso4217_WhenAskedForDecimals_ThenTheStandardAnswers) {
    EXPECT_EQ(minorUnitDecimals("USD"), 2);
    EXPECT_EQ(minorUnitDecimals("JPY"), 0);
    EXPECT_EQ(minorUnitDecimals("KWD"), 3);
    EXPECT_EQ(minorUnitDecimals("CLF"), 4);
}

}  // namespace
}  // namespace breakeven::core::decimal_test
