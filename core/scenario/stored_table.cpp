#include "core/scenario/stored_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/diagnostics/suggest.hpp"

namespace breakeven::core {

std::optional<std::string> storedTable(std::string_view file) {
    if (!file.starts_with(kStoredPrefix)) return std::nullopt;
    return std::string(file.substr(kStoredPrefix.size()));
}

void checkTableName(std::string_view name, const std::string& where) {
    constexpr std::size_t kLongest = 100;
    const auto isAllowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    if (!name.empty() && name.size() <= kLongest && std::ranges::all_of(name, isAllowed)) return;
    throw Error(Error::Kind::Input,
                {Severity::Error,
                 {where, 0, 0},
                 fmt::format("\"{}\" can't be the name of a usage table", name),
                 fmt::format("use small letters, digits and - only, at most {} of them", kLongest)});
}

Error noSuchTable(const std::string& name, const std::vector<std::string>& names) {
    constexpr std::size_t kMostListed = 20;
    std::string remedy = "keep one with `breakeven meter LOG... --store NAME` or `breakeven usage add`";
    if (const auto nearest = nearestWord(name, names)) {
        remedy = fmt::format("did you mean \"{}\"?", *nearest);
    } else if (!names.empty()) {
        const auto listed = static_cast<std::ptrdiff_t>(std::min(names.size(), kMostListed));
        remedy = fmt::format("its tables are {}{}", fmt::join(names.begin(), names.begin() + listed, ", "),
                             names.size() > kMostListed ? ", …" : "");
    }
    return {Error::Kind::Input,
            {Severity::Error,
             {std::string(kStoredPrefix) + name, 0, 0},
             "the store has no usage table of this name",
             std::move(remedy)}};
}

}  // namespace breakeven::core
