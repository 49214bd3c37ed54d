#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::ui {

inline constexpr int kPollMs = 50;  ///< how often the window looks for news

/// What a thrown error says.
[[nodiscard]] inline core::Diagnostic diagnosticOf(const std::exception& error) {
    if (const auto* known = dynamic_cast<const core::Error*>(&error)) return known->diagnostic();
    return {core::Severity::Error, {"Breakeven", 0, 0}, error.what(), "report this with the file"};
}

/// One piece of work at a time in a thread of its own. The window's thread looks for news; a new piece of
/// work stops the old one, whose news are dropped.
template <typename News>
class WorkThread {
  public:
    /// Hands news over, from the working thread.
    using Tell = std::function<void(News)>;
    using Work = std::function<void(const std::stop_token&, const Tell&)>;

    ~WorkThread() { stopAndJoin(); }

    void start(Work work) {
        stopAndJoin();
        state_ = std::make_shared<State>();
        thread_ = std::jthread([state = state_, work = std::move(work)](const std::stop_token& stop) {
            std::optional<core::Diagnostic> failure;
            try {
                work(stop, [&](News item) {
                    const std::lock_guard lock(state->mutex);
                    state->news.push_back(std::move(item));
                });
            } catch (const std::exception& error) {
                failure = diagnosticOf(error);
            }
            const std::lock_guard lock(state->mutex);
            state->failure = std::move(failure);
            state->isOver = true;
        });
    }

    /// Asks the work to stop; what it tells until then is still news.
    void cancel() { thread_.request_stop(); }

    /// Asks the work to stop and waits for it; nothing of it is told any more.
    void stopAndJoin() {
        thread_.request_stop();
        if (thread_.joinable()) thread_.join();
        state_.reset();
    }

    [[nodiscard]] bool isRunning() const { return state_ != nullptr; }

    /// What has come since the last look.
    struct Look {
        std::vector<News> news;  ///< in the order in which they were told
        std::optional<core::Diagnostic> failure;
        bool isOver = false;  ///< the work has ended: nothing more will come
        double seconds = 0.0;
    };
    Look look() {
        Look result;
        if (!state_) return result;
        result.seconds = std::chrono::duration<double>(Clock::now() - state_->start).count();
        {
            const std::lock_guard lock(state_->mutex);
            result.news = std::exchange(state_->news, {});
            result.failure = std::exchange(state_->failure, std::nullopt);
            result.isOver = state_->isOver;
        }
        if (result.isOver) stopAndJoin();
        return result;
    }

  private:
    using Clock = std::chrono::steady_clock;
    /// What the thread writes and the window reads, under the mutex.
    struct State {
        std::mutex mutex;
        std::vector<News> news;
        std::optional<core::Diagnostic> failure;
        bool isOver = false;
        const Clock::time_point start = Clock::now();
    };
    std::shared_ptr<State> state_;  ///< shared with the thread
    std::jthread thread_;
};

}  // namespace breakeven::ui
