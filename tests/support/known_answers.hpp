#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace breakeven::tests {

/// A file below tests/known_answers as JSON.
inline nlohmann::json knownAnswers(const std::string& name) {
    std::ifstream stream(std::string(BREAKEVEN_SOURCE_ROOT) + "/tests/known_answers/" + name);
    EXPECT_TRUE(stream) << name;
    return nlohmann::json::parse(stream);
}

/// The Monte Carlo vectors of some kinds.
inline std::vector<nlohmann::json> knownVectors(std::initializer_list<const char*> kinds) {
    std::vector<nlohmann::json> found;
    const nlohmann::json file = knownAnswers("fitting/vectors.json");
    for (const nlohmann::json& item : file["vectors"])
        for (const char* kind : kinds)
            if (item["kind"] == kind) found.push_back(item);
    return found;
}

/// The vectors of one kind in a list of them.
inline nlohmann::json knownVectors(const std::string& file, const char* kind) {
    nlohmann::json found = nlohmann::json::array();
    for (nlohmann::json& item : knownAnswers(file))
        if (item["kind"] == kind) found.push_back(std::move(item));
    return found;
}

/// Passes when `got` is within a relative tolerance of `wanted` (1e-12 absolute where that is 0).
inline testing::AssertionResult isNear(double got, double wanted, double relative) {
    const double room = wanted == 0.0 ? 1e-12 : relative * std::abs(wanted);
    if (std::abs(got - wanted) <= room) return testing::AssertionSuccess();
    return testing::AssertionFailure() << got << " is not " << wanted << " to " << relative;
}

/// `isNear` as an expectation that says what was compared.
inline void expectNear(double got, double wanted, double relative, const std::string& what) {
    EXPECT_TRUE(isNear(got, wanted, relative)) << what;
}

}  // namespace breakeven::tests
