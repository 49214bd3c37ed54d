#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/scenario/scenario_reader.hpp"

namespace breakeven::tests {

inline std::string allProblems(const core::ScenarioReading& reading) {
    std::string all;
    for (const core::Diagnostic& item : reading.diagnostics) all += core::formatDiagnostic(item);
    return all;
}

/// A good text with one part of it put wrong.
struct Mistake {
    std::string from, to;
    std::string text;  ///< all that is told
};

/// Reads `good` with each mistake in turn: no scenario comes of it, and what is told is the mistake's text.
template <typename Read>
void expectTold(const std::string& good, Read read, const std::vector<Mistake>& mistakes) {
    ASSERT_TRUE(read(good).scenario) << allProblems(read(good));
    for (const Mistake& mistake : mistakes) {
        SCOPED_TRACE(mistake.to);
        std::string text = good;
        const std::size_t at = text.find(mistake.from);
        ASSERT_NE(at, std::string::npos) << mistake.from;
        const core::ScenarioReading reading = read(text.replace(at, mistake.from.size(), mistake.to));
        EXPECT_FALSE(reading.scenario);
        EXPECT_EQ(allProblems(reading), mistake.text);
    }
}

}  // namespace breakeven::tests
