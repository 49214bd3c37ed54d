// What a person sees after each kind of mistake in [cost] and [plan.cost]: the whole text.

#include <gtest/gtest.h>

#include "core/scenario/scenario_reader.hpp"

#include "tests/support/told_mistakes.hpp"

namespace breakeven::core::bad_cost_test {
namespace {

const std::string kGood = R"(format = 1
name = "team"
currency = "USD"
[[meter]]
id = "tokens"
[[meter]]
id = "steps"
[[segment]]
id = "all-users"
[segment.usage.tokens]
distribution = "constant"
value = 5
[segment.usage.steps]
distribution = "constant"
value = 5
[cost]
[[cost.rate]]
meter = "tokens"
amount = 0.01
cache_hit_share = 0.5
cached_price_share = 0.1
[[cost.agent]]
meter = "steps"
input = "tokens"
output = "tokens"
mean_steps = 25
base_tokens = 8_000
[[cost.multiplier]]
id = "search"
meter = "tokens"
parts = [ { times = 1 }, { share = 0.1, median = 32, sigma = 1 } ]
cap = 64
[[cost.route]]
meter = "tokens"
student_share = 0.7
student_cost_share = 0.1
[[cost.guard]]
id = "shield"
meter = "steps"
attack_rate = 1e-4
[[cost.retry]]
meter = "steps"
success = 0.7
[[cost.scale]]
meter = "tokens"
size = "steps"
options = [ { growth = "linear", slope = 1e-11 } ]
[[cost.one_off]]
id = "training"
amount = 300_000
months = 12
[cost.fleet]
meter = "tokens"
throughput = 1_800
capex = 40_000
years = 4
target_utilisation = 0.8
peak_to_mean = 2
[cost.fleet.queue]
service_seconds = 20
[cost.payments]
rate = 0.029
[[plan]]
id = "pro"
fee = 20
[[plan.cost.guard]]
id = "shield"
attack_success = 0.04
)";

/// 24 hours that sum to 0.96.
const std::string kFlatHours = [] {
    std::string hours = "0.04";
    for (int hour = 1; hour < 24; ++hour) hours += ", 0.04";
    return hours;
}();

ScenarioReading read(const std::string& text) {
    return readScenarioText(text, "dir/team.toml", {}, [](const std::string& name) -> std::string {
        if (name == "short.csv") return "tokens\n1\n2\n";
        if (name == "zero.csv") {
            std::string rows = "tokens\n";
            for (int i = 0; i < 24; ++i) rows += "0\n";
            return rows;
        }
        throw Error(
            Error::Kind::Input,
            {Severity::Error, {name, 0, 0}, "there is no such file", "check the name and the folder"});
    });
}

void expectTold(const std::vector<tests::Mistake>& mistakes) {
    tests::expectTold(kGood, read, mistakes);
}

TEST(BadCost, GivenSharesOutsideTheirRange_WhenRead_ThenPlaceProblemAndRemedyAreTold) {
    expectTold({
        {"cache_hit_share = 0.5", "cache_hit_share = -0.5",
         "dir/team.toml:20:19: error: cost.rate.tokens.cache_hit_share is -0.5\n"
         "  hint: it must be from 0 to 1\n"},
        {"student_share = 0.7", "student_share = 1.2",
         "dir/team.toml:35:17: error: cost.route.1.student_share is 1.2\n"
         "  hint: it must be from 0 to 1\n"},
        {"attack_rate = 1e-4", "attack_rate = 2",
         "dir/team.toml:40:15: error: cost.guard.shield.attack_rate is 2\n"
         "  hint: it must be from 0 to 1\n"},
        {"success = 0.7", "success = 0",
         "dir/team.toml:43:11: error: cost.retry.1.success is 0\n"
         "  hint: it must be above 0 and at most 1\n"},
        {"rate = 0.029", "rate = 1",
         "dir/team.toml:62:8: error: cost.payments.rate can be 1\n"
         "  hint: write a share below 1 such as 0.029: at 1 nothing is left of a bill\n"},
        {"cache_hit_share = 0.5",
         "cache_hit_share = 0.5\ncache_write_share = 0.6\ncache_write_price_share = 1.25",
         "dir/team.toml:20:19: error: cost.rate.tokens: the shares of hits and writes can reach 1.1 "
         "together\n"
         "  hint: they are parts of one input: lower one of them\n"},
        {"cached_price_share = 0.1\n", "",
         "dir/team.toml:20:19: error: cost.rate.tokens.cache_hit_share is given without cached_price_share\n"
         "  hint: add cached_price_share = …, the price of such a token / that of a plain one\n"},
        {"[[cost.agent]]",
         "[[cost.rate]]\nid = \"b\"\nmeter = \"tokens\"\namount = 1\nrest = true\n[[cost.agent]]",
         "dir/team.toml:26:8: error: cost.rate.b: the meter's other rates can take 1 of its use and leave no "
         "rest\n"
         "  hint: give the others shares that sum to less than 1\n"},
        {"rate = 0.029", "rate = 1.5",
         "dir/team.toml:62:8: error: cost.payments.rate is 1.5\n"
         "  hint: it must be from 0 to 1\n"},
        {"amount = 0.01\n", "amount = 0.01\nshare = 0.5\nrest = true\n",
         "dir/team.toml:21:8: error: cost.rate.tokens: share and rest are given together\n"
         "  hint: keep one of the two\n"},
        {"attack_success = 0.04", "attack_success = 4",
         "dir/team.toml:68:18: error: plan.pro.cost.guard.shield.attack_success is 4\n"
         "  hint: it must be from 0 to 1\n"},
    });
}

TEST(BadCost, GivenMultipliersWithoutMeaning_WhenRead_ThenTheConsequenceIsTold) {
    expectTold({
        {"cap = 64", "cap = 0.5",
         "dir/team.toml:32:7: error: cost.multiplier.search.cap is 0.5\n"
         "  hint: it must be at least 1\n"},
        {"median = 32, sigma = 1 } ]\ncap = 64", "least = 1, alpha = 1 } ]",
         "dir/team.toml:31:60: error: cost.multiplier.search.parts.2.alpha can be 1: at 1 and below the "
         "multiplier has no finite mean, so no cost of an answer could be told\n"
         "  hint: give the multiplier a cap, or an alpha above 1\n"},
        {"median = 32, sigma = 1 } ]\ncap = 64", "least = 1, alpha = { low = 0.9, base = 1.5, high = 2 } } ]",
         "dir/team.toml:31:60: error: cost.multiplier.search.parts.2.alpha can be 0.9: at 1 and below the "
         "multiplier has no finite mean, so no cost of an answer could be told\n"
         "  hint: give the multiplier a cap, or an alpha above 1\n"},
        {"{ times = 1 }", "{ share = 0.8, times = 1 }",
         "dir/team.toml:31:9: error: cost.multiplier.search: the shares of its parts sum to 0.9, not 1\n"
         "  hint: mend them, or leave one part without share: it takes the rest\n"},
        {"share = 0.1, median", "share = { low = 0.1, base = 0.2, high = 1.2 }, median",
         "dir/team.toml:31:68: error: cost.multiplier.search.parts.2.share.high is 1.2\n"
         "  hint: it must be from 0 to 1\n"},
        {"{ times = 1 }, { share = 0.1",
         "{ share = 0.9, times = 1 }, { share = { low = 0.05, base = 0.1, high = 0.2 }",
         "dir/team.toml:31:9: error: cost.multiplier.search: the shares of its parts are uncertain and no "
         "part takes the rest\n"
         "  hint: leave one part without share, so that they sum to 1 in every world\n"},
        {"{ times = 1 }", "{ times = 1, median = 2 }",
         "dir/team.toml:31:11: error: cost.multiplier.search.parts.1: 2 of times, median and least are "
         "given\n"
         "  hint: give times, or median with sigma (lognormal), or least with alpha (Pareto)\n"},
        {"{ times = 1 }", "{ times = 1, sigma = 2 }",
         "dir/team.toml:31:32: error: cost.multiplier.search.parts.1: sigma belongs to median\n"
         "  hint: remove it\n"},
        {"parts = [ { times = 1 }, { share = 0.1, median = 32, sigma = 1 } ]\n", "",
         "dir/team.toml:28:1: error: cost.multiplier.search: the multiplier has no parts\n"
         "  hint: add parts = [ { times = 8 } ]\n"},
        {"meter = \"tokens\"\nparts", "meters = []\nparts",
         "dir/team.toml:30:10: error: cost.multiplier.search: \"meters\" must be a list of meter ids\n"
         "  hint: write meters = [\"input_tokens\", \"output_tokens\"]\n"},
    });
}

TEST(BadCost, GivenAmortisationThatCantBe_WhenRead_ThenPlaceProblemAndRemedyAreTold) {
    expectTold({
        {"months = 12", "months = 0",
         "dir/team.toml:51:10: error: cost.one_off.training.months is 0\n"
         "  hint: it must be above 0\n"},
        {"months = 12", "method = \"annuity\"\nmonths = 12",
         "dir/team.toml:48:1: error: cost.one_off.training.yearly_rate is missing\n"
         "  hint: add `yearly_rate = …` to this table\n"},
        {"months = 12", "months = 12\nhazard = 0.1",
         "dir/team.toml:52:10: error: cost.one_off.training: hazard belongs to the method \"obsolescence\"\n"
         "  hint: remove it, or change the method\n"},
        {"months = 12", "method = \"units\"\nunits = 10",
         "dir/team.toml:48:1: error: \"meter\" is missing\n"
         "  hint: add `meter = \"…\"`\n"},
        {"months = 12", "method = \"linear\"",
         "dir/team.toml:51:10: error: unknown method \"linear\"\n"
         "  hint: use one of straight_line, annuity, units, obsolescence\n"},
    });
}

TEST(BadCost, GivenFleetsThatCantBe_WhenRead_ThenPlaceProblemAndRemedyAreTold) {
    expectTold({
        {"target_utilisation = 0.8", "target_utilisation = 1",
         "dir/team.toml:57:22: error: cost.fleet.target_utilisation can be 1, and a queue at 1 grows without "
         "end\n"
         "  hint: lower it below 1, or leave out [cost.fleet.queue]\n"},
        {"target_utilisation = 0.8", "target_utilisation = 1.1",
         "dir/team.toml:57:22: error: cost.fleet.target_utilisation is 1.1\n"
         "  hint: it must be above 0 and at most 1\n"},
        {"target_utilisation = 0.8", "target_utilisation = 0.8\ngpus = 10",
         "dir/team.toml:58:8: error: cost.fleet: 2 of utilisation, target_utilisation and gpus are given\n"
         "  hint: give one: the mean utilisation, that at the peak, or how many GPUs there are\n"},
        {"target_utilisation = 0.8\n", "",
         "dir/team.toml:52:1: error: cost.fleet: 0 of utilisation, target_utilisation and gpus are given\n"
         "  hint: give one: the mean utilisation, that at the peak, or how many GPUs there are\n"},
        {"capex = 40_000\nyears = 4", "hourly_amount = 2\nyears = 4",
         "dir/team.toml:56:9: error: cost.fleet: hourly_amount and years are given together\n"
         "  hint: a rented GPU has an hourly amount, one's own a capex: keep one\n"},
        {"capex = 40_000\n", "",
         "dir/team.toml:52:1: error: cost.fleet: nothing says what a GPU costs\n"
         "  hint: add capex and years, or hourly_amount of a rented one\n"},
        {"peak_to_mean = 2", "peak_to_mean = 0.5",
         "dir/team.toml:58:16: error: cost.fleet.peak_to_mean is 0.5\n"
         "  hint: it must be at least 1\n"},
        {"peak_to_mean = 2", "profile = [" + kFlatHours + "]",
         "dir/team.toml:58:11: error: cost.fleet.profile sums to 0.96, not 1\n"
         "  hint: each number is the share of the use that falls in that hour: divide all by their sum\n"},
        {"peak_to_mean = 2", "profile = [0.5, 0.5]",
         "dir/team.toml:58:11: error: cost.fleet.profile must be a list of 24 or 168 shares\n"
         "  hint: give the share of each hour of the day, or of the week\n"},
        {"peak_to_mean = 2", "peak_to_mean = 2\nprofile = [0.5, 0.5]",
         "dir/team.toml:59:11: error: cost.fleet: peak_to_mean and profile are given together\n"
         "  hint: each says how the load is spread over the hours: keep one\n"},
        {"peak_to_mean = 2", "profile_file = \"none.csv\"\nprofile_column = \"tokens\"",
         "dir/team.toml:58:16: error: none.csv: there is no such file\n"
         "  hint: check the name and the folder\n"},
        {"peak_to_mean = 2", "profile_file = \"short.csv\"\nprofile_column = \"tokens\"",
         "dir/team.toml:58:16: error: short.csv: column \"tokens\" has 2 hours, fewer than a day\n"
         "  hint: give a row for each hour of a day or a week\n"},
        {"peak_to_mean = 2", "profile_file = \"zero.csv\"\nprofile_column = \"tokens\"",
         "dir/team.toml:58:16: error: zero.csv: column \"tokens\" is all 0\n"
         "  hint: choose a column that counts use\n"},
        {"peak_to_mean = 2", "profile_file = \"short.csv\"\nprofile_column = \"token\"",
         "dir/team.toml:59:18: error: there is no column \"token\"\n"
         "  hint: did you mean \"tokens\"?\n"},
        {"peak_to_mean = 2", "own_share = 0.5",
         "dir/team.toml:52:1: error: cost.fleet: use is bought, but nothing says at what price\n"
         "  hint: add market_price = … per `per` units\n"},
        {"service_seconds = 20\n", "",
         "dir/team.toml:59:1: error: cost.fleet.queue.service_seconds is missing\n"
         "  hint: add `service_seconds = …` to this table\n"},
    });
}

TEST(BadCost, GivenElementsThatNameNothing_WhenRead_ThenPlaceProblemAndRemedyAreTold) {
    expectTold({
        {"input = \"tokens\"", "input = \"token\"",
         "dir/team.toml:24:9: error: there is no rate \"token\"\n"
         "  hint: did you mean \"tokens\"?\n"},
        {"mean_steps = 25", "mean_steps = 0.5",
         "dir/team.toml:26:14: error: cost.agent.1.mean_steps is 0.5\n"
         "  hint: it must be at least 1\n"},
        {"mean_steps = 25", "mean_steps = 25\nshape = 2",
         "dir/team.toml:27:9: error: cost.agent.1: shape belongs to the steps \"negative_binomial\"\n"
         "  hint: remove it, or change the steps\n"},
        {"mean_steps = 25", "mean_steps = 25\nsteps = \"poisson\"",
         "dir/team.toml:27:9: error: unknown steps \"poisson\"\n"
         "  hint: use one of fixed, geometric, negative_binomial\n"},
        {"id = \"shield\"\nmeter = \"steps\"", "id = \"shield\"\nmeter = \"stepps\"",
         "dir/team.toml:39:9: error: there is no meter \"stepps\"\n"
         "  hint: did you mean \"steps\"?\n"},
        {"student_cost_share = 0.1", "student_cost_share = 0.1\nstudent_amount = 1",
         "dir/team.toml:37:18: error: cost.route.1: student_amount and student_cost_share are given "
         "together\n"
         "  hint: keep one of the two\n"},
        {"student_cost_share = 0.1\n", "",
         "dir/team.toml:33:1: error: cost.route.1: nothing says what the student costs\n"
         "  hint: add student_amount = … per unit, or student_cost_share = … of the teacher's\n"},
        {"size = \"steps\"\n", "",
         "dir/team.toml:44:1: error: \"size\" is missing\n"
         "  hint: add `size = \"…\"`\n"},
        {"options = [ { growth = \"linear\", slope = 1e-11 } ]", "options = []",
         "dir/team.toml:44:1: error: cost.scale.1: the cost by scale has no options\n"
         "  hint: add options = [ { growth = \"linear\", base = 2e-6, slope = 1e-11 } ]\n"},
        {"growth = \"linear\", slope", "growth = \"cubic\", slope",
         "dir/team.toml:47:24: error: unknown growth \"cubic\"\n"
         "  hint: use one of constant, linear, log2, hybrid\n"},
        {"success = 0.7", "success = 0.7\nlimit = 0",
         "dir/team.toml:44:9: error: cost.retry.1.limit must be a whole number from 1 to 1000000\n"
         "  hint: write digits only, such as 10_000\n"},
        {"[cost.payments]\nrate", "[cost.payment]\nrate",
         "dir/team.toml:61:1: error: cost: unknown key \"payment\"\n"
         "  hint: did you mean \"payments\"?\n"},
        {"[[cost.rate]]\nmeter = \"tokens\"", "[[cost.rate]]\nid = \"unused\"",
         "dir/team.toml:24:9: error: there is no rate \"tokens\"\n"
         "  hint: declared: unused\n"
         "dir/team.toml:25:10: error: there is no rate \"tokens\"\n"
         "  hint: declared: unused\n"},
        {"[[plan.cost.guard]]", "[[plan.cost.gard]]",
         "dir/team.toml:66:1: error: plan.pro.cost: unknown key \"gard\"\n"
         "  hint: did you mean \"guard\"?\n"},
    });
}

TEST(BadCost, GivenPricesThatChange_WhenTheListDoesNotReachThem_ThenPlaceProblemAndRemedyAreTold) {
    expectTold({
        {"fee = 20\n", "fee = 20\n[plan.cost]\nmodel = \"large\"\n",
         "dir/team.toml:67:9: error: model is given, but no rate takes its price from a list\n"
         "  hint: give a [[cost.rate]] a kind, such as kind = \"output\"\n"},
        {"amount = 0.01", "kind = \"input\"",
         "dir/team.toml:19:8: error: cost.rate.tokens: [cost] names no price list for this kind\n"
         "  hint: add price_list = \"prices.csv\" and model = \"…\" to [cost]\n"},
    });
}

}  // namespace
}  // namespace breakeven::core::bad_cost_test
