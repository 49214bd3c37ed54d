#include "sim/random/stream.hpp"

namespace breakeven::sim {
namespace {

std::uint32_t fnv1a(std::uint32_t hash, std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return hash;
}

}  // namespace

std::uint32_t streamId(std::string_view stage, std::string_view name) {
    return fnv1a(fnv1a(fnv1a(2166136261U, stage), "/"), name);
}

}  // namespace breakeven::sim
