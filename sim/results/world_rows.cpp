#include "sim/results/world_rows.hpp"

namespace breakeven::sim {

bool WorldRows::isNamed(std::size_t name, std::string_view plan, std::string_view metric) const {
    return name < names_.size() && names_[name].metric == metric && names_[name].plan == plan;
}

std::size_t WorldRows::find(std::string_view plan, std::string_view metric) const {
    std::size_t name = 0;
    while (name < names_.size() && !isNamed(name, plan, metric)) ++name;
    return name;
}

void WorldRows::add(std::uint32_t world, std::string_view plan, std::string_view metric, double value) {
    // Worlds list the same names in the same order: the one after the last, or the first again.
    std::size_t name = entries_.empty() ? 0 : entries_.back().name + std::size_t{1};
    if (name == names_.size()) name = 0;
    if (!isNamed(name, plan, metric)) name = find(plan, metric);
    if (name == names_.size()) names_.push_back({std::string(plan), std::string(metric)});
    entries_.push_back({world, static_cast<std::uint32_t>(name), value});
}

WorldRow WorldRows::operator[](std::size_t row) const {
    const Entry& entry = entries_[row];
    return {entry.world, names_[entry.name].plan, names_[entry.name].metric, entry.value};
}

std::vector<WorldRows::WorldValue> WorldRows::of(std::string_view plan, std::string_view metric) const {
    std::vector<WorldValue> values;
    const std::size_t name = find(plan, metric);
    for (const Entry& entry : entries_)
        if (entry.name == name) values.push_back({entry.world, entry.value});
    return values;
}

std::vector<WorldRows::WorldValue> WorldRows::expected(std::string_view plan, std::string_view metric) const {
    std::vector<WorldValue> values = of(plan, kExpectedPrefix + std::string(metric));
    return values.empty() ? of(plan, metric) : values;
}

}  // namespace breakeven::sim
