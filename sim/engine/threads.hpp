#pragma once

#include <cstddef>
#include <functional>

namespace breakeven::sim {

/// Runs `work` on so many threads, the caller's among them (0: as many as the machine has), at most on `most`
/// of them, until all are done. Throws what the first of them threw.
void onThreads(int threads, std::size_t most, const std::function<void()>& work);

/// Calls each(i) once for every i below n, on up to so many threads, in any order.
void forEach(int threads, std::size_t n, const std::function<void(std::size_t)>& each);

}  // namespace breakeven::sim
