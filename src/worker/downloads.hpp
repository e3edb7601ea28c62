// The pictures of one task on their way from their links to the disk, side by side. Held by
// shared_ptr: each is a coroutine of its own, and may outlive the task's interest in it.
#pragma once

#include "paid_pictures.hpp"
#include "shift.hpp"

#include "imagined/base/wakeup.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace imagined::worker {

class downloads : public std::enable_shared_from_this<downloads> {
public:
    // Of a task that has had so many attempts; `trace` stands on the log lines.
    downloads(std::shared_ptr<shift> on, std::string task, int attempt, std::string trace);

    // Obtains each of them, unless an earlier attempt stored it.
    void begin(std::vector<picture_order> orders);

    // Until none is under way, or one more has ended, or `limit` has passed. True: none is.
    awaitable<bool> wait(milliseconds limit);

    // Of those that ended since the last time.
    std::vector<picture_outcome> take_outcomes() { return std::exchange(ended_, {}); }

    // What was downloaded, once: "" for a picture that an earlier attempt stored.
    std::string take_bytes(std::size_t at);

    // A disk that is full is no reason to fill the memory.
    void drop_bytes() { bytes_.clear(); }

private:
    awaitable<> obtain(picture_order order);
    awaitable<picture_outcome> outcome_of(const picture_order& order);
    awaitable<result<std::string>> download(const picture_order& order);

    std::shared_ptr<shift> on_;
    std::string task_;
    int attempt_;
    std::string trace_;
    std::size_t under_way_ = 0;
    wakeup one_more_; // has ended
    std::vector<picture_outcome> ended_;
    std::map<std::size_t, std::string> bytes_;
};

} // namespace imagined::worker
