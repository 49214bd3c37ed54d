#include "core/units/time_point.hpp"

#include <algorithm>

namespace breakeven::core {
namespace {

using std::chrono::day;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

/// Reads fixed-width fields off the front of a text.
class Fields {
  public:
    explicit Fields(std::string_view text) : text_(text) {}

    [[nodiscard]] bool isDone() const { return at_ == text_.size(); }
    [[nodiscard]] bool skip(char c) {
        if (isDone() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    [[nodiscard]] std::optional<int> digits(std::size_t count) {
        if (text_.size() - at_ < count) return std::nullopt;
        int value = 0;
        for (std::size_t i = 0; i < count; ++i, ++at_) {
            if (text_[at_] < '0' || text_[at_] > '9') return std::nullopt;
            value = value * 10 + (text_[at_] - '0');
        }
        return value;
    }
    /// Digits behind a point as microseconds; further ones are cut off.
    [[nodiscard]] std::optional<int> fraction() {
        int value = 0;
        int count = 0;
        for (; !isDone() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_, ++count) {
            if (count < 6) value = value * 10 + (text_[at_] - '0');
        }
        if (count == 0) return std::nullopt;
        for (; count < 6; ++count) value *= 10;
        return value;
    }

  private:
    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<TimePoint> parseTimePoint(std::string_view text) {
    Fields fields(text);
    const auto y = fields.digits(4);
    if (!y || !fields.skip('-')) return std::nullopt;
    const auto m = fields.digits(2);
    if (!m || !fields.skip('-')) return std::nullopt;
    const auto d = fields.digits(2);
    if (!d) return std::nullopt;
    const year_month_day date{year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d))};
    if (!date.ok()) return std::nullopt;
    TimePoint instant = sys_days(date);
    if (fields.isDone()) return instant;
    if (!fields.skip('T') && !fields.skip('t') && !fields.skip(' ')) return std::nullopt;
    const auto hour = fields.digits(2);
    if (!hour || *hour > 23 || !fields.skip(':')) return std::nullopt;
    const auto minute = fields.digits(2);
    if (!minute || *minute > 59) return std::nullopt;
    instant += hours(*hour) + minutes(*minute);
    if (fields.skip(':')) {
        const auto second = fields.digits(2);
        if (!second || *second > 59) return std::nullopt;
        instant += seconds(*second);
        if (fields.skip('.')) {
            const auto fraction = fields.fraction();
            if (!fraction) return std::nullopt;
            instant += microseconds(*fraction);
        }
    }
    if (fields.isDone() || ((fields.skip('Z') || fields.skip('z')) && fields.isDone())) return instant;
    const bool isEast = fields.skip('+');
    if (!isEast && !fields.skip('-')) return std::nullopt;
    const auto zoneHours = fields.digits(2);
    if (!zoneHours || *zoneHours > 14) return std::nullopt;
    const bool hasColon = fields.skip(':');
    const auto zoneMinutes = hasColon || !fields.isDone() ? fields.digits(2) : 0;
    if (!zoneMinutes || *zoneMinutes > 59 || !fields.isDone()) return std::nullopt;
    const auto offset = hours(*zoneHours) + minutes(*zoneMinutes);
    return isEast ? instant - offset : instant + offset;
}

sys_days addMonths(sys_days from, int months, unsigned anchorDay) {
    const year_month_day date{from};
    const auto target = date.year() / date.month() + std::chrono::months(months);
    const auto last = target / std::chrono::last;
    return sys_days(target / std::min(day(anchorDay), last.day()));
}

}  // namespace breakeven::core
