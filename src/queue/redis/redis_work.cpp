// The working side of the queue: leases, calls, answers, ends, and what time alone brings about.
#include "imagined/base/bytes.hpp"
#include "redis_functions.hpp"
#include "task_record.hpp"

namespace imagined::queue {

namespace {

constexpr std::size_t nonce_bytes = 16;

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

result<std::size_t> count_of(const result<redis::reply>& answer) {
    if (!answer) {
        return answer.error();
    }
    return static_cast<std::size_t>(number_at(*answer, 1));
}

class redis_work final : public work {
public:
    redis_work(redis::client& on, queue_options options)
        : redis_(on, options),
          options_(std::move(options)),
          calls_("write call markers", redis_.batched(functions().calling)),
          answers_("store answers", redis_.batched(functions().stored)),
          ends_("finish tasks", redis_.batched(functions().finish)) {}

    unix_millis now() const override { return redis_.now(); }

    awaitable<result<claim_answer>> claim(
        std::string worker,
        std::size_t most,
        milliseconds lease,
        std::vector<lane> lanes,
        milliseconds event_lease
    ) override;
    awaitable<result<std::vector<token>>> renew(
        std::string worker, std::size_t capacity, milliseconds lease, std::vector<token> held
    ) override;
    awaitable<result<void>> sign_off(std::string worker) override;
    awaitable<result<call_grant>> calling(token held, call_marker call) override;
    awaitable<result<setback>> not_started(token held, int index, key_verdict key) override;
    awaitable<result<bool>> lost(token held, int index, std::string why, aftermath after) override;
    awaitable<result<void>> stored(
        token held, int index, std::string answer, bool complete, std::int64_t cost_micros
    ) override;
    awaitable<result<void>>
    adopt(token stale, int index, std::string answer, std::int64_t cost_micros) override;
    awaitable<result<std::optional<event_lease>>> finish(token held, ending how) override;
    awaitable<result<void>>
    release(token held, std::string lane, milliseconds delay, std::string why) override;
    awaitable<result<void>> progress(std::vector<std::pair<token, int>> steps) override;

    awaitable<result<std::size_t>> reap(std::size_t most) override;
    awaitable<result<std::size_t>> promote(std::size_t most, std::vector<lane> waiting) override;
    awaitable<result<std::size_t>> forget(milliseconds ttl, std::size_t most) override;

private:
    redis_functions redis_;
    queue_options options_;
    script_batch calls_;
    script_batch answers_;
    script_batch ends_;
};

} // namespace

awaitable<result<claim_answer>> redis_work::claim(
    std::string worker,
    std::size_t most,
    milliseconds lease,
    std::vector<lane> lanes,
    milliseconds event_lease
) {
    claim_arguments asked{
        .worker = std::move(worker),
        .most = static_cast<std::int64_t>(most),
        .lease_ms = lease.count(),
        .fresh_nonce = random_hex(nonce_bytes),
        .event_ms = event_lease.count(),
        .lanes = {}
    };
    for (const auto& one : lanes) {
        asked.lanes.push_back(one.name);
        asked.lanes.push_back(std::to_string(one.slots.size()));
        for (const auto& place : one.slots) {
            asked.lanes.push_back(slot_text(place));
        }
    }
    const auto answer = co_await redis_.run(functions().claim, std::move(asked).values());
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

awaitable<result<std::vector<token>>> redis_work::renew(
    std::string worker, std::size_t capacity, milliseconds lease, std::vector<token> held
) {
    renew_arguments kept{
        .worker = std::move(worker),
        .capacity = static_cast<std::int64_t>(capacity),
        .lease_ms = lease.count(),
        .each_lease = {}
    };
    for (const auto& one : held) {
        kept.each_lease.push_back({one.id, one.attempt, one.nonce});
    }
    const auto answer = co_await redis_.run(functions().renew, std::move(kept).values());
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

awaitable<result<void>> redis_work::sign_off(std::string worker) {
    sign_off_arguments leaving{.worker = std::move(worker)};
    co_return co_await redis_.run_plain(functions().sign_off, std::move(leaving).values());
}

awaitable<result<call_grant>> redis_work::calling(token held, call_marker call) {
    calling_arguments marker{
        .id = std::move(held.id),
        .attempt = held.attempt,
        .nonce = std::move(held.nonce),
        .index = call.index,
        .slot_text = slot_text(call.slot),
        .first_picture = call.first_picture,
        .count = call.count,
        .timeout_ms = call.timeout.count(),
        .duration_key = std::move(call.duration_key),
        .cost_micros = call.cost_micros,
        .backend_cap = call.backend_cap_micros,
        .total_cap = call.total_cap_micros,
        .event_ms = call.event_lease.count()
    };
    const auto answer = co_await calls_.join(std::move(marker).values(), redis_.deadline());
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

awaitable<result<setback>> redis_work::not_started(token held, int index, key_verdict key) {
    const bool full = key.what == key_verdict::kind::full;
    const bool disable = key.what == key_verdict::kind::disable;
    const milliseconds disabled_for = options_.key_disabled_for;
    not_started_arguments told{
        .id = std::move(held.id),
        .attempt = held.attempt,
        .nonce = std::move(held.nonce),
        .index = index,
        .verdict = std::string(to_string(key.what)),
        .measure = full ? key.allowed_pictures : key.at_least.count(),
        .disable_ms = disable ? disabled_for.count() : 0,
        .backend_failed = key.backend_failed,
        .words = std::move(key.words)
    };
    const auto answer = co_await redis_.run(functions().not_started, std::move(told).values());
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

awaitable<result<bool>> redis_work::lost(token held, int index, std::string why, aftermath after) {
    lost_arguments told{
        .id = std::move(held.id),
        .attempt = held.attempt,
        .nonce = std::move(held.nonce),
        .index = index,
        .why = std::move(why),
        .allowed = options_.ambiguous_retries,
        .over = after == aftermath::over
    };
    const auto answer = co_await redis_.run(functions().lost, std::move(told).values());
    if (!answer) {
        co_return answer.error();
    }
    if (word_of(*answer) != "ok") {
        co_return refusal("lost", word_of(*answer));
    }
    co_return number_at(*answer, 1) == 1;
}

awaitable<result<void>> redis_work::stored(
    token held, int index, std::string answer, bool complete, std::int64_t cost_micros
) {
    stored_arguments paid{
        .id = held.id,
        .attempt = held.attempt,
        .nonce = held.nonce,
        .index = index,
        .answer = answer,
        .complete = complete,
        .cost_micros = cost_micros
    };
    auto recorded = co_await redis_.join_plain(answers_, "stored", std::move(paid).values());
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
redis_work::adopt(token stale, int index, std::string answer, std::int64_t cost_micros) {
    adopt_arguments late{
        .id = std::move(stale.id),
        .index = index,
        .answer = std::move(answer),
        .cost_micros = cost_micros
    };
    co_return co_await redis_.run_plain(functions().adopt, std::move(late).values());
}

awaitable<result<std::optional<event_lease>>> redis_work::finish(token held, ending how) {
    finish_arguments end{
        .id = std::move(held.id),
        .attempt = held.attempt,
        .nonce = std::move(held.nonce),
        .success = how.success,
        .view = std::move(how.view),
        .code = how.code ? std::string(task::to_string(*how.code)) : "",
        .reason = std::move(how.reason),
        .event = task::to_text(how.event),
        .billed = std::move(how.billed),
        .event_ms = how.event_lease.count()
    };
    const auto answer = co_await ends_.join(std::move(end).values(), redis_.deadline());
    if (!answer) {
        co_return answer.error();
    }
    if (word_of(*answer) != "ok") {
        co_return refusal("finish", word_of(*answer));
    }
    co_return event_lease_from(*answer, 1);
}

awaitable<result<void>>
redis_work::release(token held, std::string lane, milliseconds delay, std::string why) {
    release_arguments unused{
        .id = std::move(held.id),
        .attempt = held.attempt,
        .nonce = std::move(held.nonce),
        .lane = std::move(lane),
        .delay_ms = delay.count(),
        .why = std::move(why)
    };
    co_return co_await redis_.run_plain(functions().release, std::move(unused).values());
}

awaitable<result<void>> redis_work::progress(std::vector<std::pair<token, int>> steps) {
    progress_arguments told{.each_step = {}};
    for (const auto& [held, percent] : steps) {
        told.each_step.push_back({held.id, held.attempt, held.nonce, percent});
    }
    co_return co_await redis_.run_plain(functions().progress, std::move(told).values());
}

awaitable<result<std::size_t>> redis_work::reap(std::size_t most) {
    reap_arguments asked{
        .most = static_cast<std::int64_t>(most), .allowed = options_.ambiguous_retries
    };
    co_return count_of(co_await redis_.run(functions().reap, std::move(asked).values()));
}

awaitable<result<std::size_t>> redis_work::promote(std::size_t most, std::vector<lane> waiting) {
    promote_arguments asked{.most = static_cast<std::int64_t>(most), .lanes = {}};
    for (const auto& one : waiting) {
        asked.lanes.push_back(one.name);
        asked.lanes.push_back(std::to_string(one.slots.size()));
        for (const auto& place : one.slots) {
            asked.lanes.push_back(place.name);
        }
    }
    co_return count_of(co_await redis_.run(functions().promote, std::move(asked).values()));
}

awaitable<result<std::size_t>> redis_work::forget(milliseconds ttl, std::size_t most) {
    forget_arguments asked{.kept_ms = ttl.count(), .most = static_cast<std::int64_t>(most)};
    co_return count_of(co_await redis_.run(functions().forget, std::move(asked).values()));
}

std::unique_ptr<work> open_work(redis::client& on, const queue_options& options) {
    return std::make_unique<redis_work>(on, options);
}

} // namespace imagined::queue
