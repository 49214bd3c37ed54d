#include "core/diagnostics/suggest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace breakeven::core {
namespace {

std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, substituted}));
        }
    }
    return row.back();
}

}  // namespace

std::optional<std::string> nearestWord(std::string_view typed, std::span<const std::string> known) {
    constexpr std::size_t kLongestWord = 64;  // longer is no typing slip, and the table grows with the square
    if (typed.size() > kLongestWord) return std::nullopt;
    std::optional<std::string> best;
    std::size_t fewest = std::max<std::size_t>(1, typed.size() / 3) + 1;
    for (const std::string& word : known) {
        const std::size_t edits = editDistance(typed, word);
        if (edits < fewest) {
            fewest = edits;
            best = word;
        }
    }
    return best;
}

}  // namespace breakeven::core
