#include "core/diagnostics/suggest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace breakeven::core::suggest_test {
namespace {

const std::vector<std::string> kKeys{"median", "mean", "sigma", "persistence"};

TEST(NearestWord, GivenASlip_WhenAsked_ThenTheKnownWordIsFound) {
    EXPECT_EQ(nearestWord("medain", kKeys), "median");
    EXPECT_EQ(nearestWord("sigm", kKeys), "sigma");
    EXPECT_EQ(nearestWord("persistance", kKeys), "persistence");
}

TEST(NearestWord, GivenNothingNear_WhenAsked_ThenNothingIsSaid) {
    EXPECT_EQ(nearestWord("currency", kKeys), std::nullopt);
    EXPECT_EQ(nearestWord(std::string(100'000, 'a'), kKeys), std::nullopt);
    EXPECT_EQ(nearestWord("mean", {}), std::nullopt);
}

}  // namespace
}  // namespace breakeven::core::suggest_test
