#include "submit/submitting.hpp"

#include "answers.hpp"
#include "imagined/base/log.hpp"
#include "imagined/task/trace.hpp"
#include "json_mending.hpp"
#include "opened_body.hpp"
#include "texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace imagined::api {

namespace {

// There is one account behind this API: the program itself.
constexpr std::string_view instance = "imagined";

std::string instance_properties() {
    return std::string(R"({"discordInstanceId":")").append(instance).append(R"("})");
}

std::size_t characters_in(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::optional<task::speed_mode> first_mode(const std::vector<std::string>& words) {
    for (const std::string& word : words) {
        if (const auto mode = task::parse_speed_mode(word)) {
            return mode;
        }
    }
    return std::nullopt;
}

std::optional<task::speed_mode> read_mode(const call& from, json_body& fields, json_body& filter) {
    std::vector<std::string> words{fields.text("mode"), fields.text("model")};
    for (std::string& word : filter.texts("modes")) {
        words.push_back(std::move(word));
    }
    return from.mode ? from.mode : first_mode(words);
}

std::string read_hook(const context& api, json_body& fields) {
    std::string hook(trimmed(fields.text("notifyHook")));
    const callback::courier& courier = api.parts.courier;
    if (hook.empty()) {
        return courier.options().default_url;
    }
    if (const auto judged = courier.judge(hook); !judged) {
        const std::string& why = judged.error().detail;
        fields.refuse(task::bilingual{"notifyHook参数错误: " + why, why});
    }
    return hook;
}

std::string read_traceparent(const http::fields& headers) {
    const auto is_it = [](const auto& entry) { return http::iequals(entry.name, "traceparent"); };
    const std::string_view named = headers.get("traceparent");
    const bool once = std::count_if(headers.begin(), headers.end(), is_it) == 1;
    return std::string(once && task::parse_traceparent(named) ? named : "");
}

// The flag or field that a note is about: "--sref", "seed".
std::string_view subject_of(std::string_view note) {
    return note.substr(0, std::min(note.find_first_of(" :"), note.size()));
}

// Notes what even the backend that comes first cannot express; candidates() puts those that can
// express everything before those that cannot.
void note_losses(
    const backend::roster& backends,
    const std::vector<backend::key_slot>& candidates,
    task::submission& made
) {
    if (candidates.empty() || !made.request.may_drop) {
        return;
    }
    const auto* first = backends.owner_of(candidates[0].name);
    if (first == nullptr) {
        return;
    }
    for (const std::string& lost : first->speaks().inexpressible(made.request)) {
        const bool known =
            std::any_of(made.notes.begin(), made.notes.end(), [&lost](const std::string& note) {
                return subject_of(note) == subject_of(lost);
            });
        if (!known) {
            made.notes.push_back(lost + ": no backend at hand can express it, dropped");
        }
    }
}

// The pictures that were stored for a task which does not exist after all.
awaitable<> forget_pictures(context& api, std::string id) {
    if (id.empty()) {
        co_return;
    }
    auto job = [&images = api.parts.images, id = std::move(id)] {
        images.forget(id);
        return true;
    };
    co_await api.parts.pool.run(std::move(job));
}

queue::new_task task_of(context& api, const call& from, draft& made) {
    task::submission& submission = made.submission;
    queue::new_task task;
    task.caller = from.who.name;
    task.has_hook = !submission.notify_hook.empty();
    task.task_timeout = api.options.task_timeout;
    task.queue_limit = api.options.queue_limit;
    task.modal = made.modal;
    if (made.ended_view.empty() && !made.modal) {
        const backend::roster& backends = api.parts.backends;
        auto candidates = backends.candidates(submission.request, api.dice());
        note_losses(backends, candidates, submission);
        task.lane = backends.lane_of(submission.request);
        task.slots.reserve(candidates.size());
        for (auto& slot : candidates) {
            task.slots.push_back(
                {std::move(slot.name), slot.limit, std::move(slot.group), slot.pictures, slot.asks}
            );
        }
    }
    task.submission = task::to_text(submission);
    task.idempotency_key = from.request.headers.get("Idempotency-Key");
    if (made.part != 0 && !task.idempotency_key.empty()) {
        task.idempotency_key += " part " + std::to_string(made.part);
    }
    task.fingerprint = std::move(made.fingerprint);
    task.id = std::move(made.id);
    task.ended_view = std::move(made.ended_view);
    task.event = std::move(made.event);
    return task;
}

http::response in_queue(const call& from, const queue::submitted& task) {
    const std::size_t count = std::max<std::size_t>(task.ahead, 1);
    const std::string text = from.lang == task::language::zh
                                 ? fmt::format("排队中，前面还有{}个任务", count)
                                 : fmt::format("In queue, there are {} tasks ahead", count);
    const std::string properties =
        fmt::format(R"({{"numberOfQueues":{},"discordInstanceId":"{}"}})", count, instance);
    const auto result = from.result_of(task.id);
    return json_answer(200, submit_body(code::in_queue, text, result, properties));
}

// Clients tell a modal by the English word in the description, and put finalPrompt before the user.
http::response asks(const call& from, const queue::submitted& task, std::string_view prompt) {
    const std::string properties = R"({"discordInstanceId":")" + std::string(instance)
                                   + R"(","finalPrompt":)" + json_string(prompt)
                                   + R"(,"remix":true})";
    const auto result = from.result_of(task.id);
    const std::string& text = texts::waits_for_modal.in(from.lang);
    return json_answer(200, submit_body(code::modal, text, result, properties));
}

const caller_options* options_of(const context& api, const std::string& caller) {
    const auto& all = api.options.callers;
    const auto found = std::find_if(all.begin(), all.end(), [&](const caller_options& one) {
        return one.name == caller;
    });
    return found == all.end() ? nullptr : &*found;
}

http::response answer_to(
    const context& api,
    const call& from,
    const queue::submitted& task,
    std::optional<std::string> question
) {
    using verdict = queue::submitted::verdict;
    switch (task.what) {
    case verdict::key_reused:
        return problem(422, texts::key_reused, from.lang);
    case verdict::queue_full:
    case verdict::caller_full:
        return refusal(code::queue_full, texts::queue_full, from.lang, instance_properties());
    case verdict::intake_paused:
        return intake_paused(from.lang);
    case verdict::rate_limited: {
        const auto* mine = options_of(api, from.who.name);
        return rate_limited(mine == nullptr ? "" : mine->rate_text, task.retry_after, from.lang);
    }
    case verdict::accepted:
    case verdict::replayed:
        break;
    }
    http::response answer;
    if (question) {
        answer = asks(from, task, *question);
    } else if (task.immediate) {
        const std::string& text = texts::submitted.in(from.lang);
        const auto result = from.result_of(task.id);
        answer = json_answer(200, submit_body(code::accepted, text, result, instance_properties()));
    } else {
        answer = in_queue(from, task);
    }
    if (task.what == verdict::replayed) {
        answer.headers.set("Idempotent-Replayed", "true");
    }
    return answer;
}

// What is left of the limits that a submit meets, in the form of the RateLimit draft of the IETF.
void mark_limits(
    const context& api,
    const call& from,
    bool waits,
    const queue::submitted& told,
    http::response& to
) {
    using verdict = queue::submitted::verdict;
    const std::size_t limit = api.options.queue_limit;
    const std::size_t taken = told.ahead + (waits && told.what == verdict::accepted ? 1 : 0);
    const bool full = told.what == verdict::queue_full;
    const std::size_t left = full ? 0 : limit - std::min(limit, taken);
    std::string policy = fmt::format(R"("queue";q={};qu="concurrent-requests")", limit);
    std::string state = fmt::format(R"("queue";r={})", left);
    const auto* mine = options_of(api, from.who.name);
    if (mine != nullptr && mine->max_waiting > 0 && told.caller_left) {
        policy += fmt::format(R"(, "caller";q={};qu="concurrent-requests")", mine->max_waiting);
        state += fmt::format(R"(, "caller";r={})", *told.caller_left);
    }
    to.headers.set("RateLimit-Policy", policy);
    to.headers.set("RateLimit", state);
}

void count_submit(const context& api, const call& from, const queue::submitted& told) {
    static constexpr std::array<std::string_view, 7> words{
        "accepted",
        "replayed",
        "key_reused",
        "queue_full",
        "caller_full",
        "intake_paused",
        "rate_limited"
    };
    api.parts.metrics.count(
        "imagined_submits_total",
        "Submits that reached the queue, by caller and what it said.",
        {{"caller", from.who.name.empty() ? "operator" : from.who.name},
         {"result", std::string(words[static_cast<std::size_t>(told.what)])}}
    );
}

void add_fingerprint(const call& from, queue::new_task& task) {
    if (!task.idempotency_key.empty() && task.fingerprint.empty()) {
        task.fingerprint = fingerprint(from);
    }
}

} // namespace

base_fields read_base(context& api, const call& from, json_body& fields) {
    base_fields base;
    base.state = fields.text("state");
    if (characters_in(base.state) > max_state_characters) {
        fields.refuse("state", {"最多2000个字符", "at most 2000 characters"});
    }
    base.bot_type = task::parse_bot(fields.text("botType"));
    json_body filter = fields.object("accountFilter");
    base.mode = read_mode(from, fields, filter);
    const bool by_filter = filter.flag("remix");
    base.remix = fields.flag("enableRemix") || by_filter;
    fields.adopt_error(filter);
    if (has_lone_surrogate(from.request.body)) {
        base.notes.emplace_back(half_character_note);
    }
    base.hook = read_hook(api, fields);
    base.traceparent = read_traceparent(from.request.headers);
    return base;
}

void add_notes(task::submission& made, std::vector<std::string> more) {
    std::move(more.begin(), more.end(), std::back_inserter(made.notes));
}

task::submission begin_submission(context& api, const call& from, base_fields base) {
    task::submission made;
    made.state = std::move(base.state);
    made.notify_hook = std::move(base.hook);
    made.public_url = api.options.public_url;
    made.traceparent = std::move(base.traceparent);
    made.lang = from.lang;
    made.mode = base.mode;
    made.bot_type = base.bot_type;
    made.notes = std::move(base.notes);
    return made;
}

awaitable<http::response> submit(context& api, const call& from, draft made) {
    if (from.request.headers.get("Idempotency-Key").size() > max_idempotency_key_bytes) {
        co_await forget_pictures(api, std::move(made.id));
        co_return refusal(code::bad_request, texts::key_too_long, from.lang);
    }
    const std::string reserved = made.id;
    const std::string prompt = api.options.log_prompts ? made.submission.prompt : "";
    const std::string traceparent = made.submission.traceparent;
    std::optional<std::string> question;
    if (made.modal) {
        question = made.question.empty() ? made.submission.prompt : made.question;
    }
    queue::new_task task = task_of(api, from, made);
    const bool waits = !task.lane.empty();
    add_fingerprint(from, task);
    const auto made_task =
        co_await api.parts.tasks.submit(std::move(task), api.options.submit_budget);
    if (!made_task) {
        // Nobody knows yet whether the task exists, so its pictures stay.
        co_return from_failure(made_task.error(), "submit a task", from.lang);
    }
    if (made_task->what != queue::submitted::verdict::accepted && made_task->id != reserved) {
        co_await forget_pictures(api, reserved);
    }
    count_submit(api, from, *made_task);
    if (api.options.log_prompts && made_task->what == queue::submitted::verdict::accepted) {
        const auto trace = task::trace_of(traceparent, made_task->id);
        log::info(
            "task accepted", {{"task", made_task->id}, {"trace", trace.id}, {"prompt", prompt}}
        );
    }
    http::response answer = answer_to(api, from, *made_task, question);
    using verdict = queue::submitted::verdict;
    // Others are not about the limits of what waits.
    if (made_task->what != verdict::key_reused && made_task->what != verdict::intake_paused
        && made_task->what != verdict::rate_limited) {
        mark_limits(api, from, waits, *made_task, answer);
    }
    co_return answer;
}

awaitable<http::response> submit_answer(context& api, const call& from, draft made) {
    if (from.request.headers.get("Idempotency-Key").size() > max_idempotency_key_bytes) {
        co_return refusal(code::bad_request, texts::key_too_long, from.lang);
    }
    queue::new_task task = task_of(api, from, made);
    add_fingerprint(from, task);
    const auto answered = co_await api.parts.tasks.submit_modal(
        from.who.scope(), std::move(task), api.options.submit_budget
    );
    if (answered) {
        co_return answer_to(api, from, *answered, std::nullopt);
    }
    switch (answered.error().kind) {
    case failure_kind::conflict:
        co_return refusal(code::bad_request, texts::no_question, from.lang);
    case failure_kind::not_found:
        co_return refusal(code::bad_request, texts::no_parent, from.lang);
    default:
        co_return from_failure(answered.error(), "answer a modal", from.lang);
    }
}

bool is_served(const context& api, const task::render_request& request) {
    return api.parts.backends.serves(request.what, request.model);
}

} // namespace imagined::api
