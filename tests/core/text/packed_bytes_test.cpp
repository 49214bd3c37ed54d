#include "core/text/packed_bytes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace breakeven::core::packed_bytes_test {
namespace {

// The three examples of the DWARF standard, version 4, figure 22 (unsigned LEB128), and the ends.
TEST(PackedBytes, GivenWholeNumbers_WhenPacked_ThenTheBytesAreThoseOfTheStandard) {
    const std::pair<std::uint64_t, std::string> cases[] = {
        {2, "\x02"},
        {128, "\x80\x01"},
        {12857, "\xb9\x64"},
        {std::numeric_limits<std::uint64_t>::max(), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"}};
    for (const auto& [value, bytes] : cases) {
        BytePacker packer;
        packer.whole(value);
        EXPECT_EQ(packer.bytes(), bytes);
        ByteUnpacker unpacker(bytes);
        EXPECT_EQ(unpacker.whole(), value);
        EXPECT_TRUE(unpacker.isAtEnd());
    }
}

TEST(PackedBytes, GivenNumbersOfEveryKind_WhenPackedAndTakenOut_ThenEveryBitIsTheSame) {
    using Limits = std::numeric_limits<double>;
    const std::vector<double> values{0.0,
                                     -0.0,
                                     0.1,
                                     Limits::denorm_min(),
                                     Limits::max(),
                                     Limits::infinity(),
                                     -Limits::infinity(),
                                     std::bit_cast<double>(std::uint64_t{0xfff8000000001234U})};
    BytePacker packer;
    packer.numbers(values);
    packer.text(std::string("a\0b", 3));
    ByteUnpacker unpacker(packer.bytes());
    const std::vector<double> found = unpacker.numbers();
    ASSERT_EQ(found.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        EXPECT_EQ(std::bit_cast<std::uint64_t>(found[i]), std::bit_cast<std::uint64_t>(values[i])) << i;
    EXPECT_EQ(unpacker.text(), std::string("a\0b", 3));
    EXPECT_TRUE(unpacker.isAtEnd());
}

TEST(PackedBytes, GivenBytesThatEndTooEarly_WhenTakenOut_ThenItIsSaid) {
    BytePacker packer;
    packer.whole(300);
    packer.numbers({1.0, 2.0});
    packer.text("word");
    const std::string bytes = packer.bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        ByteUnpacker unpacker(std::string_view(bytes).substr(0, size));
        const auto takeAll = [&] {
            static_cast<void>(unpacker.whole());
            static_cast<void>(unpacker.numbers());
            static_cast<void>(unpacker.text());
        };
        EXPECT_THROW(takeAll(), BytesUnreadable) << size;
    }
}

TEST(PackedBytes, GivenMoreThanCanBe_WhenTakenOut_ThenItIsSaidBeforeMemoryIsTaken) {
    const std::string most("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10);
    const std::string more("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10);
    EXPECT_THROW(static_cast<void>(ByteUnpacker(most).text()), BytesUnreadable);
    EXPECT_THROW(static_cast<void>(ByteUnpacker(most).numbers()), BytesUnreadable);
    EXPECT_THROW(static_cast<void>(ByteUnpacker(more).whole()), BytesUnreadable);
    EXPECT_THROW(static_cast<void>(ByteUnpacker("\x05").whole(4)), BytesUnreadable);
}

}  // namespace
}  // namespace breakeven::core::packed_bytes_test
