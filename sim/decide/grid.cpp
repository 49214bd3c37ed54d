#include "sim/decide/grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace breakeven::sim {
namespace {

constexpr const char* kGridExample =
    "write KEY=FROM:TO:STEP or KEY=A,B,C, for example plan.pro.fee=100:400:20";

struct GridProblem {
    std::size_t at;
    std::string problem;
    std::string remedy;
};

/// mantissa / 10^decimals
struct Decimal {
    std::int64_t mantissa = 0;
    int decimals = 0;
};

constexpr int kMostDigits = 15;  // so that steps of two such numbers stay inside 64 bits

std::optional<Decimal> decimalIn(std::string_view text) {
    Decimal number;
    int digits = 0;
    bool hasPoint = false;
    const bool isNegative = !text.empty() && text.front() == '-';
    if (isNegative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
    for (const char c : text) {
        if (c == '.' && !hasPoint) {
            hasPoint = true;
        } else if (c >= '0' && c <= '9') {
            number.mantissa = number.mantissa * 10 + (c - '0');
            number.decimals += hasPoint ? 1 : 0;
            if (++digits > kMostDigits) return std::nullopt;
        } else if (c != '_' || digits == 0) {
            return std::nullopt;
        }
    }
    if (digits == 0) return std::nullopt;
    if (isNegative) number.mantissa = -number.mantissa;
    return number;
}

/// The mantissa at a finer number of decimals; none when it no longer fits.
std::optional<std::int64_t> scaled(const Decimal& number, int decimals) {
    std::int64_t mantissa = number.mantissa;
    for (int i = number.decimals; i < decimals; ++i) {
        if (std::abs(mantissa) > INT64_MAX / 100) return std::nullopt;
        mantissa *= 10;
    }
    return mantissa;
}

std::string decimalText(std::int64_t mantissa, int decimals) {
    std::string digits = fmt::format("{:0{}}", std::abs(mantissa), decimals + 1);
    if (decimals > 0) {
        digits.insert(digits.size() - static_cast<std::size_t>(decimals), ".");
        digits.erase(digits.find_last_not_of('0') + 1);
        if (digits.back() == '.') digits.pop_back();
    }
    return mantissa < 0 ? "-" + digits : digits;
}

std::vector<std::pair<std::size_t, std::string>> splitAt(std::string_view text, std::size_t offset,
                                                         char separator) {
    std::vector<std::pair<std::size_t, std::string>> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(separator, begin), text.size());
        const std::size_t first = std::min(text.find_first_not_of(' ', begin), end);
        std::string part(text.substr(first, end - first));
        part.erase(part.find_last_not_of(' ') + 1);
        parts.emplace_back(offset + first, part);
        begin = end + 1;
    }
    return parts;
}

std::vector<std::string> rangeValues(const std::vector<std::pair<std::size_t, std::string>>& parts) {
    if (parts.size() != 3)
        throw GridProblem{parts.front().first,
                          fmt::format("a range has FROM:TO:STEP, not {} parts", parts.size()), kGridExample};
    std::vector<Decimal> numbers;
    int decimals = 0;
    for (const auto& [at, text] : parts) {
        const std::optional<Decimal> number = decimalIn(text);
        if (!number)
            throw GridProblem{at, fmt::format("\"{}\" is no number", text),
                              "write up to 15 digits, like 100 or 0.25"};
        decimals = std::max(decimals, number->decimals);
        numbers.push_back(*number);
    }
    const auto from = scaled(numbers[0], decimals);
    const auto to = scaled(numbers[1], decimals);
    const auto step = scaled(numbers[2], decimals);
    if (!from || !to || !step)
        throw GridProblem{parts.front().first, "the range has too many digits", "use fewer decimals"};
    if (*step == 0)
        throw GridProblem{parts[2].first, "the step is 0", "give a step that leads from FROM to TO"};
    if ((*step > 0) != (*to >= *from) && *to != *from)
        throw GridProblem{parts[2].first,
                          fmt::format("the step {} leads away from {}", parts[2].second, parts[1].second),
                          "change the sign of the step, or swap FROM and TO"};
    const auto steps = static_cast<std::uint64_t>((*to - *from) / *step);
    if (steps >= kMostGridPoints)
        throw GridProblem{parts[2].first,
                          fmt::format("the range has {} points, more than {}", steps + 1, kMostGridPoints),
                          "take a larger step"};
    std::vector<std::string> values;
    for (std::uint64_t i = 0; i <= steps; ++i)
        values.push_back(decimalText(*from + static_cast<std::int64_t>(i) * *step, decimals));
    return values;
}

std::vector<std::string> listValues(const std::vector<std::pair<std::size_t, std::string>>& parts) {
    std::vector<std::string> values;
    for (const auto& [at, text] : parts) {
        if (text.empty()) throw GridProblem{at, "a value is missing", kGridExample};
        if (std::find(values.begin(), values.end(), text) != values.end())
            throw GridProblem{at, fmt::format("the value {} is listed twice", text), "list each value once"};
        values.push_back(text);
    }
    return values;
}

GridAxis axisIn(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) throw GridProblem{0, fmt::format("\"{}\" has no =", text), kGridExample};
    std::string key = text.substr(0, equals);
    key.erase(key.find_last_not_of(' ') + 1);
    if (key.empty()) throw GridProblem{0, "a key is missing before =", kGridExample};
    const std::string_view values = std::string_view(text).substr(equals + 1);
    const bool isRange = values.find(':') != std::string_view::npos;
    const auto parts = splitAt(values, equals + 1, isRange ? ':' : ',');
    return {key, isRange ? rangeValues(parts) : listValues(parts)};
}

core::Error refused(const std::string& source, std::string problem, std::string remedy) {
    return {core::Error::Kind::Input,
            {core::Severity::Error, {source, 0, 0}, std::move(problem), std::move(remedy)}};
}

void checkAxes(std::span<const GridAxis> axes, const std::string& source) {
    std::size_t points = 1;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j)
            if (axes[i].key == axes[j].key)
                throw refused(source, fmt::format("{} is varied twice", axes[i].key), "vary each key once");
        points *= axes[i].values.size();
        if (points > kMostGridPoints)
            throw refused(source, fmt::format("the grid has more than {} points", kMostGridPoints),
                          "vary fewer keys or take larger steps");
    }
}

}  // namespace

GridReading readGridAxis(const std::string& text, const std::string& source) {
    try {
        return {axisIn(text), {}};
    } catch (const GridProblem& found) {
        return {std::nullopt,
                {{core::Severity::Error,
                  {source, 1, static_cast<int>(found.at) + 1},
                  found.problem,
                  found.remedy}}};
    }
}

std::vector<std::vector<core::Override>> gridPoints(std::span<const GridAxis> axes,
                                                    const std::string& source) {
    checkAxes(axes, source);
    std::vector<std::vector<core::Override>> points(1);
    for (const GridAxis& axis : axes) {
        std::vector<std::vector<core::Override>> longer;
        for (const auto& point : points) {
            for (const std::string& value : axis.values) {
                longer.push_back(point);
                longer.back().push_back({axis.key, value});
            }
        }
        points = std::move(longer);
    }
    return points;
}

}  // namespace breakeven::sim
