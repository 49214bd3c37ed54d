#include "core/time/instant.hpp"

#include <date/date.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace breakeven::core {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kMostSeconds = 9'223'372'000;  // an Instant holds 292 years either way

/// Reads decimal digits off the front of a text.
class DigitReader {
  public:
    explicit DigitReader(std::string_view text) : text_(text) {}
    [[nodiscard]] bool atEnd() const { return text_.empty(); }
    [[nodiscard]] char front() const { return text_.empty() ? '\0' : text_.front(); }
    void step() { text_.remove_prefix(1); }
    bool take(char c) {
        if (front() != c || text_.empty()) return false;
        step();
        return true;
    }
    /// Exactly `count` digits; -1 when there are fewer.
    int digits(std::size_t count) {
        if (text_.size() < count) return -1;
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const char c = text_[i];
            if (c < '0' || c > '9') return -1;
            value = value * 10 + (c - '0');
        }
        text_.remove_prefix(count);
        return value;
    }

  private:
    std::string_view text_;
};

/// Nanoseconds of the decimals after a point; none without any digit.
std::optional<std::int64_t> decimals(DigitReader& reader) {
    std::int64_t value = 0;
    int count = 0;
    while (reader.front() >= '0' && reader.front() <= '9') {
        if (count < 9) value = value * 10 + (reader.front() - '0');
        ++count;
        reader.step();
    }
    for (int i = count; i < 9; ++i) value *= 10;
    return count == 0 ? std::nullopt : std::optional(value);
}

std::int64_t scaleOf(EpochUnit unit) {
    switch (unit) {
        case EpochUnit::Milliseconds:
            return 1'000'000;
        case EpochUnit::Microseconds:
            return 1'000;
        case EpochUnit::Nanoseconds:
            return 1;
        default:
            return kSecond;
    }
}

EpochUnit unitBySize(double value) {
    const double size = std::abs(value);
    if (size < 1e11) return EpochUnit::Seconds;
    if (size < 1e14) return EpochUnit::Milliseconds;
    return size < 1e17 ? EpochUnit::Microseconds : EpochUnit::Nanoseconds;
}

}  // namespace

std::optional<std::int32_t> daysOf(int year, int month, int day) {
    const date::year_month_day ymd{date::year(year), date::month(static_cast<unsigned>(month)),
                                   date::day(static_cast<unsigned>(day))};
    if (month < 1 || day < 1 || !ymd.ok()) return std::nullopt;
    return static_cast<std::int32_t>(date::sys_days(ymd).time_since_epoch().count());
}

std::optional<WrittenTime> parseTime(std::string_view text) {
    DigitReader reader(text);
    const int year = reader.digits(4);
    if (year < 0 || !reader.take('-')) return std::nullopt;
    const int month = reader.digits(2);
    if (month < 0 || !reader.take('-')) return std::nullopt;
    const auto days = daysOf(year, month, reader.digits(2));
    if (!days) return std::nullopt;
    std::int64_t seconds = *days * kSecondsPerDay;
    std::int64_t nanoseconds = 0;
    WrittenTime time;
    if (!reader.atEnd()) {
        if (!reader.take('T') && !reader.take(' ') && !reader.take('t')) return std::nullopt;
        const int hour = reader.digits(2);
        if (hour < 0 || hour > 23 || !reader.take(':')) return std::nullopt;
        const int minute = reader.digits(2);
        if (minute < 0 || minute > 59) return std::nullopt;
        seconds += hour * 3600 + minute * 60;
        if (reader.take(':')) {
            const int second = reader.digits(2);
            if (second < 0 || second > 60) return std::nullopt;
            seconds += second;
            if (reader.take('.') || reader.take(',')) {
                const auto fraction = decimals(reader);
                if (!fraction) return std::nullopt;
                nanoseconds = *fraction;
            }
        }
        if (reader.take('Z') || reader.take('z')) {
            time.hasOffset = true;
        } else if (reader.front() == '+' || reader.front() == '-') {
            const int sign = reader.front() == '-' ? -1 : 1;
            reader.step();
            const int hours = reader.digits(2);
            if (hours < 0 || hours > 23) return std::nullopt;
            int minutes = 0;
            const bool isColon = reader.take(':');
            if (isColon || !reader.atEnd()) minutes = reader.digits(2);
            if (minutes < 0 || minutes > 59) return std::nullopt;
            seconds -= sign * (std::int64_t{hours} * 3600 + std::int64_t{minutes} * 60);
            time.hasOffset = true;
        }
    }
    if (!reader.atEnd() || seconds > kMostSeconds || seconds < -kMostSeconds) return std::nullopt;
    time.instant = seconds * kSecond + nanoseconds;
    return time;
}

std::optional<Instant> epochInstant(double value, EpochUnit unit) {
    if (!std::isfinite(value)) return std::nullopt;
    if (unit == EpochUnit::Auto) unit = unitBySize(value);
    const double nanoseconds = value * static_cast<double>(scaleOf(unit));
    if (std::abs(nanoseconds) > 9.2e18) return std::nullopt;
    return static_cast<Instant>(std::llround(nanoseconds));
}

std::optional<Instant> parseEpoch(std::string_view text, EpochUnit unit) {
    std::int64_t whole = 0;
    const char* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, whole);
    if (error == std::errc() && at == end) {
        if (unit == EpochUnit::Auto) unit = unitBySize(static_cast<double>(whole));
        const std::int64_t scale = scaleOf(unit);
        Instant instant = 0;
        if (__builtin_mul_overflow(whole, scale, &instant)) return std::nullopt;
        return std::abs(instant / kSecond) <= kMostSeconds ? std::optional(instant) : std::nullopt;
    }
    double value = 0.0;
    const auto [stop, problem] = std::from_chars(text.data(), end, value);
    if (problem != std::errc() || stop != end || text.empty()) return std::nullopt;
    return epochInstant(value, unit);
}

std::optional<std::int32_t> dayOfDate(std::string_view text) {
    const auto time = text.size() == 10 ? parseTime(text) : std::nullopt;
    if (!time) return std::nullopt;
    return static_cast<std::int32_t>(time->instant / (kSecondsPerDay * kSecond) -
                                     (time->instant % (kSecondsPerDay * kSecond) < 0 ? 1 : 0));
}

std::string dateText(std::int32_t days) {
    const date::year_month_day ymd{date::sys_days(date::days(days))};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                       static_cast<unsigned>(ymd.day()));
}

std::string instantText(Instant instant) {
    std::int64_t seconds = instant / kSecond;
    std::int64_t rest = instant % kSecond;
    if (rest < 0) {
        rest += kSecond;
        --seconds;
    }
    std::int64_t days = seconds / kSecondsPerDay;
    std::int64_t second = seconds % kSecondsPerDay;
    if (second < 0) {
        second += kSecondsPerDay;
        --days;
    }
    std::string fraction;
    if (rest != 0) {
        fraction = fmt::format(".{:09}", rest);
        fraction.erase(fraction.find_last_not_of('0') + 1);
    }
    return fmt::format("{}T{:02}:{:02}:{:02}{}Z", dateText(static_cast<std::int32_t>(days)), second / 3600,
                       second / 60 % 60, second % 60, fraction);
}

}  // namespace breakeven::core
