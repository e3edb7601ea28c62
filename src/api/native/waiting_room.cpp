#include "native/waiting_room.hpp"

#include <algorithm>
#include <vector>

namespace imagined::api {

namespace {

constexpr milliseconds look_every{150};
constexpr milliseconds look_apart{100};
constexpr seconds longest_silence{15};
constexpr std::size_t most_per_read = 256;

// Undoes something when the coroutine that holds it ends, however it ends.
template <class Undo>
class finally {
public:
    explicit finally(Undo undo) : undo_(std::move(undo)) {}

    finally(const finally&) = delete;
    finally& operator=(const finally&) = delete;

    ~finally() { undo_(); }

private:
    Undo undo_;
};

} // namespace

awaitable<> waiting_room::look() {
    looking_ = true;
    const finally done([this] { looking_ = false; });
    std::vector<std::string> ids;
    ids.reserve(guests_.size());
    for (const guest* one : guests_) {
        ids.push_back(one->id);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (std::size_t first = 0; first < ids.size(); first += most_per_read) {
        const auto last = std::min(first + most_per_read, ids.size());
        std::vector<std::string> some(
            ids.begin() + static_cast<std::ptrdiff_t>(first),
            ids.begin() + static_cast<std::ptrdiff_t>(last)
        );
        // The door has judged who may see what; here only ids of its own making are asked for.
        const auto found = co_await tasks_.read({"", true}, std::move(some));
        if (!found) {
            break;
        }
        answered_ = std::chrono::steady_clock::now();
        for (const auto& task : *found) {
            for (guest* one : guests_) {
                if (one->id == task.record.id) {
                    one->seen = task;
                }
            }
        }
    }
    looked_ = std::chrono::steady_clock::now();
}

awaitable<result<std::optional<queue::snapshot>>> waiting_room::wait(
    std::string id, std::function<bool(const std::optional<queue::snapshot>& seen)> leave
) {
    guest me{std::move(id), std::nullopt};
    if (guests_.empty()) {
        answered_ = std::chrono::steady_clock::now();
    }
    const auto place = guests_.insert(guests_.end(), &me);
    const finally gone([this, place] { guests_.erase(place); });
    for (;;) {
        const auto now = std::chrono::steady_clock::now();
        if (!looking_ && now - looked_ >= look_apart) {
            co_await look();
        }
        const bool ended = me.seen && task::is_terminal(me.seen->record.state);
        if (ended || leave(me.seen)) {
            co_return std::move(me.seen);
        }
        if (std::chrono::steady_clock::now() - answered_ > longest_silence) {
            co_return failure{failure_kind::unavailable, "the queue does not answer"};
        }
        co_await pause_for(look_every);
    }
}

} // namespace imagined::api
