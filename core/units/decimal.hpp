#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace breakeven::core {

/// An exact decimal number: a 256-bit whole number over a power of ten, 76 significant digits. Sums and
/// products are exact or throw std::runtime_error (std::overflow_error, std::range_error); nothing is ever
/// rounded silently. Only `quotient` and the rounding functions round.
class Decimal {
  public:
    Decimal() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): whole numbers are exact
    Decimal(std::int64_t whole) : mantissa_(whole) {}

    /// The number that the whole text is, exactly: "-12.50", "1e-6", "+3". None for anything else and for a
    /// number of more than 76 significant digits or 76 decimals.
    [[nodiscard]] static std::optional<Decimal> parse(std::string_view text);

    /// Plain text without exponent, with at least `places` decimals: "12.50".
    [[nodiscard]] std::string text(int places = 0) const;
    [[nodiscard]] double toDouble() const;

    [[nodiscard]] bool isNegative() const { return mantissa_ < 0; }
    [[nodiscard]] bool isZero() const { return mantissa_.is_zero(); }

    Decimal& operator+=(const Decimal& other);
    Decimal& operator-=(const Decimal& other);
    Decimal& operator*=(const Decimal& other);
    friend Decimal operator+(Decimal a, const Decimal& b) { return a += b; }
    friend Decimal operator-(Decimal a, const Decimal& b) { return a -= b; }
    friend Decimal operator*(Decimal a, const Decimal& b) { return a *= b; }
    friend Decimal operator-(Decimal a) {
        a.mantissa_.backend().negate();
        return a;
    }
    friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
    friend bool operator==(const Decimal& a, const Decimal& b) { return std::is_eq(a <=> b); }

    friend Decimal roundHalfAway(const Decimal& value, int places);
    friend Decimal roundUp(const Decimal& value, int places);
    friend Decimal roundDown(const Decimal& value, int places);
    friend Decimal quotient(const Decimal& a, const Decimal& b);
    friend Decimal hundredth(Decimal value);

  private:
    using Mantissa = boost::multiprecision::number<
        boost::multiprecision::cpp_int_backend<256, 256, boost::multiprecision::signed_magnitude,
                                               boost::multiprecision::checked, void>,
        boost::multiprecision::et_off>;
    static const Mantissa& powerOfTen(int exponent);
    void strip();

    /// value = mantissa_ / 10^scale_, 0 <= scale_
    Mantissa mantissa_ = 0;
    int scale_ = 0;
};

/// The one rounding of money: to `places` decimals (negative: tens, hundreds), halves away from zero.
[[nodiscard]] Decimal roundHalfAway(const Decimal& value, int places);
/// The nearest multiple of 10^-places that is not below (roundUp), not above (roundDown).
[[nodiscard]] Decimal roundUp(const Decimal& value, int places);
[[nodiscard]] Decimal roundDown(const Decimal& value, int places);
/// a / b: exact where it ends within 38 significant digits, else to 38 at least, half away from zero. `b` not
/// 0 (std::overflow_error).
[[nodiscard]] Decimal quotient(const Decimal& a, const Decimal& b);
/// value / 100, exactly.
[[nodiscard]] inline Decimal hundredth(Decimal value) {
    if (!value.isZero()) value.scale_ += 2;
    return value;
}

// The same names for double, so that a price rule is written once for both.
[[nodiscard]] double roundHalfAway(double value, int places);
[[nodiscard]] double roundUp(double value, int places);
[[nodiscard]] double roundDown(double value, int places);
[[nodiscard]] inline double quotient(double a, double b) {
    return a / b;
}
[[nodiscard]] inline double hundredth(double value) {
    return value / 100.0;
}

}  // namespace breakeven::core
