#include "core/text/packed_bytes.hpp"

namespace breakeven::core {

void BytePacker::whole(std::uint64_t value) {
    for (; value > 0x7fU; value >>= 7) bytes_ += static_cast<char>((value & 0x7fU) | 0x80U);
    bytes_ += static_cast<char>(value);
}

void BytePacker::number(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (unsigned shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>((bits >> shift) & 0xffU);
}

void BytePacker::text(std::string_view value) {
    whole(value.size());
    bytes_ += value;
}

void BytePacker::numbers(const std::vector<double>& values) {
    whole(values.size());
    for (const double value : values) number(value);
}

std::uint64_t ByteUnpacker::whole() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (left_.empty()) throw BytesUnreadable("the bytes end inside a whole number");
        const auto byte = static_cast<std::uint8_t>(left_.front());
        left_.remove_prefix(1);
        if (shift == 63 && byte > 1) break;
        value |= std::uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80U) return value;
    }
    throw BytesUnreadable("a whole number of more than 64 bits");
}

std::uint64_t ByteUnpacker::whole(std::uint64_t most) {
    const std::uint64_t value = whole();
    if (value > most) throw BytesUnreadable("a whole number is too large");
    return value;
}

double ByteUnpacker::number() {
    if (left_.size() < 8) throw BytesUnreadable("the bytes end inside a number");
    std::uint64_t bits = 0;
    for (unsigned i = 0; i < 8; ++i) bits |= std::uint64_t{static_cast<std::uint8_t>(left_[i])} << (8 * i);
    left_.remove_prefix(8);
    return std::bit_cast<double>(bits);
}

std::string ByteUnpacker::text() {
    const std::size_t size = count(1);
    std::string value(left_.substr(0, size));
    left_.remove_prefix(size);
    return value;
}

std::vector<double> ByteUnpacker::numbers() {
    std::vector<double> values(count(8));
    for (double& value : values) value = number();
    return values;
}

std::size_t ByteUnpacker::count(std::size_t leastBytes) {
    const std::uint64_t value = whole();
    if (value > left_.size() / leastBytes) throw BytesUnreadable("more is announced than the bytes hold");
    return static_cast<std::size_t>(value);
}

}  // namespace breakeven::core
