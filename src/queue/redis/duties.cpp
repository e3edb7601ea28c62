// What keeps the queue healthy by time alone, and the callback outbox.
#include "imagined/base/bytes.hpp"
#include "redis_queue.hpp"
#include "task_record.hpp"

namespace imagined::queue {

namespace {

constexpr std::size_t outbox_nonce_bytes = 16;

result<std::size_t> count_of(const result<redis::reply>& answer) {
    if (!answer) {
        return answer.error();
    }
    return static_cast<std::size_t>(number_at(*answer, 1));
}

using task::event_kind;

std::string callback_event(event_kind what, std::vector<std::string> fields) {
    return task::to_text({what, std::move(fields)});
}

} // namespace

awaitable<result<std::size_t>> redis_queue::reap(std::size_t most) {
    reap_arguments asked{
        .most = static_cast<std::int64_t>(most), .allowed = options_.ambiguous_retries
    };
    co_return count_of(co_await run(functions().reap, std::move(asked).values()));
}

awaitable<result<std::size_t>> redis_queue::promote(std::size_t most, std::vector<lane> waiting) {
    promote_arguments asked{.most = static_cast<std::int64_t>(most), .lanes = {}};
    for (const auto& one : waiting) {
        asked.lanes.push_back(one.name);
        asked.lanes.push_back(std::to_string(one.slots.size()));
        for (const auto& place : one.slots) {
            asked.lanes.push_back(place.name);
        }
    }
    co_return count_of(co_await run(functions().promote, std::move(asked).values()));
}

awaitable<result<std::size_t>> redis_queue::forget(milliseconds ttl, std::size_t most) {
    forget_arguments asked{.kept_ms = ttl.count(), .most = static_cast<std::int64_t>(most)};
    co_return count_of(co_await run(functions().forget, std::move(asked).values()));
}

awaitable<result<std::vector<due_event>>>
redis_queue::outbox_claim(std::size_t most, milliseconds lease, outbox_room room) {
    outbox_claim_arguments asked{
        .most = static_cast<std::int64_t>(most),
        .lease_ms = lease.count(),
        .fresh_nonce = random_hex(outbox_nonce_bytes),
        .room = static_cast<std::int64_t>(room.each),
        .each_place = {}
    };
    for (const auto& [caller, its_room] : room.of) {
        asked.each_place.push_back({caller, static_cast<std::int64_t>(its_room)});
    }
    const auto answer = co_await run(functions().outbox_claim, std::move(asked).values());
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
    outbox_delivered_arguments told{
        .id = std::move(event.record.id), .nonce = std::move(event.nonce), .event = {}
    };
    if (!note.empty()) {
        told.event =
            callback_event(event_kind::callback_delivered, {event.status, std::move(note)});
    }
    co_return co_await join_plain(deliveries_, "outbox_delivered", std::move(told).values());
}

awaitable<result<void>>
redis_queue::outbox_failed(due_event event, std::optional<milliseconds> delay, std::string note) {
    const std::string attempt = std::to_string(event.attempt + 1);
    outbox_failed_arguments told{
        .id = std::move(event.record.id),
        .nonce = std::move(event.nonce),
        .delay_ms = delay ? std::to_string(delay->count()) : "",
        .event =
            callback_event(event_kind::callback_failed, {event.status, attempt, std::move(note)})
    };
    co_return co_await run_plain(functions().outbox_failed, std::move(told).values());
}

awaitable<result<void>> redis_queue::outbox_release(due_event event, milliseconds delay) {
    outbox_release_arguments told{
        .id = std::move(event.record.id), .nonce = std::move(event.nonce), .delay_ms = delay.count()
    };
    co_return co_await join_plain(returns_, "outbox_release", std::move(told).values());
}

awaitable<result<void>> redis_queue::outbox_gone(due_event event, std::string note) {
    outbox_gone_arguments told{
        .id = std::move(event.record.id),
        .nonce = std::move(event.nonce),
        .event = callback_event(event_kind::callback_gone, {event.status, std::move(note)})
    };
    co_return co_await run_plain(functions().outbox_gone, std::move(told).values());
}

awaitable<result<void>> redis_queue::outbox_replay(std::string id, std::string who) {
    outbox_replay_arguments wanted{.id = std::move(id), .who = std::move(who)};
    co_return co_await run_plain(functions().outbox_replay, std::move(wanted).values());
}

} // namespace imagined::queue
