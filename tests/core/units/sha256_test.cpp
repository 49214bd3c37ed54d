#include "core/units/sha256.hpp"

#include <gtest/gtest.h>

namespace breakeven::core::sha256_test {
namespace {

// FIPS 180-4 examples (NIST, "SHA-256 example values") and the empty message.
TEST(Sha256, GivenThePublishedExamples_WhenHashed_ThenTheDigestsAgree) {
    EXPECT_EQ(sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

// The third example of FIPS 180-4: a million times the letter a.
TEST(Sha256, GivenBytesPieceByPiece_WhenHashed_ThenTheDigestIsThatOfTheWhole) {
    Sha256 hash;
    for (std::size_t i = 0; i < 1'000; ++i) hash.add(std::string(1'000, 'a'));
    EXPECT_EQ(hash.hex(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    EXPECT_EQ(Sha256().hex(), sha256Hex(""));
}

}  // namespace
}  // namespace breakeven::core::sha256_test
