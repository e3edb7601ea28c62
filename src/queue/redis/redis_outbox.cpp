// Callbacks that are owed.
#include "imagined/base/bytes.hpp"
#include "redis_functions.hpp"
#include "task_record.hpp"

namespace imagined::queue {

namespace {

constexpr std::size_t outbox_nonce_bytes = 16;

using task::event_kind;

std::string callback_event(event_kind what, std::vector<std::string> fields) {
    return task::to_text({what, std::move(fields)});
}

class redis_outbox final : public outbox {
public:
    redis_outbox(redis::client& on, const queue_options& options)
        : redis_(on, options),
          deliveries_("settle callbacks", redis_.batched(functions().outbox_delivered)),
          returns_("give callbacks back", redis_.batched(functions().outbox_release)) {}

    awaitable<result<std::vector<due_event>>>
    claim(std::size_t most, milliseconds lease, outbox_room room) override;
    awaitable<result<void>> delivered(due_event event, std::string note) override;
    awaitable<result<void>>
    failed(due_event event, std::optional<milliseconds> delay, std::string note) override;
    awaitable<result<void>> release(due_event event, milliseconds delay) override;
    awaitable<result<void>> gone(due_event event, std::string note) override;

private:
    redis_functions redis_;
    script_batch deliveries_;
    script_batch returns_;
};

} // namespace

awaitable<result<std::vector<due_event>>>
redis_outbox::claim(std::size_t most, milliseconds lease, outbox_room room) {
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
    const auto answer = co_await redis_.run(functions().outbox_claim, std::move(asked).values());
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

awaitable<result<void>> redis_outbox::delivered(due_event event, std::string note) {
    outbox_delivered_arguments told{
        .id = std::move(event.record.id), .nonce = std::move(event.nonce), .event = {}
    };
    if (!note.empty()) {
        told.event =
            callback_event(event_kind::callback_delivered, {event.status, std::move(note)});
    }
    co_return co_await redis_.join_plain(deliveries_, "outbox_delivered", std::move(told).values());
}

awaitable<result<void>>
redis_outbox::failed(due_event event, std::optional<milliseconds> delay, std::string note) {
    const std::string attempt = std::to_string(event.attempt + 1);
    outbox_failed_arguments told{
        .id = std::move(event.record.id),
        .nonce = std::move(event.nonce),
        .delay_ms = delay ? std::to_string(delay->count()) : "",
        .event =
            callback_event(event_kind::callback_failed, {event.status, attempt, std::move(note)})
    };
    co_return co_await redis_.run_plain(functions().outbox_failed, std::move(told).values());
}

awaitable<result<void>> redis_outbox::release(due_event event, milliseconds delay) {
    outbox_release_arguments told{
        .id = std::move(event.record.id), .nonce = std::move(event.nonce), .delay_ms = delay.count()
    };
    co_return co_await redis_.join_plain(returns_, "outbox_release", std::move(told).values());
}

awaitable<result<void>> redis_outbox::gone(due_event event, std::string note) {
    outbox_gone_arguments told{
        .id = std::move(event.record.id),
        .nonce = std::move(event.nonce),
        .event = callback_event(event_kind::callback_gone, {event.status, std::move(note)})
    };
    co_return co_await redis_.run_plain(functions().outbox_gone, std::move(told).values());
}

std::unique_ptr<outbox> open_outbox(redis::client& on, const queue_options& options) {
    return std::make_unique<redis_outbox>(on, options);
}

} // namespace imagined::queue
