// The commands of one client between "asked" and "answered", without any I/O: bytes not yet
// written, and the queue of those whose replies are awaited, in order. It decides who gets which
// reply, who waited too long and what is lost with a connection; the client moves the bytes.
//
// A command is *unsent* until its bytes are taken for writing. An unsent command whose waiter is
// gone is dropped together with its bytes and never runs. A *sent* one keeps its place, so that its
// late reply is recognised and dropped, and the replies behind it find their own waiters.
//
// Finished waiters are queued and handed out by next_finished(): nothing here resumes a coroutine,
// so no call comes back into a half-changed pipeline.
#pragma once

#include "imagined/base/failure.hpp"
#include "imagined/redis/client.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

namespace imagined::redis {

// Somebody who awaits one reply.
class waiter {
public:
    virtual ~waiter() = default;
    waiter() = default;
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    // Resumes the one who waits; called once, and the waiter is destroyed right after.
    virtual void deliver(result<reply> outcome) = 0;

    // Whether an error reply is handed over as it is, not as a failure.
    bool wants_error_replies = false;

private:
    friend class pipeline;
    std::uint64_t place_ = 0;
    bool finished_ = false;
    result<reply> outcome_;
};

class pipeline {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit pipeline(std::size_t max_pending_bytes) : max_pending_bytes_(max_pending_bytes) {}

    // `encode` appends one command to the std::string it is given. When the bytes that wait to be
    // written are too many, `who` finishes with `throttled`; with `invalid` when the command alone
    // is above the limit.
    template <class Encode>
    void add(std::unique_ptr<waiter> who, const Encode& encode, time_point deadline);

    // Finishes `who` without a command.
    void refuse(std::unique_ptr<waiter> who, failure why);

    bool has_unsent() const { return !unsent_.empty(); }

    bool awaits_reply() const { return sent_ > 0; }

    // Moves the unsent bytes to `batch` (whose old content is dropped). written() tells that they
    // have left.
    void take(std::string& batch, time_point now);

    void written() { writing_bytes_ = 0; }

    // The next reply of the server. False when nobody awaits one: the stream is out of step.
    bool answer(reply what);

    // Bytes arrived, be it only a part of a reply.
    void heard(time_point now) { last_heard_ = now; }

    // True when commands were sent and nothing has been heard for `limit`.
    bool stalled(time_point now, std::chrono::milliseconds limit) const {
        return sent_ > 0 && now - last_heard_ >= limit;
    }

    // The coroutine lost interest: finishes `who` with `cancelled`.
    void abandon(waiter& who);

    // True when expire() may have something to do.
    bool due(time_point now) const { return now >= earliest_deadline_; }

    // Finishes everyone whose deadline has passed: `of_sent` or `of_unsent` says why.
    void expire(time_point now, const failure& of_sent, const failure& of_unsent);

    void lose_sent(const failure& why);
    void lose_unsent(const failure& why);

    // Nobody waits and no late reply is expected.
    bool empty() const { return queue_.empty(); }

    bool has_finished() const { return !finished_.empty(); }

    // Resumes the one that finished first.
    void deliver_next();

    // Destroys every waiter undelivered: for the end of the event loop.
    void destroy_waiters();

private:
    struct slot {
        std::unique_ptr<waiter> who; // none: the reply is dropped
        time_point deadline;
        std::size_t bytes;
    };

    void finish(std::unique_ptr<waiter> who, result<reply> outcome);
    void drop_stale_bytes();
    bool admit(std::size_t bytes);

    std::size_t max_pending_bytes_;
    std::string unsent_;
    std::size_t writing_bytes_ = 0;
    std::deque<slot> queue_; // the first sent_ are sent
    std::size_t sent_ = 0;
    std::uint64_t head_place_ = 0;
    bool stale_ = false; // an unsent slot has lost its waiter
    time_point last_heard_;
    time_point earliest_deadline_ = time_point::max(); // never later than any waiter's
    std::deque<std::unique_ptr<waiter>> finished_;
};

template <class Encode>
void pipeline::add(std::unique_ptr<waiter> who, const Encode& encode, time_point deadline) {
    const std::size_t before = unsent_.size();
    encode(unsent_);
    const std::size_t bytes = unsent_.size() - before;
    if (!admit(bytes)) {
        unsent_.resize(unsent_.size() - bytes);
        refuse(
            std::move(who),
            bytes > max_pending_bytes_
                ? failure{failure_kind::invalid, "redis: the command is too large"}
                : failure{failure_kind::throttled, "redis: too much waits to be written"}
        );
        return;
    }
    who->place_ = head_place_ + queue_.size();
    earliest_deadline_ = std::min(earliest_deadline_, deadline);
    queue_.push_back({std::move(who), deadline, bytes});
}

} // namespace imagined::redis
