#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace breakeven::core {

/// Calls work(index, thread) for every index below `count` on up to `threads` threads and passes the first
/// exception on. Threads take the next index as they become free, so work must not depend on who does it.
template <typename Work>
void parallelFor(std::size_t count, unsigned threads, const Work& work) {
    std::atomic<std::size_t> next = 0;
    std::exception_ptr failure;
    std::mutex guard;
    const auto run = [&](unsigned thread) {
        try {
            for (std::size_t i = next++; i < count; i = next++) work(i, thread);
        } catch (...) {
            const std::lock_guard lock(guard);
            if (!failure) failure = std::current_exception();
            next = count;
        }
    };
    {
        std::vector<std::jthread> others;
        for (unsigned t = 1; t < threads && t < count; ++t) others.emplace_back(run, t);
        run(0);
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace breakeven::core
