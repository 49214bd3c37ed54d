#include "core/units/sha256.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace breakeven::core {
namespace {

using Digest = std::array<unsigned char, 32>;

void expect(int outcome) {
    if (outcome != 1) throw std::runtime_error("OpenSSL refused to compute SHA-256");
}

std::string hexOf(const Digest& digest) {
    std::string hex;
    for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
    return hex;
}

}  // namespace

std::string sha256Hex(std::string_view bytes) {
    Digest digest{};
    unsigned int size = 0;
    expect(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr));
    return hexOf(digest);
}

struct Sha256::State {
    State() : context(EVP_MD_CTX_new()) {}
    ~State() { EVP_MD_CTX_free(context); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    expect(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr));
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
    expect(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()));
}

std::string Sha256::hex() {
    Digest digest{};
    unsigned int size = 0;
    expect(EVP_DigestFinal_ex(state_->context, digest.data(), &size));
    return hexOf(digest);
}

}  // namespace breakeven::core
