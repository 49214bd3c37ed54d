#pragma once

#include <string>
#include <vector>

#include "core/scenario/scenario_reader.hpp"
#include "tests/support/told_mistakes.hpp"

namespace breakeven::core {

// A scenario that is good, and files beside it of which most are not.

inline const std::string kGood = R"(format = 1
name = "team"
currency = "USD"
[run]
users = 100
[[meter]]
id = "requests"
[[meter]]
id = "tokens"
[[meter]]
id = "images"
[[segment]]
id = "teams"
weight = 1
[segment.usage.requests]
distribution = "lognormal"
median = { low = 90, base = 180, high = 360 }
sigma = 1.2
[segment.usage.tokens]
distribution = "gamma"
mean = 5
cv = 1
[segment.usage.images]
distribution = "empirical"
file = "usage.csv"
column = "images"
[[segment.correlation]]
between = ["requests", "tokens"]
pearson = 0.9
[[segment.correlation]]
between = ["tokens", "images"]
pearson = 0.9
[[segment.correlation]]
between = ["requests", "images"]
pearson = 0.8
[cost]
[[cost.rate]]
meter = "tokens"
amount = 0.01
[[plan]]
id = "pro"
fee = 20
[[plan.charge]]
id = "tokens"
meter = "tokens"
model = "graduated"
tiers = [ { up_to = 100 }, { up_to = 200, unit_amount = 1 }, { unit_amount = 0.5 } ]
[[plan.limit]]
id = "cap"
meter = "requests"
amount = 500
action = "block"
)";

inline ScenarioReading read(const std::string& text, const std::vector<Override>& overrides = {}) {
    return readScenarioText(text, "dir/team.toml", overrides, [](const std::string& name) -> std::string {
        if (name == "usage.csv") return "user,images\na,1\nb,2\n";
        if (name == "bad.csv") return "user,images\na,\"x\"\nb,nan\nc,-1\n";
        if (name == "twice.csv") return "images,images\n1,2\n";
        if (name == "header.csv") return "user,images\n";
        if (name == "empty.csv") return "";
        if (name == "binary.csv") return std::string("a\0b", 3);
        throw Error(
            Error::Kind::Input,
            {Severity::Error, {name, 0, 0}, "there is no such file", "check the name and the folder"});
    });
}

inline void expectTold(const std::vector<tests::Mistake>& mistakes) {
    tests::expectTold(
        kGood, [](const std::string& text) { return read(text); }, mistakes);
}

}  // namespace breakeven::core
