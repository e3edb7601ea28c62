#include "enqueue.hpp"

#include "imagined/base/log.hpp"
#include "imagined/submit/json_mending.hpp"
#include "imagined/submit/texts.hpp"
#include "imagined/task/trace.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <ranges>

namespace imagined::submit {

namespace {

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

std::optional<task::speed_mode>
read_mode(const requester& from, json_body& fields, json_body& filter) {
    std::vector<std::string> words{fields.text("mode"), fields.text("model")};
    for (std::string& word : filter.texts("modes")) {
        words.push_back(std::move(word));
    }
    return from.mode ? from.mode : first_mode(words);
}

const task::bilingual state_too_long{"最多2000个字符", "at most 2000 characters"};

bool is_too_long(std::string_view state) {
    return characters_in(state) > max_state_characters;
}

struct judged_hook {
    std::string address; // the default one where none is named
    std::optional<task::bilingual> fault;
};

judged_hook judge_hook(const context& ctx, std::string_view named) {
    judged_hook hook{std::string(trimmed(named)), std::nullopt};
    if (hook.address.empty()) {
        hook.address = ctx.courier.options().default_url;
    } else if (const auto judged = ctx.courier.judge(hook.address); !judged) {
        const std::string& why = judged.error().detail;
        hook.fault = task::bilingual{"notifyHook参数错误: " + why, why};
    }
    return hook;
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
awaitable<> forget_pictures(context& ctx, std::string id) {
    if (id.empty()) {
        co_return;
    }
    auto job = [&images = ctx.images, id = std::move(id)] {
        images.forget(id);
        return true;
    };
    co_await ctx.pool.run(std::move(job));
}

queue::new_task task_of(context& ctx, const requester& from, draft& made) {
    task::submission& submission = made.submission;
    queue::new_task task;
    task.caller = from.who.caller;
    task.has_hook = !submission.notify_hook.empty();
    task.task_timeout = ctx.options.task_timeout;
    task.queue_limit = ctx.options.queue_limit;
    task.modal = made.modal;
    if (made.ended_view.empty() && !made.modal) {
        const backend::roster& backends = ctx.backends;
        auto candidates = backends.candidates(submission.request, ctx.dice());
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
    task.idempotency_key = from.idempotency_key;
    if (made.part != 0 && !task.idempotency_key.empty()) {
        task.idempotency_key += " part " + std::to_string(made.part);
    }
    task.fingerprint = from.fingerprint;
    task.id = std::move(made.id);
    task.ended_view = std::move(made.ended_view);
    task.event = std::move(made.event);
    return task;
}

const options::caller_limits* limits_of(const context& ctx, const std::string& caller) {
    const auto& all = ctx.options.callers;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == caller; });
    return found == all.end() ? nullptr : &*found;
}

// Whether what the request becomes depends on its model.
bool has_model(task::operation what) {
    using enum task::operation;
    return what != describe && what != upscale && what != remove_background
           && what != instruct_edit;
}

// A model that the caller may not use.
std::optional<refusal> refuse_model(const context& ctx, const requester& from, const draft& made) {
    const auto* mine = limits_of(ctx, from.who.caller);
    const task::render_request& request = made.submission.request;
    const bool draws = made.ended_view.empty() && has_model(request.what);
    if (mine == nullptr || mine->models.empty() || !draws
        || std::ranges::find(mine->models, request.model) != mine->models.end()) {
        return std::nullopt;
    }
    const std::string_view named = task::to_string(request.model);
    const auto names =
        mine->models | std::views::transform([](auto one) { return task::to_string(one); });
    const std::string allowed = fmt::format("{}", fmt::join(names, ", "));
    refusal made_of_it = refuse_field(
        "model",
        {fmt::format("此密钥不能使用{}, 只能使用{}", named, allowed),
         fmt::format("this key may not use {}, only {}", named, allowed)}
    );
    made_of_it.forbidden = true;
    return made_of_it;
}

refusal refuse_rate(std::string rate, milliseconds retry_after) {
    const auto wait = std::max(seconds(1), std::chrono::ceil<seconds>(retry_after));
    const auto with_both = [&](const std::string& text) {
        return fmt::format(fmt::runtime(text), rate, wait.count());
    };
    const auto& why = texts::rate_limited;
    refusal made = refuse(code::queue_full, {with_both(why.zh), with_both(why.en)});
    made.retry_after = wait;
    made.rate = std::move(rate);
    return made;
}

refusal refuse_paused() {
    constexpr seconds paused_retry{30}; // somebody has to turn it on again
    refusal made = refuse(code::queue_full, texts::intake_paused);
    made.retry_after = paused_retry;
    made.intake_paused = true;
    return made;
}

outcome outcome_of(const context& ctx, const requester& from, const queue::submitted& task) {
    using verdict = queue::submitted::verdict;
    switch (task.what) {
    case verdict::key_reused:
        return refuse_with_status(422, texts::key_reused);
    case verdict::queue_full:
    case verdict::caller_full:
        return refuse(code::queue_full, texts::queue_full);
    case verdict::intake_paused:
        return refuse_paused();
    case verdict::rate_limited: {
        const auto* mine = limits_of(ctx, from.who.caller);
        return refuse_rate(mine == nullptr ? "" : mine->rate, task.retry_after);
    }
    case verdict::accepted:
    case verdict::replayed:
        break;
    }
    using state = accepted::state;
    accepted made{.id = task.id, .now = task.immediate ? state::starts : state::waits};
    made.ahead = task.ahead;
    made.replayed = task.what == verdict::replayed;
    return made;
}

// What is left of the limits that a submit met; nullopt where it met none of them.
std::optional<limits>
limits_left(const context& ctx, const requester& from, bool waits, const queue::submitted& told) {
    using verdict = queue::submitted::verdict;
    if (told.what == verdict::key_reused || told.what == verdict::intake_paused
        || told.what == verdict::rate_limited) {
        return std::nullopt;
    }
    const std::size_t most = ctx.options.queue_limit;
    const std::size_t taken = told.ahead + (waits && told.what == verdict::accepted ? 1 : 0);
    const bool full = told.what == verdict::queue_full;
    limits left{.queue = {most, full ? 0 : most - std::min(most, taken)}, .caller = std::nullopt};
    const auto* mine = limits_of(ctx, from.who.caller);
    if (mine != nullptr && mine->max_waiting > 0 && told.caller_left) {
        left.caller = {static_cast<std::size_t>(mine->max_waiting), *told.caller_left};
    }
    return left;
}

void count_submit(const context& ctx, const requester& from, const queue::submitted& told) {
    static constexpr std::array<std::string_view, 7> words{
        "accepted",
        "replayed",
        "key_reused",
        "queue_full",
        "caller_full",
        "intake_paused",
        "rate_limited"
    };
    ctx.metrics.count(
        "imagined_submits_total",
        "Submits that reached the queue, by caller and what it said.",
        {{"caller", from.who.caller.empty() ? "operator" : from.who.caller},
         {"result", std::string(words[static_cast<std::size_t>(told.what)])}}
    );
}

} // namespace

base_fields read_base(context& ctx, const requester& from, json_body& fields) {
    base_fields base;
    base.state = fields.text("state");
    if (is_too_long(base.state)) {
        fields.refuse("state", state_too_long);
    }
    base.bot_type = task::parse_bot(fields.text("botType"));
    json_body filter = fields.object("accountFilter");
    base.mode = read_mode(from, fields, filter);
    const bool by_filter = filter.flag("remix");
    base.remix = fields.flag("enableRemix") || by_filter;
    fields.adopt_error(filter);
    if (fields.mended()) {
        base.notes.emplace_back(half_character_note);
    }
    auto hook = judge_hook(ctx, fields.text("notifyHook"));
    if (hook.fault) {
        fields.refuse_as("notifyHook", std::move(*hook.fault));
    }
    base.hook = std::move(hook.address);
    base.traceparent = from.traceparent;
    return base;
}

std::variant<base_fields, refusal>
base_of(const context& ctx, const requester& from, std::string hook, std::string state) {
    if (is_too_long(state)) {
        return refuse_field("state", state_too_long);
    }
    auto judged = judge_hook(ctx, hook);
    if (judged.fault) {
        refusal refused = refuse(std::move(*judged.fault));
        refused.field = "notifyHook";
        return refused;
    }
    base_fields base;
    base.state = std::move(state);
    base.hook = std::move(judged.address);
    base.mode = from.mode;
    base.traceparent = from.traceparent;
    return base;
}

void add_notes(task::submission& made, std::vector<std::string> more) {
    std::move(more.begin(), more.end(), std::back_inserter(made.notes));
}

task::submission begin_submission(context& ctx, const requester& from, base_fields base) {
    task::submission made;
    made.state = std::move(base.state);
    made.notify_hook = std::move(base.hook);
    made.public_url = ctx.options.public_url;
    made.traceparent = std::move(base.traceparent);
    made.lang = from.lang;
    made.mode = base.mode;
    made.bot_type = base.bot_type;
    made.notes = std::move(base.notes);
    return made;
}

awaitable<outcome> enqueue(context& ctx, const requester& from, draft made) {
    if (from.idempotency_key.size() > max_idempotency_key_bytes) {
        co_await forget_pictures(ctx, std::move(made.id));
        co_return refuse(texts::key_too_long);
    }
    if (auto forbidden = refuse_model(ctx, from, made)) {
        co_await forget_pictures(ctx, std::move(made.id));
        co_return std::move(*forbidden);
    }
    const std::string reserved = made.id;
    const std::string prompt = ctx.options.log_prompts ? made.submission.prompt : "";
    const std::string traceparent = made.submission.traceparent;
    std::optional<std::string> question;
    if (made.modal) {
        question = made.question.empty() ? made.submission.prompt : made.question;
    }
    queue::new_task task = task_of(ctx, from, made);
    const bool waits = !task.lane.empty();
    const auto told = co_await ctx.submission.submit(std::move(task), ctx.options.submit_budget);
    if (!told) {
        // Nobody knows yet whether the task exists, so its pictures stay.
        co_return failed(told.error(), "submit a task");
    }
    const bool is_new = told->what == queue::submitted::verdict::accepted;
    if (!is_new && told->id != reserved) {
        co_await forget_pictures(ctx, reserved);
    }
    count_submit(ctx, from, *told);
    if (ctx.options.log_prompts && is_new) {
        const auto trace = task::trace_of(traceparent, told->id);
        log::info("task accepted", {{"task", told->id}, {"trace", trace.id}, {"prompt", prompt}});
    }
    outcome made_of_it = outcome_of(ctx, from, *told);
    auto left = limits_left(ctx, from, waits, *told);
    if (auto* yes = std::get_if<accepted>(&made_of_it)) {
        yes->left = left;
        if (question) {
            yes->now = accepted::state::asks;
            yes->question = std::move(*question);
        }
    } else {
        std::get<refusal>(made_of_it).left = left;
    }
    co_return made_of_it;
}

awaitable<outcome> enqueue_answer(context& ctx, const requester& from, draft made) {
    if (from.idempotency_key.size() > max_idempotency_key_bytes) {
        co_return refuse(texts::key_too_long);
    }
    if (auto forbidden = refuse_model(ctx, from, made)) {
        co_return std::move(*forbidden);
    }
    queue::new_task task = task_of(ctx, from, made);
    const auto answered =
        co_await ctx.submission.submit_modal(from.who, std::move(task), ctx.options.submit_budget);
    if (answered) {
        co_return outcome_of(ctx, from, *answered);
    }
    switch (answered.error().kind) {
    case failure_kind::conflict:
        co_return refuse(texts::no_question);
    case failure_kind::not_found:
        co_return refuse(texts::no_parent);
    default:
        co_return failed(answered.error(), "answer a modal");
    }
}

bool is_served(const context& ctx, const task::render_request& request) {
    return ctx.backends.serves(request.what, request.model);
}

} // namespace imagined::submit
