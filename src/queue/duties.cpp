// What keeps the queue healthy by time alone, and the callback outbox.
#include "imagined/base/bytes.hpp"
#include "redis_queue.hpp"
#include "task_record.hpp"

namespace imagined::queue {

namespace {

constexpr std::size_t lease_nonce_bytes = 16;

result<std::size_t> count_of(const result<redis::reply>& answer) {
    if (!answer) {
        return answer.error();
    }
    return static_cast<std::size_t>(number_at(*answer, 1));
}

using kind = task::event_kind;

std::string callback_event(kind what, std::vector<std::string> fields) {
    return task::to_text({what, std::move(fields)});
}

} // namespace

awaitable<result<std::size_t>> redis_queue::reap(std::size_t most) {
    redis::arguments values{std::to_string(most), std::to_string(options_.ambiguous_retries)};
    co_return count_of(co_await run(scripts().reap, std::move(values)));
}

awaitable<result<std::size_t>> redis_queue::promote(std::size_t most, std::vector<lane> waiting) {
    redis::arguments values{std::to_string(most)};
    for (const auto& one : waiting) {
        values.push_back(one.name);
        values.push_back(std::to_string(one.slots.size()));
        for (const auto& place : one.slots) {
            values.push_back(place.name);
        }
    }
    co_return count_of(co_await run(scripts().promote, std::move(values)));
}

awaitable<result<std::size_t>> redis_queue::forget(milliseconds ttl, std::size_t most) {
    redis::arguments values{std::to_string(ttl.count()), std::to_string(most)};
    co_return count_of(co_await run(scripts().forget, std::move(values)));
}

awaitable<result<std::vector<due_event>>>
redis_queue::outbox_claim(std::size_t most, milliseconds lease, outbox_room room) {
    redis::arguments values{
        std::to_string(most),
        std::to_string(lease.count()),
        random_hex(lease_nonce_bytes),
        std::to_string(room.each)
    };
    for (const auto& [caller, its_room] : room.of) {
        values.push_back(caller);
        values.push_back(std::to_string(its_room));
    }
    const auto answer = co_await run(scripts().outbox_claim, std::move(values));
    if (!answer) {
        co_return answer.error();
    }
    std::vector<due_event> due;
    const auto* entries = answer->items();
    for (std::size_t i = 1; entries != nullptr && i < entries->size(); ++i) {
        auto one = due_event_from((*entries)[i]);
        if (!one) {
            co_return one.error();
        }
        due.push_back(std::move(*one));
    }
    co_return due;
}

awaitable<result<void>> redis_queue::outbox_delivered(due_event event, std::string note) {
    std::string told =
        note.empty() ? "" : callback_event(kind::callback_delivered, {event.status, note});
    redis::arguments values{event.record.id, event.nonce, std::move(told)};
    co_return co_await join_plain(deliveries_, "outbox_delivered", std::move(values));
}

awaitable<result<void>>
redis_queue::outbox_failed(due_event event, std::optional<milliseconds> delay, std::string note) {
    const std::string attempt = std::to_string(event.attempt + 1);
    redis::arguments values{
        event.record.id,
        event.nonce,
        delay ? std::to_string(delay->count()) : "",
        callback_event(kind::callback_failed, {event.status, attempt, std::move(note)})
    };
    co_return co_await run_plain(scripts().outbox_failed, std::move(values));
}

awaitable<result<void>> redis_queue::outbox_release(due_event event, milliseconds delay) {
    redis::arguments values{event.record.id, event.nonce, std::to_string(delay.count())};
    co_return co_await join_plain(returns_, "outbox_release", std::move(values));
}

awaitable<result<void>> redis_queue::outbox_gone(due_event event, std::string note) {
    std::string told = callback_event(kind::callback_gone, {event.status, std::move(note)});
    redis::arguments values{event.record.id, event.nonce, std::move(told)};
    co_return co_await run_plain(scripts().outbox_gone, std::move(values));
}

awaitable<result<void>> redis_queue::outbox_replay(std::string id, std::string who) {
    redis::arguments values{std::move(id), std::move(who)};
    co_return co_await run_plain(scripts().outbox_replay, std::move(values));
}

} // namespace imagined::queue
