// What a person sees after each kind of mistake in rules that work inside the month: the whole text.

#include <gtest/gtest.h>

#include "core/scenario/scenario_reader.hpp"
#include "tests/support/told_mistakes.hpp"

namespace breakeven::core::bad_activity_test {
namespace {

const std::string kGood = R"(format = 1
name = "windows"
currency = "USD"
[[meter]]
id = "requests"
[[meter]]
id = "tokens"
[[meter]]
id = "images"
[[segment]]
id = "people"
[segment.usage.requests]
distribution = "constant"
value = 500
[segment.usage.tokens]
per = "requests"
distribution = "constant"
value = 900
[segment.activity]
meter = "requests"
session_events = 6
gap_minutes = 4
event_sigma = { tokens = 1.2 }
[[cost.rate]]
meter = "tokens"
amount = 0.01
[[cost.multiplier]]
id = "search"
meter = "tokens"
parts = [ { times = 2 } ]
drawn_per = "requests"
[[cost.guard]]
id = "shield"
meter = "requests"
attack_rate = 0.001
loss = 300
drawn = true
loss_sigma = 1.5
[[plan]]
id = "pro"
fee = 20
[[plan.limit]]
id = "window"
meter = "tokens"
amount = 40_000
window_hours = 5
window_opens = "first_use"
action = "block"
)";

ScenarioReading read(const std::string& text) {
    return readScenarioText(text, "w.toml", {}, [](const std::string& name) -> std::string {
        throw Error(Error::Kind::Input, {Severity::Error, {name, 0, 0}, "there is no such file", ""});
    });
}

void expectTold(const std::vector<tests::Mistake>& mistakes) {
    tests::expectTold(kGood, read, mistakes);
}

TEST(BadActivity, GivenAWrongActivity_WhenRead_ThenTheSentenceSaysWhereAndWhatToDo) {
    expectTold({
        {"meter = \"requests\"\nsession_events", "session_events",
         "w.toml:19:1: error: segment.people.activity: nothing says what an event is\n  hint: add `meter = "
         "\"…\"`: each unit of it is an event\n"},
        {"meter = \"requests\"\nsession_events", "meter = \"request\"\nsession_events",
         "w.toml:20:9: error: there is no meter \"request\"\n  hint: did you mean \"requests\"?\n"},
        {"meter = \"requests\"\nsession_events", "meter = \"images\"\nsession_events",
         "w.toml:20:9: error: segment.people.activity: the segment does not use \"images\"\n  hint: add "
         "[segment.usage.images], or name another meter\n"},
        {"session_events = 6", "session_events = 0.5",
         "w.toml:21:18: error: segment.people.activity.session_events is 0.5\n  hint: it must be at least "
         "1\n"},
        {"gap_minutes = 4", "gap_minutes = -4",
         "w.toml:22:15: error: segment.people.activity.gap_minutes is -4\n  hint: it must be at least 0\n"},
        {"gap_minutes = 4", "gap = 4",
         "w.toml:22:7: error: segment.activity: unknown key \"gap\"\n  hint: known keys: meter, "
         "session_events, gap_minutes, profile, event_sigma\n"},
        {"gap_minutes = 4", "profile = [0.5, 0.5]",
         "w.toml:22:11: error: segment.people.activity.profile must be a list of 24 or 168 shares\n  hint: "
         "give the share of each hour of the day, or of the week\n"},
        {"tokens = 1.2", "tokens = -1",
         "w.toml:23:26: error: segment.people.activity.event_sigma.tokens is -1\n  hint: it must be at least "
         "0\n"},
        {"tokens = 1.2", "images = 1.2",
         "w.toml:23:15: error: segment.people.activity.event_sigma: the segment does not use \"images\"\n  "
         "hint: add [segment.usage.images], or name another meter\n"},
        {"tokens = 1.2", "token = 1.2",
         "w.toml:23:15: error: there is no meter \"token\"\n  hint: did you mean \"tokens\"?\n"},
    });
}

TEST(BadActivity, GivenAWrongWindow_WhenRead_ThenTheSentenceSaysWhereAndWhatToDo) {
    expectTold({
        {"[segment.activity]\nmeter = \"requests\"\nsession_events = 6\ngap_minutes = 4\nevent_sigma = { "
         "tokens = 1.2 }\n",
         "",
         "w.toml:37:1: error: plan.pro.limit.window: nothing says when within the month \"people\" use "
         "\"tokens\"\n  hint: add [segment.activity] to the segment, or remove window_hours\n"},
        {"window_hours = 5", "window_hours = 0",
         "w.toml:46:16: error: plan.pro.limit.window.window_hours is 0\n  hint: it must be above 0 and at "
         "most 744\n"},
        {"window_hours = 5", "window_hours = 8_760",
         "w.toml:46:16: error: plan.pro.limit.window.window_hours is 8760\n  hint: it must be above 0 and at "
         "most 744\n"},
        {"window_hours = 5\n", "",
         "w.toml:46:16: error: plan.pro.limit.window: window_opens without window_hours\n  hint: add "
         "window_hours = 5, or remove it: the amount is for the month\n"},
        {"window_opens = \"first_use\"", "window_opens = \"first use\"",
         "w.toml:47:16: error: unknown window_opens \"first use\"\n  hint: did you mean \"first_use\"?\n"},
        {"action = \"block\"", "action = \"overage\"\nunit_amount = 0.01",
         "w.toml:46:16: error: plan.pro.limit.window: what is billed beyond a limit is billed by the month\n "
         " hint: remove window_hours, or let the action be block, throttle, degrade or queue\n"},
        {"action = \"block\"", "action = \"queue\"",
         "w.toml:47:16: error: plan.pro.limit.window: what waits opens the next window, whenever its first "
         "use was\n  hint: write window_opens = \"clock\" for the action queue\n"},
        {"amount = 40_000\nwindow_hours = 5\nwindow_opens = \"first_use\"\naction = \"block\"",
         "amount = 0\nwindow_hours = 5\naction = \"queue\"",
         "w.toml:45:10: error: plan.pro.limit.window: what waits behind an amount of 0 waits for ever\n  "
         "hint: raise the amount, or let the action be block\n"},
    });
}

TEST(BadActivity, GivenWrongDrawnCosts_WhenRead_ThenTheSentenceSaysWhereAndWhatToDo) {
    expectTold({
        {"drawn_per = \"requests\"", "drawn_per = \"answers\"",
         "w.toml:31:13: error: there is no meter \"answers\"\n  hint: declared: requests, tokens, images\n"},
        {"drawn_per = \"requests\"",
         "drawn_per = \"requests\"\n[[cost.multiplier]]\nid = \"more\"\nmeter = \"tokens\"\nparts = [ { "
         "times = 3 } ]\ndrawn_per = \"requests\"",
         "w.toml:36:13: error: cost.multiplier.more: another multiplier of \"tokens\" is drawn already\n  "
         "hint: draw one of them, or join their parts in one multiplier\n"},
        {"drawn = true", "drawn = 1",
         "w.toml:37:9: error: cost.guard.shield.drawn must be true or false\n  hint: write it without "
         "quotes\nw.toml:38:14: error: cost.guard.shield: loss_sigma says how losses differ, and none is "
         "drawn\n  hint: add drawn = true, or remove it\n"},
        {"drawn = true\n", "",
         "w.toml:37:14: error: cost.guard.shield: loss_sigma says how losses differ, and none is drawn\n  "
         "hint: add drawn = true, or remove it\n"},
        {"loss_sigma = 1.5", "loss_sigma = -1",
         "w.toml:38:14: error: cost.guard.shield.loss_sigma is -1\n  hint: it must be at least 0\n"},
    });
}

}  // namespace
}  // namespace breakeven::core::bad_activity_test
