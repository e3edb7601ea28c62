// The working side of the queue: leases, calls, answers, ends.
#include "imagined/base/bytes.hpp"
#include "redis_queue.hpp"
#include "task_record.hpp"

namespace imagined::queue {

namespace {

constexpr std::size_t nonce_bytes = 16;

redis::arguments held_by(const token& held) {
    return {held.id, std::to_string(held.attempt), held.nonce};
}

std::string_view to_string(key_verdict::kind what) {
    switch (what) {
    case key_verdict::kind::works:
        return "works";
    case key_verdict::kind::cool:
    case key_verdict::kind::disable:
        return "cool";
    case key_verdict::kind::absent:
        return "absent";
    case key_verdict::kind::full:
        return "full";
    case key_verdict::kind::none:
        break;
    }
    return "none";
}

} // namespace

awaitable<result<claim_answer>> redis_queue::claim(
    std::string worker,
    std::size_t most,
    milliseconds lease,
    std::vector<lane> lanes,
    milliseconds event_lease
) {
    redis::arguments values{
        std::move(worker),
        std::to_string(most),
        std::to_string(lease.count()),
        random_hex(nonce_bytes),
        std::to_string(event_lease.count())
    };
    for (const auto& asked : lanes) {
        values.push_back(asked.name);
        values.push_back(std::to_string(asked.slots.size()));
        for (const auto& place : asked.slots) {
            values.push_back(slot_text(place));
        }
    }
    const auto answer = co_await run(scripts().claim, std::move(values));
    if (!answer) {
        co_return answer.error();
    }
    claim_answer made;
    const auto& waiting = item(*answer, 1);
    for (std::size_t i = 0; waiting.items() != nullptr && i < waiting.items()->size(); ++i) {
        made.lanes.push_back(text_at(waiting, i));
    }
    const auto* entries = answer->items();
    for (std::size_t i = 2; entries != nullptr && i < entries->size(); ++i) {
        auto one = claimed_from((*entries)[i]);
        if (!one) {
            co_return one.error();
        }
        made.tasks.push_back(std::move(*one));
    }
    co_return made;
}

awaitable<result<std::vector<token>>> redis_queue::renew(
    std::string worker, std::size_t capacity, milliseconds lease, std::vector<token> held
) {
    redis::arguments values{
        std::move(worker), std::to_string(capacity), std::to_string(lease.count())
    };
    for (const auto& one : held) {
        values.push_back(one.id);
        values.push_back(std::to_string(one.attempt));
        values.push_back(one.nonce);
    }
    const auto answer = co_await run(scripts().renew, std::move(values));
    if (!answer) {
        co_return answer.error();
    }
    std::vector<token> lost;
    const auto* entries = answer->items();
    for (std::size_t i = 1; entries != nullptr && i < entries->size(); ++i) {
        const std::string id = text_at(*answer, i);
        for (const auto& one : held) {
            if (one.id == id) {
                lost.push_back(one);
            }
        }
    }
    co_return lost;
}

awaitable<result<void>> redis_queue::sign_off(std::string worker) {
    redis::arguments values{std::move(worker)};
    co_return co_await run_plain(scripts().sign_off, std::move(values));
}

awaitable<result<call_grant>> redis_queue::calling(token held, call_marker call) {
    auto values = held_by(held);
    values.push_back(std::to_string(call.index));
    values.push_back(slot_text(call.slot));
    values.push_back(std::to_string(call.first_picture));
    values.push_back(std::to_string(call.count));
    values.push_back(std::to_string(call.timeout.count()));
    values.push_back(std::move(call.duration_key));
    values.push_back(std::to_string(call.cost_micros));
    values.push_back(std::to_string(call.backend_cap_micros));
    values.push_back(std::to_string(call.total_cap_micros));
    values.push_back(std::to_string(call.event_lease.count()));
    const auto answer = co_await calls_.join(std::move(values), options_.command_deadline);
    if (!answer) {
        co_return answer.error();
    }
    const auto word = word_of(*answer);
    if (word == "ok") {
        co_return call_grant{
            call_permit::granted, number_at(*answer, 1), event_lease_from(*answer, 2)
        };
    }
    if (word == "no_slot") {
        call_grant refused{call_permit::no_slot};
        refused.absences = static_cast<int>(number_at(*answer, 1));
        co_return refused;
    }
    if (word == "too_late") {
        co_return call_grant{call_permit::too_late};
    }
    if (word == "over_budget") {
        co_return call_grant{call_permit::over_budget};
    }
    if (word == "split") {
        call_grant cut{call_permit::split};
        cut.most_pictures = static_cast<int>(number_at(*answer, 1));
        co_return cut;
    }
    co_return refusal("calling", word);
}

awaitable<result<setback>> redis_queue::not_started(token held, int index, key_verdict key) {
    auto values = held_by(held);
    values.push_back(std::to_string(index));
    values.emplace_back(to_string(key.what));
    const bool full = key.what == key_verdict::kind::full;
    values.push_back(std::to_string(full ? key.allowed_pictures : key.at_least.count()));
    const bool disable = key.what == key_verdict::kind::disable;
    const milliseconds disabled_for = options_.key_disabled_for;
    values.push_back(disable ? std::to_string(disabled_for.count()) : "0");
    values.emplace_back(key.backend_failed ? "1" : "0");
    values.push_back(std::move(key.words));
    const auto answer = co_await run(scripts().not_started, std::move(values));
    if (!answer) {
        co_return answer.error();
    }
    if (word_of(*answer) != "ok") {
        co_return refusal("not_started", word_of(*answer));
    }
    setback met;
    met.absences = static_cast<int>(number_at(*answer, 1));
    if (const auto right_in = number_at(*answer, 2); right_in >= 0) {
        met.right_in = milliseconds(right_in);
    }
    co_return met;
}

awaitable<result<bool>> redis_queue::lost(token held, int index, std::string why, aftermath after) {
    auto values = held_by(held);
    values.push_back(std::to_string(index));
    values.push_back(std::move(why));
    values.push_back(std::to_string(options_.ambiguous_retries));
    values.emplace_back(after == aftermath::over ? "1" : "0");
    const auto answer = co_await run(scripts().lost, std::move(values));
    if (!answer) {
        co_return answer.error();
    }
    if (word_of(*answer) != "ok") {
        co_return refusal("lost", word_of(*answer));
    }
    co_return number_at(*answer, 1) == 1;
}

awaitable<result<void>> redis_queue::stored(
    token held, int index, std::string answer, bool complete, std::int64_t cost_micros
) {
    auto values = held_by(held);
    values.push_back(std::to_string(index));
    values.push_back(answer);
    values.emplace_back(complete ? "1" : "0");
    values.push_back(std::to_string(cost_micros));
    auto recorded = co_await join_plain(answers_, "stored", std::move(values));
    if (!recorded && recorded.error().kind == failure_kind::conflict) {
        // The lease is gone, the money too: the answer may still be delivered by whoever comes
        // next.
        auto adopted = co_await adopt(held, index, std::move(answer), cost_micros);
        if (!adopted && adopted.error().kind == failure_kind::unavailable) {
            co_return adopted.error();
        }
    }
    co_return recorded;
}

awaitable<result<void>>
redis_queue::adopt(token stale, int index, std::string answer, std::int64_t cost_micros) {
    redis::arguments values{
        stale.id, std::to_string(index), std::move(answer), std::to_string(cost_micros)
    };
    co_return co_await run_plain(scripts().adopt, std::move(values));
}

awaitable<result<std::optional<event_lease>>> redis_queue::finish(token held, ending how) {
    auto values = held_by(held);
    values.emplace_back(how.success ? "1" : "0");
    values.push_back(std::move(how.view));
    values.emplace_back(how.code ? task::to_string(*how.code) : "");
    values.push_back(std::move(how.reason));
    values.push_back(task::to_text(how.event));
    values.push_back(std::move(how.billed));
    values.push_back(std::to_string(how.event_lease.count()));
    const auto answer = co_await ends_.join(std::move(values), options_.command_deadline);
    if (!answer) {
        co_return answer.error();
    }
    if (word_of(*answer) != "ok") {
        co_return refusal("finish", word_of(*answer));
    }
    co_return event_lease_from(*answer, 1);
}

awaitable<result<void>>
redis_queue::release(token held, std::string lane, milliseconds delay, std::string why) {
    auto values = held_by(held);
    values.push_back(std::move(lane));
    values.push_back(std::to_string(delay.count()));
    values.push_back(std::move(why));
    co_return co_await run_plain(scripts().release, std::move(values));
}

awaitable<result<void>> redis_queue::progress(std::vector<std::pair<token, int>> steps) {
    redis::arguments values;
    for (const auto& [held, percent] : steps) {
        for (auto& value : held_by(held)) {
            values.push_back(std::move(value));
        }
        values.push_back(std::to_string(percent));
    }
    co_return co_await run_plain(scripts().progress, std::move(values));
}

} // namespace imagined::queue
