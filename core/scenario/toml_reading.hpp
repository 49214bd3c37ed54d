#pragma once

// Inside core/scenario only: the toml++ tree with our checks on top. No other header includes toml++.

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/costing/price_list.hpp"
#include "core/diagnostics/diagnostic.hpp"
#include "core/population/belief.hpp"
#include "core/population/correlation_matrix.hpp"
#include "core/scenario/scenario.hpp"

namespace breakeven::core::reading {

/// Which numbers a key takes.
struct Range {
    double low = 0.0;
    double high = std::numeric_limits<double>::infinity();
    bool excludesLow = false;
};
inline constexpr Range kAtLeastZero{};
inline constexpr Range kAboveZero{0.0, std::numeric_limits<double>::infinity(), true};
inline constexpr Range kAtLeastOne{1.0, std::numeric_limits<double>::infinity(), false};
inline constexpr Range kShare{0.0, 1.0, false};
inline constexpr Range kShareAboveZero{0.0, 1.0, true};
inline constexpr Range kAnyNumber{-std::numeric_limits<double>::infinity(),
                                  std::numeric_limits<double>::infinity(), false};

/// One pass over a scenario: collects problems, beliefs and sources.
class Reader {
  public:
    /// @param text  of the scenario, for the decimal digits of its numbers; may be empty
    explicit Reader(std::string file, std::string_view text = {}) : file_(std::move(file)), text_(text) {}

    void error(const toml::node& at, std::string problem, std::string remedy);
    void warning(const toml::node& at, std::string problem, std::string remedy);

    /// Reports keys of `table` that are not among `known`, with the nearest one; keys among `later` as not
    /// offered yet.
    void onlyKeys(const toml::table& table, std::string_view where,
                  std::initializer_list<std::string_view> known,
                  std::initializer_list<std::string_view> later = {});
    void onlyKeys(const toml::table& table, std::string_view where,
                  const std::vector<std::string_view>& known,
                  std::initializer_list<std::string_view> later = {});

    /// Notes where a number comes from, once.
    void addSource(SourceNote note);
    /// Notes that exact invoices know what stands here and the simulation does not.
    void exactOnly(const toml::node& at, std::string what);
    /// A warning of `check` alone.
    void lint(const toml::node& at, std::string problem, std::string remedy);

    /// A number or belief under `key`; the default when absent. Absent without default: an error.
    Parameter number(const toml::table& table, std::string_view key, const std::string& path, Range range,
                     const double* fallback = nullptr);
    Parameter number(const toml::table& table, std::string_view key, const std::string& path, Range range,
                     double fallback) {
        return number(table, key, path, range, &fallback);
    }
    Parameter numberAt(const toml::node& node, const std::string& path, Range range);

    /// A whole number without beliefs.
    std::uint64_t whole(const toml::table& table, std::string_view key, std::uint64_t low, std::uint64_t high,
                        std::uint64_t fallback, std::string_view where = "run");
    bool flag(const toml::table& table, std::string_view key, const std::string& path);

    /// A text under `key`; absent: `fallback`, or an error when that is null.
    std::string word(const toml::table& table, std::string_view key, const char* fallback = nullptr);

    /// A text out of `choices`; an error with the nearest one otherwise. @return its index
    std::size_t choice(const toml::table& table, std::string_view key,
                       std::span<const std::string_view> choices, const char* fallback,
                       std::initializer_list<std::string_view> later = {});
    std::size_t choice(const toml::table& table, std::string_view key,
                       std::initializer_list<std::string_view> choices, const char* fallback,
                       std::initializer_list<std::string_view> later = {}) {
        return choice(table, key, std::span(choices.begin(), choices.size()), fallback, later);
    }

    /// An id: [a-z0-9_-]+, not `all`.
    std::string id(const toml::table& table, std::string_view where);

    /// Calls `each` for the tables of an array; anything else there is an error.
    void tables(const toml::table& parent, std::string_view key,
                const std::function<void(const toml::table&)>& each);
    const toml::table* table(const toml::table& parent, std::string_view key);

    /// The lowest and highest value that a number can take in any world: its point, or an end of its belief.
    /// (The ends of `normal` and `lognormal` are percentiles and can be passed.)
    [[nodiscard]] double lowest(const Parameter& parameter) const;
    [[nodiscard]] double highest(const Parameter& parameter) const;

    std::vector<Diagnostic> diagnostics;
    std::vector<NamedBelief> beliefs;
    std::vector<SourceNote> sources;
    std::vector<Diagnostic> exactOnlyTerms;
    std::vector<Diagnostic> lints;

  private:
    double plain(const toml::node& node, const std::string& path, Range range);
    Parameter belief(const toml::table& table, const std::string& path, Range range);
    /// Where a value stands: in the file, or in the `--set` that put it there.
    [[nodiscard]] SourcePoint place(const toml::node& node) const;
    /// The digits of a number as the scenario or the `--set` writes them; an error when they are too many to
    /// be kept exactly.
    std::string exactText(const toml::node& node, const std::string& path);
    std::string file_;
    std::string_view text_;
};

/// What `--set` calls the items of a list of tables: their ids, else the meter of a rate, else their numbers
/// from 1.
std::vector<std::string> itemNames(const toml::array& array);
/// The tree of a TOML text. None, with one diagnostic, when it is larger than 16 MiB, binary, empty, not
/// UTF-8 or not TOML.
///
/// @param what   what the text should be, for messages: "a scenario"
/// @param begin  the remedy for an empty file
std::optional<toml::table> parseToml(const std::string& text, const std::string& file, std::string_view what,
                                     std::string_view begin, std::vector<Diagnostic>& diagnostics);

/// Applies `--set` to the tree. Problems are reported through the reader.
void applyOverrides(toml::table& root, const std::vector<Override>& overrides,
                    std::vector<Diagnostic>& diagnostics);

/// A text that is equal for scenarios that give equal numbers: keys sorted, numbers in shortest form, without
/// [run], `question` and `source`.
std::string canonicalText(const toml::table& root);

/// The numbers of a column, ascending: where it is named, the file, the column.
using SampleReader = std::function<std::shared_ptr<const std::vector<double>>(
    const toml::table&, const std::string&, const std::string&)>;
/// The distribution of a usage. Warns where its mean may be infinite.
Distribution readDistribution(Reader& reader, const toml::table& table, const std::string& path,
                              const SampleReader& sample);
/// A [[segment.correlation]].
void readCorrelation(Reader& reader, const toml::table& table, Segment& segment,
                     const std::vector<Meter>& meters);
/// Reports correlations that can't hold together, or how they are repaired. @return whether there was a
/// problem
bool judgeCorrelations(Reader& reader, const toml::table& table, const std::string& where,
                       const std::vector<std::string>& names, const CorrelationMatrix& matrix,
                       bool isRepaired);
/// [beliefs]: which beliefs go together. Read after all of them.
void readBeliefs(Reader& reader, const toml::table& root, Scenario& scenario);
/// Reports correlations of a segment that can't hold together.
void checkCorrelations(Reader& reader, const toml::table& table, const Segment& segment,
                       const std::vector<Meter>& meters);
/// 24 or 168 shares by hour that sum to 1; empty, with an error, where they do not.
std::vector<double> readProfile(Reader& reader, const toml::node& node, const std::string& path);
/// A [segment.activity], where there is one; the segment has its usages.
void readActivity(Reader& reader, const toml::table& table, Segment& segment,
                  const std::vector<Meter>& meters);
/// The window of a limit that has all else; none: the month.
std::optional<LimitWindow> readLimitWindow(Reader& reader, const toml::table& table, const std::string& path,
                                           const Limit& limit);
/// Reports limits by window on segments of which nothing says when they use what.
void checkWindows(Reader& reader, const toml::table& table, const Plan& plan,
                  const std::vector<Segment>& segments, const std::vector<Meter>& meters);
Segment readSegment(Reader& reader, const toml::table& table, const std::vector<Meter>& meters,
                    const SampleReader& sample);
Plan readPlan(Reader& reader, const toml::table& table, const std::vector<Meter>& meters,
              const std::vector<Segment>& segments);

/// Files that costs are read from.
struct CostFiles {
    /// The price list of a name, or null when it was refused; `at` is where it is named.
    std::function<const PriceList*(const toml::node& at, const std::string& name)> list;
    /// The numbers of a column in the order of the rows, or none when it was refused; `at` names the file
    /// under `fileKey` and the column under `columnKey`.
    std::function<std::optional<std::vector<double>>(const toml::table& at, const char* fileKey,
                                                     const char* columnKey)>
        column;
    std::string currency;  ///< the scenario's
};
Cost readCost(Reader& reader, const toml::table& root, const std::vector<Meter>& meters,
              const CostFiles& files);
/// What a plan runs on where it has a [plan.cost]: [cost] with the plan's changes.
///
/// @param path  of the plan, "plan.pro"
std::optional<Cost> readPlanCost(Reader& reader, const toml::table& root, const toml::table& plan,
                                 const std::string& path, const std::vector<Meter>& meters,
                                 const CostFiles& files);
/// A [[plan.charge]]; `number` counts from 1 and names a charge without id.
Charge readCharge(Reader& reader, const toml::table& table, const std::string& plan, std::size_t number,
                  const std::vector<Meter>& meters);
/// What a [[plan]] says for exact invoices only; `charges` are those that its credits may name.
PlanTerms readPlanTerms(Reader& reader, const toml::table& table, const std::string& path,
                        const std::vector<Charge>& charges);
/// Warnings for `check`: bills that fall when usage rises; tiers that are never reached, allowances that are
/// never used up or always exceeded, as far as the usage of the plan's segments tells (its 0.1 % and 99.9 %
/// quantiles at base values).
void lintCharge(Reader& reader, const toml::table& table, const std::string& path, const Charge& charge);
void lintPlan(Reader& reader, const toml::table& table, const Plan& plan,
              const std::vector<Segment>& segments);

/// Index of an id among those declared; an error with the nearest id when there is none. Says nothing where
/// `at` holds no text at all.
std::optional<std::size_t> findId(Reader& reader, const toml::node& at, const std::string& id,
                                  std::string_view what, const std::vector<std::string>& ids);

/// The one of several keys that is present; an error when none or several are.
std::string oneOf(Reader& reader, const toml::table& table, const std::string& path,
                  const std::vector<std::string>& keys);

/// Adds an item, and reports it when another has its id.
template <typename Item>
void addUnique(Reader& reader, const toml::table& table, Item item, std::vector<Item>& items,
               std::string_view what) {
    if (!item.id.empty() && std::ranges::find(items, item.id, &Item::id) != items.end()) {
        const toml::node* id = table.get("id");
        reader.error(id != nullptr ? *id : table, fmt::format("two {} have the id \"{}\"", what, item.id),
                     "give each its own id");
    }
    items.push_back(std::move(item));
}

template <typename Item>
std::vector<std::string> idsOf(const std::vector<Item>& items) {
    std::vector<std::string> ids;
    ids.reserve(items.size());
    for (const Item& item : items) ids.push_back(item.id);
    return ids;
}

}  // namespace breakeven::core::reading
