// OpenAI's images API: its own packages draw here without knowing it. Behind it is the same queue,
// so a client that hangs up loses nothing, and one that repeats itself finds its task.
#include "answers/answers.hpp"
#include "answers/openai_error.hpp"
#include "answers/texts.hpp"
#include "context/drawing_wait.hpp"
#include "context/opened_body.hpp"
#include "imagined/base/bytes.hpp"
#include "imagined/submit/read_one.hpp"
#include "imagined/submit/submit.hpp"
#include "openai/answer.hpp"
#include "openai/handlers.hpp"
#include "openai/model_names.hpp"
#include "openai/read_request.hpp"
#include "openai/texts.hpp"

#include <charconv>
#include <optional>
#include <utility>
#include <variant>

namespace imagined::api {

namespace {

using kind = submit::plain_wish::kind;

// Above this, reading takes longer than handing it over and back.
constexpr std::size_t max_inline_bytes = 64 * std::size_t{1024};
constexpr std::size_t name_bytes = 16;

awaitable<result<read_openai>> read_request(context& api, call& from, kind what) {
    const auto read = [what, &request = std::as_const(from.request)] {
        return read_openai_request(what, request);
    };
    if (from.request.body.size() <= max_inline_bytes) {
        co_return read();
    }
    // The pool always completes, and our caller keeps the body.
    auto job = read;
    auto opened = co_await api.parts.pool.run(std::move(job));
    from.request.body = std::string();
    co_return opened;
}

// OpenAI's packages count how often they have sent a request.
bool says_it_repeats(const http::request_head& head) {
    const std::string_view text = head.headers.get("X-Stainless-Retry-Count");
    int count = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
    return read.ec == std::errc{} && count > 0;
}

// Who asks, with a key by which a repetition finds the task: the request's own, or one that the
// same request of this caller had within the last ten minutes.
awaitable<result<submit::requester>>
name_requester(context& api, const call& from, const std::string& digest) {
    submit::requester who = requester_of(from);
    who.fingerprint = sha256_hex(from.request.path + '\n' + digest);
    if (who.idempotency_key.empty()) {
        queue::request_naming naming;
        naming.caller = who.who.caller;
        naming.digest = who.fingerprint;
        naming.fresh = "sent " + random_hex(name_bytes);
        naming.again = says_it_repeats(from.request);
        auto named = co_await api.parts.door.name_request(std::move(naming));
        if (!named) {
            co_return named.error();
        }
        who.idempotency_key = std::move(*named);
    }
    co_return who;
}

bool wants_id_alone(const openai_request& asked, const http::request_head& head) {
    const auto told = http::query_value(head.query, "async");
    return asked.id_alone || (told && (*told == "true" || *told == "1"));
}

awaitable<http::response>
wait_for_pictures(context& api, const std::string& id, bool as_events, task::language in) {
    auto ended = co_await wait_for_end(api, id);
    if (!ended) {
        co_return openai_error(failed(ended.error(), "wait for pictures"), in);
    }
    if (*ended) {
        co_return co_await answer_pictures(api, **ended, as_events, in);
    }
    // The task goes on elsewhere, and a repetition finds it.
    co_return openai_error(openai_kinds::unavailable, texts::draining.in(in));
}

awaitable<http::response> show_accepted(context& api, const call& from, const std::string& id) {
    const auto seen = co_await submit::read_one(api.parts.tasks, from.who.scope(), id);
    if (!seen) {
        co_return openai_error(failed(seen.error(), "show a task"), from.lang);
    }
    co_return answer_with_id(api, *seen);
}

http::response refuse_pictures(const refusal& why, task::language in) {
    http::response answer = openai_error(why, in);
    if (why.status >= 500 && why.status != 503) { // nobody knows whether there is a task
        forbid_retry(answer);
    }
    return answer;
}

awaitable<http::response> draw_pictures(context& api, call from, kind what) {
    auto read = co_await read_request(api, from, what);
    if (!read) {
        co_return openai_error(failed(read.error(), "read a body"), from.lang);
    }
    if (const auto* refused = std::get_if<refusal>(&*read)) {
        co_return openai_error(*refused, from.lang);
    }
    auto& asked = std::get<openai_request>(*read);
    const auto model =
        read_model_name(asked.model, api.parts.backends, api.submits.options.imagine);
    if (!model) {
        co_return openai_error(openai_kinds::no_model, texts::no_model.in(from.lang), "model");
    }
    asked.wish.model = model->exact;
    asked.wish.version = model->version;
    const bool id_alone = wants_id_alone(asked, from.request);
    std::optional<std::variant<seats::seat, seats::full>> seat;
    if (!id_alone) {
        seat.emplace(api.held.take(from.who.name));
    }
    if (const auto* full = seat ? std::get_if<seats::full>(&*seat) : nullptr) {
        co_return openai_error(
            openai_kinds::too_many, seat_text(texts::too_many_waits, *full, from.lang)
        );
    }
    auto who = co_await name_requester(api, from, asked.digest);
    if (!who) {
        co_return openai_error(failed(who.error(), "name a request"), from.lang);
    }
    const auto made = co_await submit::plain(api.submits, std::move(*who), std::move(asked.wish));
    from.request.held.reset(); // its pictures are stored
    if (const auto* refused = std::get_if<refusal>(&made)) {
        co_return refuse_pictures(*refused, from.lang);
    }
    const accepted& task = std::get<accepted>(made);
    http::response answer =
        id_alone ? co_await show_accepted(api, from, task.id)
                 : co_await wait_for_pictures(api, task.id, asked.streams, from.lang);
    answer.headers.set(task_id_header, task.id);
    if (task.replayed) {
        answer.headers.set("Idempotent-Replayed", "true");
    }
    if (task.left) {
        mark_limits(answer, *task.left);
    }
    co_return answer;
}

} // namespace

awaitable<http::response> generate_pictures(context& api, call from) {
    return draw_pictures(api, std::move(from), kind::drawing);
}

awaitable<http::response> edit_pictures(context& api, call from) {
    return draw_pictures(api, std::move(from), kind::edit);
}

awaitable<http::response> vary_pictures(context& api, call from) {
    return draw_pictures(api, std::move(from), kind::variation);
}

awaitable<http::response> show_pictures(context& api, call from) {
    const auto seen = co_await submit::read_one(api.parts.tasks, from.who.scope(), from.values[0]);
    if (!seen) {
        co_return openai_error(failed(seen.error(), "show pictures"), from.lang);
    }
    http::response answer = co_await answer_poll(api, *seen, from.lang);
    answer.headers.set(task_id_header, seen->record.id);
    co_return answer;
}

} // namespace imagined::api
