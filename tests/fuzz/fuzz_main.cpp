// One libFuzzer program per target: BREAKEVEN_FUZZ_TARGET names it.

#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzz_targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    breakeven::fuzz::BREAKEVEN_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
    return 0;
}
