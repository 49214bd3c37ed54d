#include "sim/engine/threads.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace breakeven::sim {

void onThreads(int threads, std::size_t most, const std::function<void()>& work) {
    const std::size_t wanted = threads > 0 ? static_cast<std::size_t>(threads)
                                           : std::max<std::size_t>(1, std::thread::hardware_concurrency());
    std::mutex mutex;
    std::exception_ptr failure;
    const auto guarded = [&] {
        try {
            work();
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (!failure) failure = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < std::min(wanted, most); ++i) others.emplace_back(guarded);
        guarded();
    }
    if (failure) std::rethrow_exception(failure);
}

void forEach(int threads, std::size_t n, const std::function<void(std::size_t)>& each) {
    std::atomic<std::size_t> next = 0;
    onThreads(threads, n, [&] {
        for (std::size_t i = next++; i < n; i = next++) each(i);
    });
}

}  // namespace breakeven::sim
