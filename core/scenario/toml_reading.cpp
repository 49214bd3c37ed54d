#include "core/scenario/toml_reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/diagnostics/suggest.hpp"
#include "core/units/decimal.hpp"

namespace breakeven::core::reading {
namespace {

bool contains(std::initializer_list<std::string_view> words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

std::string describe(Range range) {
    if (range.high == 1.0 && range.excludesLow) return "must be above 0 and at most 1";
    if (range.high == 1.0) return fmt::format("must be from {} to 1", range.low);
    if (std::isfinite(range.high))
        return fmt::format("must be {} {} and at most {}", range.excludesLow ? "above" : "at least",
                           range.low, range.high);
    if (range.excludesLow) return fmt::format("must be above {}", range.low);
    return fmt::format("must be at least {}", range.low);
}

/// What stands for a number that was refused, so that reading goes on without a second complaint.
double standIn(Range range) {
    return range.low < 0.0 && std::isfinite(range.low) ? 0.0 : std::max(range.low, 1.0);
}

constexpr std::string_view kShapes[] = {"pert",        "log-pert", "triangular", "uniform",
                                        "log-uniform", "normal",   "lognormal"};

}  // namespace

SourcePoint Reader::place(const toml::node& node) const {
    if (const auto& override = node.source().path) return {*override, 0, 0};
    const auto& begin = node.source().begin;
    return {file_, static_cast<int>(begin.line), static_cast<int>(begin.column)};
}

void Reader::error(const toml::node& at, std::string problem, std::string remedy) {
    diagnostics.push_back({Severity::Error, place(at), std::move(problem), std::move(remedy)});
}

void Reader::warning(const toml::node& at, std::string problem, std::string remedy) {
    diagnostics.push_back({Severity::Warning, place(at), std::move(problem), std::move(remedy)});
}

void Reader::exactOnly(const toml::node& at, std::string what) {
    exactOnlyTerms.push_back({Severity::Error, place(at),
                              std::move(what) + " can't be simulated by this version",
                              "remove it, or use `bill` and `check`, which know it"});
}

void Reader::lint(const toml::node& at, std::string problem, std::string remedy) {
    lints.push_back({Severity::Warning, place(at), std::move(problem), std::move(remedy)});
}

void Reader::onlyKeys(const toml::table& table, std::string_view where,
                      std::initializer_list<std::string_view> known,
                      std::initializer_list<std::string_view> later) {
    onlyKeys(table, where, std::vector<std::string_view>(known), later);
}

void Reader::onlyKeys(const toml::table& table, std::string_view where,
                      const std::vector<std::string_view>& known,
                      std::initializer_list<std::string_view> later) {
    for (const auto& [key, node] : table) {
        if (std::ranges::find(known, key.str()) != known.end()) continue;
        if (key.str() == "source") {
            if (!node.is_string())
                error(node, fmt::format("{}: \"source\" must be a text", where), "write it in quotes");
            continue;
        }
        if (contains(later, key.str())) {
            error(node, fmt::format("{}: \"{}\" is not offered by this version", where, key.str()),
                  "remove the key");
            continue;
        }
        const std::vector<std::string> words(known.begin(), known.end());
        const std::optional<std::string> nearest = nearestWord(key.str(), words);
        error(node, fmt::format("{}: unknown key \"{}\"", where, key.str()),
              nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                      : fmt::format("known keys: {}", fmt::join(words, ", ")));
    }
}

double Reader::plain(const toml::node& node, const std::string& path, Range range) {
    const std::optional<double> value = node.value<double>();
    if (!value || node.is_boolean()) {
        error(node, fmt::format("{} must be a number", path),
              "write a number such as 200 or 0.35, without quotes");
        return standIn(range);
    }
    const bool isInside = std::isfinite(*value) && *value >= range.low && *value <= range.high &&
                          !(range.excludesLow && *value == range.low);
    if (isInside) return *value;
    error(node, fmt::format("{} is {}", path, *value),
          std::isfinite(*value) ? fmt::format("it {}", describe(range)) : "give a finite number");
    return standIn(range);
}

Parameter Reader::belief(const toml::table& table, const std::string& path, Range range) {
    onlyKeys(table, path, {"low", "base", "high", "shape"});
    const std::size_t before = diagnostics.size();
    Belief belief;
    double* const parts[] = {&belief.low, &belief.base, &belief.high};
    constexpr const char* names[] = {"low", "base", "high"};
    for (int i = 0; i < 3; ++i) {
        const toml::node* node = table.get(names[i]);
        if (node == nullptr) {
            error(table, fmt::format("{}: the belief has no \"{}\"", path, names[i]),
                  "give low, base and high");
            continue;
        }
        *parts[i] = plain(*node, path + "." + names[i], range);
    }
    const std::vector<std::string> shapes(std::begin(kShapes), std::end(kShapes));
    const std::string shape = word(table, "shape", "pert");
    const auto found = std::ranges::find(shapes, shape);
    if (found == shapes.end()) {
        error(*table.get("shape"), fmt::format("{}: unknown shape \"{}\"", path, shape),
              fmt::format("use one of {}", fmt::join(shapes, ", ")));
    } else {
        belief.shape = static_cast<BeliefShape>(found - shapes.begin());
    }
    if (diagnostics.size() == before && !(belief.low <= belief.base && belief.base <= belief.high)) {
        error(table,
              fmt::format("{}: low {}, base {}, high {} are not in ascending order", path, belief.low,
                          belief.base, belief.high),
              "order them so that low <= base <= high");
    }
    const bool isLog = shape.starts_with("log");
    if (diagnostics.size() == before && isLog && !(belief.low > 0.0)) {
        error(table,
              fmt::format("{}: low is {}, but shape \"{}\" works on logarithms", path, belief.low, shape),
              "give a low above 0, or another shape");
    }
    if (diagnostics.size() == before && belief.shape == BeliefShape::Normal) {
        const double centre = 0.5 * (belief.low + belief.high);
        const double reach = 4.5 * (belief.high - belief.low);  // 14.8 standard deviations: beyond any draw
        if (centre - reach < range.low || centre + reach > range.high) {
            error(table, fmt::format("{}: a normal belief can leave the allowed range", path),
                  fmt::format("the value {}; use shape \"pert\" or \"lognormal\"", describe(range)));
        }
    }
    if (diagnostics.size() == before && belief.shape == BeliefShape::Lognormal && std::isfinite(range.high) &&
        belief.high > belief.low) {
        error(table, fmt::format("{}: a lognormal belief can exceed {}", path, range.high),
              "use shape \"pert\"");
    }
    // What [cost] says is read again for each plan that changes parts of it: one number, one belief.
    std::size_t index = 0;
    while (index < beliefs.size() && beliefs[index].path != path) ++index;
    if (index == beliefs.size()) beliefs.push_back({path, belief});
    const toml::node* base = table.get("base");
    return {belief.base, index, base != nullptr ? exactText(*base, path + ".base") : ""};
}

std::string Reader::exactText(const toml::node& node, const std::string& path) {
    if (const auto* whole = node.as_integer()) return std::to_string(whole->get());
    const toml::source_region& source = node.source();
    std::string value;
    std::string_view text = text_;
    if (source.path) {  // "--set KEY=VALUE" was read as "v = VALUE"
        value = "v = " + source.path->substr(source.path->find('=') + 1);
        text = value;
    }
    for (toml::source_index line = 1; line < source.begin.line && !text.empty(); ++line)
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    std::string digits;
    toml::source_index column = 0;
    for (const char c : text) {
        if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80) ++column;  // columns count characters
        if (column < source.begin.column) continue;
        const bool isDigit =
            (c >= '0' && c <= '9') || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-';
        if (!isDigit && c != '_') break;
        if (c != '_') digits += c;
    }
    if (digits.empty()) return digits;  // made by no text
    if (const auto exact = Decimal::parse(digits); exact && exact->toDouble() == node.value<double>())
        return exact->text();
    error(node, fmt::format("{} has too many digits to be kept exactly", path), "give at most 76 digits");
    return "";
}

Parameter Reader::numberAt(const toml::node& node, const std::string& path, Range range) {
    const toml::table* table = node.as_table();
    const auto point = [&](const toml::node& value) {
        const std::size_t before = diagnostics.size();
        const double base = plain(value, path, range);
        return Parameter{base, {}, diagnostics.size() == before ? exactText(value, path) : ""};
    };
    if (table == nullptr) return point(node);
    if (const auto source = table->get_as<std::string>("source")) addSource({path, source->get()});
    if (const toml::node* value = table->get("value")) {
        onlyKeys(*table, path, {"value"});
        return point(*value);
    }
    return belief(*table, path, range);
}

Parameter Reader::number(const toml::table& table, std::string_view key, const std::string& path, Range range,
                         const double* fallback) {
    const toml::node* node = table.get(key);
    if (node != nullptr) return numberAt(*node, path, range);
    if (fallback != nullptr) return {*fallback, {}};
    error(table, fmt::format("{} is missing", path), fmt::format("add `{} = …` to this table", key));
    return {1.0, {}};
}

std::uint64_t Reader::whole(const toml::table& table, std::string_view key, std::uint64_t low,
                            std::uint64_t high, std::uint64_t fallback, std::string_view where) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return fallback;
    const auto value = node->as_integer();
    if (value != nullptr && value->get() >= 0 && static_cast<std::uint64_t>(value->get()) >= low &&
        static_cast<std::uint64_t>(value->get()) <= high) {
        return static_cast<std::uint64_t>(value->get());
    }
    error(*node, fmt::format("{}.{} must be a whole number from {} to {}", where, key, low, high),
          "write digits only, such as 10_000");
    return fallback;
}

bool Reader::flag(const toml::table& table, std::string_view key, const std::string& path) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return false;
    if (const auto* value = node->as_boolean()) return value->get();
    error(*node, fmt::format("{}.{} must be true or false", path, key), "write it without quotes");
    return false;
}

std::string Reader::word(const toml::table& table, std::string_view key, const char* fallback) {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
        if (fallback == nullptr)
            error(table, fmt::format("\"{}\" is missing", key), fmt::format("add `{} = \"…\"`", key));
        return fallback == nullptr ? "" : fallback;
    }
    if (const auto text = node->value_exact<std::string>()) return *text;
    error(*node, fmt::format("\"{}\" must be a text", key), "write it in quotes");
    return fallback == nullptr ? "" : fallback;
}

std::size_t Reader::choice(const toml::table& table, std::string_view key,
                           std::span<const std::string_view> choices, const char* fallback,
                           std::initializer_list<std::string_view> later) {
    const std::size_t before = diagnostics.size();
    const std::string text = word(table, key, fallback);
    if (diagnostics.size() > before) return 0;
    const auto found = std::ranges::find(choices, text);
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
    const toml::node* node = table.get(key);
    const std::vector<std::string> words(choices.begin(), choices.end());
    if (contains(later, text)) {
        error(*node, fmt::format("{} \"{}\" is not offered by this version", key, text),
              fmt::format("use one of {}", fmt::join(words, ", ")));
        return 0;
    }
    const std::optional<std::string> nearest = nearestWord(text, words);
    error(*node, fmt::format("unknown {} \"{}\"", key, text),
          nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                  : fmt::format("use one of {}", fmt::join(words, ", ")));
    return 0;
}

std::string Reader::id(const toml::table& table, std::string_view where) {
    std::string text = word(table, "id");
    if (text.empty()) return text;
    const auto isAllowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    if (text == "all") {
        error(*table.get("id"), fmt::format("{} has the id \"all\", which names the total in results", where),
              "choose another id");
    } else if (!std::ranges::all_of(text, isAllowed)) {
        error(*table.get("id"), fmt::format("{} has the id \"{}\"", where, text),
              "use small letters, digits, - and _ only");
    }
    return text;
}

void Reader::tables(const toml::table& parent, std::string_view key,
                    const std::function<void(const toml::table&)>& each) {
    const toml::node* node = parent.get(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    const bool isTables = array != nullptr &&
                          std::ranges::all_of(*array, [](const toml::node& item) { return item.is_table(); });
    if (!isTables) {
        error(*node, fmt::format("\"{}\" must be a list of tables", key),
              fmt::format("begin each with [[{}]]", key));
        return;
    }
    for (const toml::node& item : *array) each(*item.as_table());
}

const toml::table* Reader::table(const toml::table& parent, std::string_view key) {
    const toml::node* node = parent.get(key);
    if (node == nullptr || node->is_table()) return node == nullptr ? nullptr : node->as_table();
    error(*node, fmt::format("\"{}\" must be a table", key), fmt::format("begin it with [{}]", key));
    return nullptr;
}

void Reader::addSource(SourceNote note) {
    if (std::ranges::find(sources, note) == sources.end()) sources.push_back(std::move(note));
}

double Reader::lowest(const Parameter& parameter) const {
    return parameter.belief ? beliefs[*parameter.belief].belief.low : parameter.base;
}

double Reader::highest(const Parameter& parameter) const {
    return parameter.belief ? beliefs[*parameter.belief].belief.high : parameter.base;
}

std::optional<std::size_t> findId(Reader& reader, const toml::node& at, const std::string& id,
                                  std::string_view what, const std::vector<std::string>& ids) {
    if (!at.is_string() && !at.is_table()) return std::nullopt;  // reported where it was read
    const auto found = std::ranges::find(ids, id);
    if (found != ids.end()) return static_cast<std::size_t>(found - ids.begin());
    const std::optional<std::string> nearest = nearestWord(id, ids);
    reader.error(at, fmt::format("there is no {} \"{}\"", what, id),
                 nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                         : fmt::format("declared: {}",
                                       ids.empty() ? "none" : fmt::format("{}", fmt::join(ids, ", "))));
    return std::nullopt;
}

std::string oneOf(Reader& reader, const toml::table& table, const std::string& path,
                  const std::vector<std::string>& keys) {
    std::vector<std::string> present;
    for (const std::string& key : keys) {
        if (table.contains(key)) present.push_back(key);
    }
    if (present.size() == 1) return present.front();
    if (present.empty()) {
        reader.error(table, fmt::format("{}: none of {} is given", path, fmt::join(keys, ", ")),
                     "give one of them");
    } else {
        reader.error(*table.get(present[1]),
                     fmt::format("{}: {} are given together", path, fmt::join(present, " and ")),
                     "give one of them only");
    }
    return keys.front();
}

}  // namespace breakeven::core::reading
