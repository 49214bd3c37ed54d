// The reader, FORMAT.md and the JSON schema must name the same keys and words. What the reader knows is asked
// of the reader: a key or word that it can't know is put at every place of a scenario that uses each key, and
// its hint lists what it does know there.

#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "core/scenario/scenario_reader.hpp"
#include "tests/support/json_schema.hpp"

namespace breakeven::core::format_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using tests::JsonSchema;
using Words = std::set<std::string>;

const fs::path kRoot = BREAKEVEN_SOURCE_ROOT;
const fs::path kEachKey = kRoot / "tests/data/core/scenario/each_key.toml";
const std::string kUnknown(16, 'q');

std::string bytesOf(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    EXPECT_TRUE(stream) << path;
    return {std::istreambuf_iterator<char>(stream), {}};
}

json jsonOf(const std::string& toml) {
    std::ostringstream text;
    text << toml::json_formatter{toml::parse(toml)};
    return json::parse(text.str());
}

const JsonSchema& schema() {
    static const JsonSchema loaded(json::parse(bytesOf(kRoot / "scenarios/scenario.schema.json")));
    return loaded;
}

std::vector<std::string> split(const std::string& text, const std::string& separator) {
    std::vector<std::string> parts;
    std::size_t from = 0;
    for (std::size_t at = text.find(separator); at != std::string::npos; at = text.find(separator, from)) {
        parts.push_back(text.substr(from, at - from));
        from = at + separator.size();
    }
    parts.push_back(text.substr(from));
    return parts;
}

std::string problemsOf(const ScenarioReading& reading) {
    std::string all;
    for (const Diagnostic& item : reading.diagnostics) all += formatDiagnostic(item);
    return all;
}

/// The words that the reader's hint lists after `introduction` once `key` is set to something that it can't
/// know.
Words listedAfter(const std::string& introduction, const Override& change) {
    const auto open = [](const std::string& name) {
        if (name == kUnknown)
            throw Error(Error::Kind::Input, {Severity::Error, {name, 0, 0}, "there is no such file", ""});
        return bytesOf(kEachKey.parent_path() / name);
    };
    const ScenarioReading reading = readScenarioText(bytesOf(kEachKey), "each_key.toml", {change}, open);
    for (const Diagnostic& item : reading.diagnostics) {
        if (item.problem.find(kUnknown) == std::string::npos || !item.remedy.starts_with(introduction))
            continue;
        const std::vector<std::string> words = split(item.remedy.substr(introduction.size()), ", ");
        return {words.begin(), words.end()};
    }
    return {};
}

/// The keys that the reader knows in the table at `path`, with `source`, which may stand in any of them.
Words keysAt(const std::string& path) {
    Words keys = listedAfter("known keys: ", {path.empty() ? kUnknown : path + "." + kUnknown, "1"});
    keys.insert("source");
    return keys;
}

std::string joined(const Words& words) {
    std::string text;
    for (const std::string& word : words) text += word + " ";
    return text;
}

/// A path without the plan in front of [plan.cost], whose tables hold the keys of [cost].
std::string withoutPlan(const std::string& path) {
    const std::size_t at = path.find(".cost");
    const bool isPlanCost = path.starts_with("plan.") && at == path.find('.', 5) && at != std::string::npos &&
                            (at + 5 == path.size() || path[at + 5] == '.');
    return isPlanCost ? path.substr(at + 1) : path;
}

bool isNumber(const std::string& text) {
    return text.find_first_not_of("0123456789") == std::string::npos;
}

/// "plan.2.charge.1" -> "plan.*.charge.*": tables that hold the same keys, whatever their variant.
std::string kindOf(const std::string& path) {
    std::string kind;
    std::string before;
    for (const std::string& part : split(withoutPlan(path), ".")) {
        kind += (kind.empty() ? "" : ".") +
                (isNumber(part) || before == "usage" ? (part.empty() ? "" : "*") : part);
        before = part;
    }
    return kind;
}

/// The table of a document at "plan.2.charge.1".
const json& at(const json& document, const std::string& path) {
    const json* here = &document;
    if (path.empty()) return *here;
    for (const std::string& part : split(path, "."))
        here = here->is_array() ? &here->at(std::stoul(part) - 1) : &here->at(part);
    return *here;
}

/// Calls `each` with the path of every text in a document.
void forTexts(const json& value, const std::string& path,
              const std::function<void(const std::string&)>& each) {
    if (value.is_string()) each(path);
    if (!value.is_structured()) return;
    std::size_t number = 0;
    for (const auto& [key, item] : value.items()) {
        const std::string part = value.is_array() ? std::to_string(++number) : key;
        forTexts(item, path.empty() ? part : path + "." + part, each);
    }
}

/// Every table of the file with each key, with the schema that describes it.
std::vector<JsonSchema::Visit> tables() {
    std::vector<JsonSchema::Visit> visits;
    EXPECT_TRUE(schema().fits(jsonOf(bytesOf(kEachKey)), &visits));
    return visits;
}

/// True for `{ low, base, high }` and `{ value }`, which may stand wherever a number may.
bool isNumberTable(const JsonSchema::Visit& table) {
    const json& definitions = schema().root().at("definitions");
    return table.schema == &definitions.at("belief") || table.schema == &definitions.at("point");
}

TEST(ScenarioSchema, GivenTheFileWithEachKey_WhenRead_ThenReaderAndSchemaTakeIt) {
    const ScenarioReading reading = readScenarioFile(kEachKey.string());
    EXPECT_TRUE(reading.scenario) << problemsOf(reading);
    EXPECT_TRUE(schema().fits(jsonOf(bytesOf(kEachKey))));
}

TEST(ScenarioSchema, GivenTheShippedScenarios_WhenRead_ThenReaderAndSchemaTakeThem) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / "scenarios")) {
        if (entry.path().extension() != ".toml") continue;
        ++count;
        const ScenarioReading reading = readScenarioFile(entry.path().string());
        EXPECT_TRUE(reading.scenario) << problemsOf(reading);
        EXPECT_TRUE(schema().fits(jsonOf(reading.text))) << entry.path();
    }
    EXPECT_GE(count, 1U);
}

TEST(ScenarioSchema, GivenEachTable_WhenTheReaderIsAskedForItsKeys_ThenTheSchemaHasTheSame) {
    std::set<const json*> seen;
    for (const JsonSchema::Visit& table : tables()) {
        Words described;
        for (const auto& [key, property] : table.schema->at("properties").items()) described.insert(key);
        EXPECT_EQ(joined(keysAt(table.path)), joined(described)) << "in the table " << table.path;
        seen.insert(table.schema);
    }
    for (const json* object : schema().closedObjects()) {
        EXPECT_TRUE(seen.contains(object))
            << "no table of each_key.toml is one of: " << object->at("description");
    }
}

TEST(ScenarioSchema, GivenEachWordOutOfSeveral_WhenTheReaderIsAskedForThem_ThenTheSchemaHasTheSame) {
    std::size_t choices = 0;
    forTexts(jsonOf(bytesOf(kEachKey)), "", [&](const std::string& path) {
        const Words offered = listedAfter("use one of ", {path, '"' + kUnknown + '"'});
        EXPECT_EQ(joined(offered), joined(schema().wordsAt(split(path, ".")))) << "at " << path;
        choices += offered.empty() ? 0U : 1U;
    });
    EXPECT_GE(choices, 10U);
}

TEST(ScenarioSchema, GivenTheKeysOfTheReader_WhenSoughtInTheFileWithEachKey_ThenNoneIsMissing) {
    const json document = jsonOf(bytesOf(kEachKey));
    std::map<std::string, Words> missing;
    std::map<std::string, Words> used;
    for (const JsonSchema::Visit& table : tables()) {
        const std::string kind =
            isNumberTable(table) ? table.schema->at("description").get<std::string>() : kindOf(table.path);
        for (const std::string& key : keysAt(table.path)) missing[kind].insert(key);
        for (const auto& [key, item] : at(document, table.path).items()) used[kind].insert(key);
    }
    for (auto& [kind, keys] : missing) {
        for (const std::string& key : used[kind]) keys.erase(key);
        keys.erase("source");
        EXPECT_EQ(joined(keys), "") << "in tables " << kind;
    }
}

TEST(ScenarioSchema, GivenEachKey_WhenLookedUp_ThenItIsDescribed) {
    for (const json* object : schema().closedObjects()) {
        for (const auto& [key, property] : object->at("properties").items()) {
            EXPECT_GT(property.value("description", "").size(), 10U)
                << key << " of: " << object->at("description");
        }
    }
}

TEST(ScenarioSchema, GivenWhatTheReaderRefuses_WhenChecked_ThenTheSchemaRefusesItToo) {
    const std::vector<std::pair<std::string, json>> changes{
        {"/plan/0/fe", 20},
        {"/plan/0/fee", "20"},
        {"/plan/0/fee", -1},
        {"/plan/0/id", "all"},
        {"/plan/0/id", "Pro"},
        {"/plan/0/limit/0/cost_factor", 0.1},
        {"/plan/0/charge/1/meter", "a"},
        {"/plan/0/charge/2/model", "stairstep"},
        {"/plan/0/charge/2/tiers/0/up_to", 0},
        {"/segment/0/usage/requests/mean", 3},
        {"/segment/0/usage/requests/dormant", 1.5},
        {"/segment/0/usage/requests/median/shape", "normale"},
        {"/segment/0/correlation/0/spearman", -2},
        {"/segment/0/correlation/0/between", json::array({"requests"})},
        {"/run/users", 1.5},
        {"/run/months", 61},
        {"/currency", "usd"},
        {"/format", 2},
        {"/segment", json::array()},
    };
    const json document = jsonOf(bytesOf(kEachKey));
    for (const auto& [place, value] : changes) {
        json changed = document;
        changed[json::json_pointer(place)] = value;
        EXPECT_FALSE(schema().fits(changed)) << place << " = " << value;
    }
}

/// FORMAT.md by section: the words of its code spans. The text before the first section has the name
/// "numbers".
struct Section {
    Words words;   ///< all of them: `{ up_to, unit_amount }` gives two
    Words single;  ///< spans that are one word
};
std::map<std::string, Section> sectionsOfFormat() {
    const auto wordsOf = [](const std::string& span) {
        Words words;
        std::string word;
        for (const char c : span + " ") {
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')
                word += c;
            else if (!word.empty())
                words.insert(std::exchange(word, ""));
        }
        return words;
    };
    std::map<std::string, Section> sections;
    std::string name = "numbers";
    bool isFenced = false;
    for (const std::string& line : split(bytesOf(kRoot / "scenarios/FORMAT.md"), "\n")) {
        isFenced = isFenced != line.starts_with("```");
        if (isFenced || line.starts_with("```")) continue;
        const std::vector<std::string> spans = split(line, "`");
        if (line.starts_with("## ")) {
            name = spans.size() < 2 ? "" : *wordsOf(spans[1]).begin();
            if (!name.empty()) sections[""].words.insert(name);  // the heading tells a key of the scenario
        }
        for (std::size_t i = 1; i < spans.size(); i += 2) {
            const Words words = wordsOf(spans[i]);
            sections[name].words.insert(words.begin(), words.end());
            if (words.size() == 1 && *words.begin() == spans[i]) sections[name].single.insert(spans[i]);
        }
    }
    return sections;
}

/// What the reader knows, by the section of FORMAT.md that must tell it.
std::map<std::string, Words> knownBySection() {
    std::map<std::string, Words> known;
    for (const JsonSchema::Visit& table : tables()) {
        Words& section =
            known[isNumberTable(table) ? "numbers" : split(withoutPlan(table.path), ".").front()];
        for (const std::string& key : keysAt(table.path)) section.insert(key);
    }
    forTexts(jsonOf(bytesOf(kEachKey)), "", [&](const std::string& path) {
        const std::vector<std::string> parts = split(withoutPlan(path), ".");
        for (const std::string& word : listedAfter("use one of ", {path, '"' + kUnknown + '"'})) {
            known[parts.back() == "shape" ? "numbers" : parts.front()].insert(word);
        }
    });
    for (auto& [section, words] : known) {
        if (section != "numbers") words.erase("source");  // told once, with the numbers
    }
    return known;
}

TEST(ScenarioFormat, GivenEachKeyAndWordOfTheReader_WhenSoughtInFormatMd_ThenItsSectionTellsIt) {
    std::map<std::string, Section> sections = sectionsOfFormat();
    for (const auto& [name, words] : knownBySection()) {
        for (const std::string& word : words) {
            EXPECT_TRUE(sections[name].words.contains(word))
                << '"' << word << "\" is not in the section \"" << name << '"';
        }
    }
}

TEST(ScenarioFormat, GivenEachWordOfFormatMd_WhenTheReaderIsAsked_ThenItKnowsIt) {
    std::map<std::string, Words> known = knownBySection();
    const Words anywhere = known[""];  // `[segment.usage.METER]` names the keys above
    for (const auto& [name, section] : sectionsOfFormat()) {
        const bool isNumbers = name == "numbers";
        for (const std::string& word : isNumbers ? section.single : section.words) {
            const bool isKnown = known[name].contains(word) || anywhere.contains(word) || isNumber(word) ||
                                 (isNumbers && word == "all");  // the reserved id
            EXPECT_TRUE(isKnown) << '"' << word << "\" in the section \"" << name
                                 << "\" is no key or word of the reader";
        }
    }
}

}  // namespace
}  // namespace breakeven::core::format_test
