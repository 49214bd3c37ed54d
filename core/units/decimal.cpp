#include "core/units/decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace breakeven::core {
namespace {

constexpr int kMostDigits = 76;        ///< of a mantissa: 2^256 is above 10^77
constexpr int kQuotientDigits = 38;    ///< of a quotient that does not end
constexpr int kMostExponent = 100000;  ///< of "1e…" before it is looked at closer

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

const Decimal::Mantissa& Decimal::powerOfTen(int exponent) {
    static const auto powers = [] {
        std::array<Mantissa, kMostDigits + 1> table;
        table[0] = 1;
        for (std::size_t i = 1; i < table.size(); ++i) table[i] = table[i - 1] * 10;
        return table;
    }();
    if (exponent > kMostDigits) throw std::overflow_error("more than 76 digits");
    return powers[static_cast<std::size_t>(exponent)];
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
    std::size_t at = 0;
    const bool isNegative = !text.empty() && text[0] == '-';
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) ++at;
    Decimal result;
    std::uint64_t part = 0;  // digits are gathered 18 at a time
    int gathered = 0;
    int digits = 0;
    int zeros = 0;  // seen after the last digit that is not 0, not yet taken
    int decimals = 0;
    bool hasPoint = false;
    bool hasDigit = false;
    const auto flush = [&] {
        if (gathered == 0) return;
        result.mantissa_ *= powerOfTen(gathered);
        result.mantissa_ += part;
        part = 0;
        gathered = 0;
    };
    const auto take = [&](unsigned digit) {
        if (digits == 0 && digit == 0) return;
        ++digits;
        part = part * 10 + digit;
        if (++gathered == 18 && digits <= kMostDigits) flush();
    };
    for (; at < text.size() && (isDigit(text[at]) || (text[at] == '.' && !hasPoint)); ++at) {
        if (text[at] == '.') {
            hasPoint = true;
            continue;
        }
        hasDigit = true;
        decimals += hasPoint ? 1 : 0;
        if (text[at] == '0') {
            ++zeros;
            continue;
        }
        if (digits + zeros >= kMostDigits && digits > 0) return std::nullopt;
        for (; zeros > 0; --zeros) take(0);
        take(static_cast<unsigned>(text[at] - '0'));
    }
    if (!hasDigit) return std::nullopt;
    int exponent = 0;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && text[at] == '+') ++at;
        const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), exponent);
        if (error != std::errc() || std::abs(exponent) > kMostExponent) return std::nullopt;
        at = static_cast<std::size_t>(end - text.data());
    }
    if (at != text.size()) return std::nullopt;
    flush();
    if (result.mantissa_.is_zero()) return Decimal();
    const int scale = decimals - zeros - exponent;
    if (scale > kMostDigits || digits - std::min(scale, 0) > kMostDigits) return std::nullopt;
    if (scale < 0)
        result.mantissa_ *= powerOfTen(-scale);
    else
        result.scale_ = scale;
    if (isNegative) result.mantissa_.backend().negate();
    return result;
}

std::string Decimal::text(int places) const {
    Mantissa magnitude = abs(mantissa_);
    int scale = scale_;
    if (scale > places) {  // trailing zeros go
        Decimal stripped = *this;
        stripped.strip();
        scale = stripped.scale_;
        magnitude = abs(stripped.mantissa_);
    }
    std::string digits = magnitude.str();
    if (places > scale) {
        digits.append(static_cast<std::size_t>(places - scale), '0');
        scale = places;
    }
    if (digits.size() <= static_cast<std::size_t>(scale))
        digits.insert(0, static_cast<std::size_t>(scale) + 1 - digits.size(), '0');
    if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), 1, '.');
    return isNegative() ? "-" + digits : digits;
}

double Decimal::toDouble() const {
    const std::string digits = text();
    double value = 0.0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

Decimal& Decimal::operator+=(const Decimal& other) {
    if (scale_ == other.scale_) {
        mantissa_ += other.mantissa_;
    } else if (scale_ < other.scale_) {
        mantissa_ *= powerOfTen(other.scale_ - scale_);
        mantissa_ += other.mantissa_;
        scale_ = other.scale_;
    } else {
        mantissa_ += other.mantissa_ * powerOfTen(scale_ - other.scale_);
    }
    return *this;
}

Decimal& Decimal::operator-=(const Decimal& other) {
    return *this += -other;
}

Decimal& Decimal::operator*=(const Decimal& other) {
    mantissa_ *= other.mantissa_;
    scale_ = mantissa_.is_zero() ? 0 : scale_ + other.scale_;
    return *this;
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
    int order = 0;
    if (a.scale_ == b.scale_) {
        order = a.mantissa_.compare(b.mantissa_);
    } else if (a.mantissa_.sign() != b.mantissa_.sign()) {
        order = a.mantissa_.sign() - b.mantissa_.sign();
    } else if (a.scale_ < b.scale_) {
        order =
            Decimal::Mantissa(a.mantissa_ * Decimal::powerOfTen(b.scale_ - a.scale_)).compare(b.mantissa_);
    } else {
        order =
            a.mantissa_.compare(Decimal::Mantissa(b.mantissa_ * Decimal::powerOfTen(a.scale_ - b.scale_)));
    }
    return order <=> 0;
}

void Decimal::strip() {
    Mantissa quotient;
    Mantissa rest;
    while (scale_ > 0) {
        divide_qr(mantissa_, powerOfTen(1), quotient, rest);
        if (!rest.is_zero()) return;
        mantissa_ = quotient;
        --scale_;
    }
}

Decimal quotient(const Decimal& a, const Decimal& b) {
    if (b.isZero()) throw std::overflow_error("division by zero");
    if (a.isZero()) return {};
    const auto bitsOf = [](const Decimal::Mantissa& value) { return static_cast<int>(msb(abs(value))); };
    // Enough zeros behind the dividend for kQuotientDigits digits and one to round by.
    const int missing = kQuotientDigits + 1 + (bitsOf(b.mantissa_) - bitsOf(a.mantissa_)) * 30103 / 100000;
    int zeros = std::max({missing, b.scale_ - a.scale_, 0});
    Decimal result;
    Decimal::Mantissa rest;
    divide_qr(Decimal::Mantissa(a.mantissa_ * Decimal::powerOfTen(zeros)), b.mantissa_, result.mantissa_,
              rest);
    result.scale_ = a.scale_ + zeros - b.scale_;
    if (!rest.is_zero()) {  // does not end here: half away on the next digit
        const bool isUp = abs(rest) * 2 >= abs(b.mantissa_);
        if (isUp) result.mantissa_ += (a.isNegative() == b.isNegative()) ? 1 : -1;
    }
    result.strip();
    return result;
}

Decimal roundHalfAway(const Decimal& value, int places) {
    if (value.scale_ <= places) return value;
    const Decimal::Mantissa& unit = Decimal::powerOfTen(value.scale_ - places);
    Decimal result;
    Decimal::Mantissa rest;
    divide_qr(value.mantissa_, unit, result.mantissa_, rest);
    if (abs(rest) * 2 >= unit) result.mantissa_ += value.isNegative() ? -1 : 1;
    result.scale_ = std::max(places, 0);
    if (places < 0) result.mantissa_ *= Decimal::powerOfTen(-places);
    return result;
}

Decimal roundDown(const Decimal& value, int places) {
    if (value.scale_ <= places) return value;
    const Decimal::Mantissa& unit = Decimal::powerOfTen(value.scale_ - places);
    Decimal result;
    Decimal::Mantissa rest;
    divide_qr(value.mantissa_, unit, result.mantissa_, rest);
    if (!rest.is_zero() && value.isNegative()) result.mantissa_ -= 1;
    result.scale_ = std::max(places, 0);
    if (places < 0) result.mantissa_ *= Decimal::powerOfTen(-places);
    return result;
}

Decimal roundUp(const Decimal& value, int places) {
    return -roundDown(-value, places);
}

double roundHalfAway(double value, int places) {
    const double unit = std::pow(10.0, std::abs(places));
    return places >= 0 ? std::round(value * unit) / unit : std::round(value / unit) * unit;
}

double roundUp(double value, int places) {
    if (places == 0) return std::ceil(value);
    const double unit = std::pow(10.0, std::abs(places));
    return places > 0 ? std::ceil(value * unit) / unit : std::ceil(value / unit) * unit;
}

double roundDown(double value, int places) {
    return -roundUp(-value, places);
}

}  // namespace breakeven::core
