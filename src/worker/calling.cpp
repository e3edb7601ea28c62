// The paid half of a task's life: which calls are made, where, and what is written about each.
#include "imagined/base/bytes.hpp"
#include "imagined/base/log.hpp"
#include "imagined/store/picture_link.hpp"
#include "imagined/task/fail_texts.hpp"
#include "insist.hpp"
#include "task_step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace imagined::worker {

namespace {

// After a call's deadline its answer is given up by the queue; we write until then and a little on.
constexpr seconds call_slack{30};
constexpr std::chrono::hours answer_limit{24}; // as long as the links in an answer live
constexpr seconds farewell_limit{5};           // of a lease that ends by itself anyway
constexpr milliseconds shortest_backoff{1000};
constexpr milliseconds longest_backoff{60000};
constexpr milliseconds release_poll{100};
constexpr milliseconds longest_look{500}; // until a pause sees that the worker stops
constexpr milliseconds budget_pause{500};
constexpr milliseconds room_pause{1000}; // nobody without room on the disk claims it meanwhile
constexpr seconds broke_for{5};
constexpr milliseconds link_slack{600000}; // an upstream may fetch late

milliseconds backoff_of(int attempt) {
    const int doublings = std::clamp(attempt - 1, 0, 6);
    return std::min(longest_backoff, shortest_backoff * (1 << doublings));
}

std::string address_of(std::string base, const std::string& path) {
    while (base.ends_with('/')) {
        base.pop_back();
    }
    return base + path;
}

constexpr double micros_per_dollar = 1e6;

std::int64_t micros_of(double dollars) {
    return std::llround(dollars * micros_per_dollar);
}

} // namespace

task::call& task_step::call_at(int index) {
    const auto found =
        std::find_if(record_.calls.begin(), record_.calls.end(), [index](const task::call& call) {
            return call.index == index;
        });
    return *found; // markers are added before their calls run, and never removed
}

// The order in which keys are asked: by the request's own needs; the reserved one is taken early
// only among its equals, because candidates() put backends that can express every flag first.
std::vector<backend::key_slot> task_step::keys_to_try() const {
    const auto dice = static_cast<std::uint64_t>(std::hash<std::string>{}(record_.nonce));
    auto keys = on_->parts.backends.candidates(submission_->request, dice);
    std::erase_if(keys, [this](const backend::key_slot& key) { return tried_.contains(key.name); });
    const auto reserved = std::find_if(keys.begin(), keys.end(), [this](const auto& key) {
        return key.name == claimed_.slot;
    });
    if (reserved != keys.end()) {
        const auto& owner = on_->parts.backends.owner_of(reserved->name)->speaks();
        const auto lacking = owner.inexpressible(submission_->request).size();
        const auto& first = on_->parts.backends.owner_of(keys.front().name)->speaks();
        if (lacking <= first.inexpressible(submission_->request).size()) {
            std::rotate(keys.begin(), reserved, reserved + 1);
        }
    }
    return keys;
}

awaitable<task_step::calls> task_step::make_calls() {
    for (;;) {
        if (gone_ || holding_->lost) {
            // Calls that still run record their own answers; nothing else is ours to do.
            while (in_flight_ > 0) {
                co_await changed_.wait(release_poll);
            }
            co_return calls::gone;
        }
        const auto covered = assess(record_, submission_->request.images);
        const bool more = !covered.missing.empty() && !refused_ && !too_late_;
        if (!more && in_flight_ == 0) {
            co_return calls::over;
        }
        const auto pause = std::max(
            milliseconds(0),
            std::chrono::ceil<milliseconds>(
                setbacks_.next_call() - std::chrono::steady_clock::now()
            )
        );
        if (more && on_->draining && in_flight_ == 0) {
            co_await give_back("", pause, "the worker stops");
            co_return calls::gone;
        }
        if (more && pause > milliseconds(0)) {
            co_await changed_.wait(std::min(pause, longest_look));
            continue;
        }
        if (more && !on_->draining) {
            const auto began = co_await start_call();
            if (began == start::started) {
                // Most tasks have one call, and only wait for it.
                if (in_flight_ == 1
                    && assess(record_, submission_->request.images).missing.empty()) {
                    fold();
                    const auto granted = std::exchange(granted_, nullptr);
                    held_ = std::make_unique<held_call>(co_await send(std::move(*granted)));
                    if (held_->answer) {
                        co_return calls::held;
                    }
                    co_await hear(std::move(*held_));
                } else {
                    spawn_granted();
                }
                continue;
            }
            too_late_ = began == start::too_late;
            gone_ = gone_ || began == start::gone;
            if (began == start::over_budget) {
                const auto code = task::fail_code::budget;
                refused_ = refusal{code, task::text_of(code)};
            }
            if (too_late_ || gone_ || refused_) {
                continue;
            }
            if (in_flight_ == 0 && began == start::no_room) {
                co_await give_back("", room_pause, on_->parts.disk.last().sentence());
                co_return calls::gone;
            }
            if (in_flight_ == 0 && waits_for_its_right()) {
                continue;
            }
            if (in_flight_ == 0) {
                const auto delay = some_over_budget_ ? budget_pause
                                   : some_key_cools_ ? milliseconds(0)
                                                     : backoff_of(record_.attempt);
                co_await give_back(lane_now(), delay, "no backend could start the call");
                co_return calls::gone;
            }
        }
        co_await changed_.wait(seconds(1));
    }
}

// "" is its own. A task of the version before, or of another configuration, goes where it is known
// who serves it and how many places it needs.
std::string task_step::lane_now() const {
    std::string lane = on_->parts.backends.lane_of(submission_->request);
    return lane == record_.lane ? "" : lane;
}

awaitable<task_step::start> task_step::start_call() {
    some_key_cools_ = false;
    some_over_budget_ = false;
    if (!co_await on_->parts.disk.has_room()) {
        co_return start::no_room;
    }
    bool others = !tried_.empty(); // keys that may do it later
    for (auto& key : keys_to_try()) {
        auto* at = on_->parts.backends.owner_of(key.name);
        if (at == nullptr) {
            continue;
        }
        auto began = co_await start_call_at(key, *at);
        while (began == start::split) {
            key.pictures = most_pictures_; // fewer than it asked for
            began = co_await start_call_at(key, *at);
        }
        if (began == start::over_budget) {
            some_over_budget_ = true;
            on_->broke[at->options().name] = std::chrono::steady_clock::now() + broke_for;
            continue;
        }
        if (began != start::no_place) {
            co_return began;
        }
        some_key_cools_ = true; // full or cooling: the queue hands the task out when there is room
        others = true;
    }
    some_key_cools_ = some_key_cools_ || !tried_.empty();
    co_return some_over_budget_ && !others ? start::over_budget : start::no_place;
}

// Where a backend reads pictures only by address: signed links of the process that took the task.
backend::picture_source task_step::link_source(milliseconds limit) const {
    const unix_millis expires = now() + (limit + link_slack).count();
    return [key = on_->options.link_key,
            base = submission_->public_url,
            expires](const task::picture_ref& wanted) -> result<std::string> {
        return store::picture_link(key, base, {wanted.id, wanted.n, expires});
    };
}

awaitable<task_step::start> task_step::start_call_at(backend::key_slot key, backend::backend& at) {
    const auto& request = submission_->request;
    const auto covered = assess(record_, request.images);
    auto plan = plan_missing(at.speaks().plan(request), covered.missing).front();
    if (key.pictures > 0) {
        plan.count = std::min(plan.count, key.pictures);
    }
    const milliseconds limit = at.options().timeout;

    auto& images = on_->parts.images;
    const backend::picture_source source = [&images](const task::picture_ref& wanted) {
        return images.read(wanted.id, wanted.n);
    };
    const auto& dialect = at.speaks();
    const auto links = link_source(limit);
    // Requests with pictures read files; those go to the pool.
    result<backend::wire_request> wire = failure{};
    if (request.pictures.empty()) {
        wire = dialect.encode(request, plan, source, links);
    } else {
        wire = co_await on_->parts.pool.run([&dialect, request, plan, source, links] {
            return dialect.encode(request, plan, source, links);
        });
    }
    if (!wire) {
        refused_ = refusal{
            task::fail_code::invalid_request, {"请求无法构造", "The request could not be built"}
        };
        log::warning(
            "a request could not be built",
            {{"task", record_.id}, {"trace", trace_.id}, {"reason", wire.error().detail}}
        );
        co_return start::too_late;
    }

    queue::call_marker marker;
    marker.index = covered.next_index;
    marker.backend = at.options().name;
    marker.slot = {key.name, key.limit, key.group, key.pictures};
    marker.first_picture = plan.first;
    marker.count = plan.count;
    marker.timeout = limit;
    marker.duration_key = task::duration_class_of(request);
    marker.cost_micros = at.prices().of_picture(request) * plan.count;
    marker.backend_cap_micros = micros_of(at.options().max_spend_per_day);
    marker.total_cap_micros = micros_of(on_->options.max_spend_per_day);
    marker.event_lease = holding_->has_hook ? event_lease(*on_) : milliseconds(0);
    const auto asked = std::chrono::steady_clock::now();
    auto granted = co_await on_->parts.tasks.calling(holding_->held, marker);

    task::call call;
    call.index = marker.index;
    call.first_picture = plan.first;
    call.count = plan.count;
    call.backend = marker.backend;
    call.slot = key.name;
    call.started = now();
    call.deadline = call.started + limit.count();
    if (!granted) {
        if (granted.error().kind == failure_kind::conflict) {
            co_return start::gone;
        }
        // The marker may have been written, the call was surely not made: take it back.
        call.now = task::call::state::not_started;
        record_.calls.push_back(call);
        const auto held = holding_->held;
        auto& tasks = on_->parts.tasks;
        auto undo = [&tasks, held, index = call.index] {
            return tasks.not_started(held, index, {}, "the marker was not confirmed in time");
        };
        holding_->vouch_for(insist_limit);
        if (auto undone = co_await insist(undo); !undone) {
            log::debug("no marker to take back", {{"task", record_.id}, {"trace", trace_.id}});
        }
        co_return start::no_place;
    }
    switch (granted->what) {
    case queue::call_permit::too_late:
        co_return start::too_late;
    case queue::call_permit::no_slot:
        if (granted->absences >= 0) {
            setbacks_.shut(marker.backend, granted->absences);
            give_up_if_hopeless();
        }
        co_return start::no_place;
    case queue::call_permit::over_budget:
        co_return start::over_budget;
    case queue::call_permit::split:
        most_pictures_ = granted->most_pictures;
        co_return start::split;
    case queue::call_permit::granted:
        break;
    }
    call.now = task::call::state::in_flight;
    record_.calls.push_back(call);
    if (record_.called == 0) {
        record_.called = call.started;
        record_.expected = granted->expected_ms;
        holding_->called = call.started;
        holding_->expected_ms = granted->expected_ms;
    }
    if (granted->event) {
        start_callback("IN_PROGRESS", "1%", std::move(*granted->event));
    }
    ++in_flight_;
    setbacks_.went_on(std::chrono::steady_clock::now());
    holding_->in_call = true;
    holding_->vouch_for(limit + call_slack);
    granted_ = std::make_unique<granted_call>(
        granted_call{call.index, &at, std::move(*wire), asked + limit}
    );
    co_return start::started;
}

void task_step::spawn_granted() {
    const std::shared_ptr<granted_call> call = std::exchange(granted_, nullptr);
    on_->work.spawn("call of " + record_.id, [self = shared_from_this(), call]() -> awaitable<> {
        co_await self->hear(co_await self->send(std::move(*call)));
    });
}

void task_step::tell_end(
    const backend::outcome& came,
    const backend::backend& at,
    const std::string& span,
    std::chrono::steady_clock::duration took
) const {
    static constexpr std::string_view words[] = {
        "answered", "not_started", "refused", "unknowable"
    };
    const std::string word(words[static_cast<std::size_t>(came.what)]);
    on_->parts.metrics.count(
        "imagined_calls_total",
        "Calls to backends by outcome.",
        {{"backend", at.options().name}, {"outcome", word}}
    );
    on_->parts.metrics.observe(
        "imagined_call_seconds",
        "Duration of calls to backends.",
        std::chrono::duration<double>(took).count(),
        {{"backend", at.options().name}}
    );
    log::debug(
        "call ended",
        {{"task", record_.id},
         {"trace", trace_.id},
         {"span", span},
         {"backend", at.options().name},
         {"outcome", word},
         {"detail", came.detail}}
    );
}

awaitable<task_step::held_call> task_step::send(granted_call granted) {
    held_call held{
        granted.index,
        granted.at,
        granted.wire.path,
        task::new_span(),
        std::chrono::steady_clock::now(),
        {}
    };
    const auto limit = std::max(
        milliseconds(0), std::chrono::duration_cast<milliseconds>(granted.until - held.began)
    );
    granted.wire.headers.set("traceparent", task::to_traceparent(trace_, held.span));
    const std::string slot = call_at(held.index).slot;
    held.answer = co_await held.at->begin(std::move(granted.wire), slot, limit);
    co_return held;
}

awaitable<> task_step::hear(held_call held) {
    backend::outcome came;
    if (held.answer) {
        auto made = co_await held.answer->end();
        held.answer.reset();
        unfold();
        came = held.at->judge(submission_->request, std::move(made));
    } else {
        unfold();
        came.what = backend::verdict::not_started;
        came.detail = "no key of this process is named so";
    }
    if (came.key == backend::key_effect::absent) {
        const std::string where = address_of(held.at->options().base_url, held.path);
        absence_ = {
            fmt::format("上游地址 {} 没有这个接口：{}", where, came.detail),
            fmt::format("The upstream has nothing at {}: {}", where, came.detail)
        };
    }
    tell_end(came, *held.at, held.span, std::chrono::steady_clock::now() - held.began);
    co_await record(held.index, *held.at, std::move(came));
    --in_flight_;
    holding_->in_call = in_flight_ > 0;
    on_->made_progress();
    changed_.ring();
}

awaitable<> task_step::record(int index, backend::backend& at, backend::outcome came) {
    holding_->vouch_for(insist_limit);
    auto& tasks = on_->parts.tasks;
    const auto held = holding_->held;
    if (came.what == backend::verdict::answered) {
        co_await record_answer(index, at, std::move(*came.answer));
        co_return;
    }
    if (came.what == backend::verdict::unknowable) {
        const auto after = came.heard ? queue::aftermath::over : queue::aftermath::under_way;
        auto write = [&tasks, held, index, after, &came] {
            return tasks.lost(held, index, came.detail, after);
        };
        const auto again = co_await insist(write);
        call_at(index).now =
            again && *again ? task::call::state::not_started : task::call::state::lost;
        gone_ = gone_ || (!again && again.error().kind == failure_kind::conflict);
        co_return;
    }
    if (came.what == backend::verdict::refused) {
        note_refusal(index, came);
        co_return;
    }
    co_await record_not_started(index, at, came);
}

awaitable<> task_step::record_answer(int index, backend::backend& at, backend::answer answer) {
    auto& tasks = on_->parts.tasks;
    const auto held = holding_->held;
    auto& call = call_at(index);
    const auto billed =
        std::max<std::int64_t>(call.count, static_cast<std::int64_t>(answer.pictures.size()));
    const std::int64_t cost = at.prices().of_picture(submission_->request) * billed;
    const std::string text = backend::to_text(answer);
    const bool complete =
        in_flight_ == 1 && assess(record_, submission_->request.images).missing.empty();
    auto write = [&tasks, held, index, text, complete, cost] {
        return tasks.stored(held, index, text, complete, cost);
    };
    call.now = task::call::state::answered;
    call.answer = text;
    note_success(at, call.slot);
    record_.cost_micros += cost;
    record_.billed = "yes";
    if (complete) {
        downloads_ = begin_downloads(); // meanwhile: they are paid, recorded or not
    }
    // Nobody else knows it, so it is written down whenever Redis can do that again.
    const auto written = co_await insist(write, answer_limit);
    if (written) {
        on_->parts.metrics.count(
            "imagined_spent_usd_total",
            "Price of the answered calls of this process, by the price table.",
            {{"caller", on_->caller_label(record_.caller)}, {"backend", at.options().name}},
            static_cast<double>(cost) / micros_per_dollar
        );
    }
    if (complete && written) {
        record_.state = task::state::storing;
    }
    if (!written) {
        gone_ = true;
        log::warning(
            "a paid answer came late",
            {{"task", record_.id}, {"trace", trace_.id}, {"reason", written.error().detail}}
        );
        // It may have been cancelled: its pictures are kept all the same.
        co_await all_of(complete ? downloads_ : begin_downloads());
    }
}

awaitable<> task_step::give_back(std::string lane, milliseconds delay, std::string why) {
    auto& tasks = on_->parts.tasks;
    const auto held = holding_->held;
    auto write = [&tasks, held, lane, delay, why] { return tasks.release(held, lane, delay, why); };
    const milliseconds limit = on_->draining ? farewell_limit : milliseconds(insist_limit);
    if (auto released = co_await insist(write, limit); !released) {
        log::debug(
            "a lease was not given back",
            {{"task", record_.id}, {"trace", trace_.id}, {"reason", released.error().detail}}
        );
    }
    gone_ = true;
}

} // namespace imagined::worker
