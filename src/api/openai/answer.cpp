#include "openai/answer.hpp"

#include "answers/answers.hpp"
#include "answers/openai_error.hpp"
#include "openai/pictures.hpp"
#include "openai/pieces.hpp"
#include "views/live_task.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace imagined::api {

namespace {

constexpr std::string_view event_type = "text/event-stream";

std::int64_t seconds_of(unix_millis at) {
    return at / 1000;
}

// queued, in_progress, completed, failed.
std::string_view openai_status(const task::record& task) {
    if (task::is_terminal(task.state)) {
        return task.state == task::state::success ? "completed" : "failed";
    }
    const std::string_view now = live_status(task);
    return now == "waiting" || now == "needs_input" ? "queued" : "in_progress";
}

std::string_view quality_of(const task::render_request& drawn) {
    using task::rendering_speed;
    const bool fast = drawn.speed == rendering_speed::flash || drawn.speed == rendering_speed::turbo
                      || task::is_turbo(drawn.model);
    if (fast) {
        return "low";
    }
    return drawn.speed == rendering_speed::quality ? "high" : "medium";
}

bool is_transparent(const task::render_request& drawn) {
    return drawn.transparent_background || drawn.what == task::operation::generate_transparent;
}

// What is said of all pictures together, as members of an object.
std::string
shared_members(const task::submission& submitted, const std::vector<handed_picture>& pictures) {
    std::string members = fmt::format(
        R"("background":"{}","quality":"{}")",
        is_transparent(submitted.request) ? "transparent" : "opaque",
        quality_of(submitted.request)
    );
    if (!pictures.empty()) {
        const auto& first = pictures.front().stored.info;
        constexpr std::string_view prefix = "image/";
        members += fmt::format(
            R"(,"output_format":"{}","size":"{}x{}")",
            store::media_type(first.format).substr(prefix.size()),
            first.width,
            first.height
        );
    }
    return members + R"(,"usage":null)"; // nothing here is counted in tokens
}

// The text that goes out; what stands next to each other is one piece.
class pieces {
public:
    void say(std::string_view text) {
        if (all_.empty() || !std::holds_alternative<std::string>(all_.back())) {
            all_.emplace_back(std::string());
        }
        std::get<std::string>(all_.back()).append(text);
    }

    void say_base64(store::stored_picture of) { all_.emplace_back(std::move(of)); }

    http::response as_answer(offload_pool& pool, std::string_view type) && {
        http::response answer;
        answer.headers.set("Content-Type", type);
        if (all_.size() == 1 && std::holds_alternative<std::string>(all_.front())) {
            answer.body = std::move(std::get<std::string>(all_.front()));
        } else {
            answer.body = stream_pieces(pool, std::move(all_));
        }
        return answer;
    }

private:
    std::vector<body_piece> all_;
};

void say_data(pieces& out, bool inlined, std::vector<handed_picture> pictures) {
    out.say(R"("data":[)");
    bool first = true;
    for (handed_picture& one : pictures) {
        out.say(first ? "{" : ",{");
        first = false;
        if (inlined) {
            out.say(R"("b64_json":")");
            out.say_base64(std::move(one.stored));
            out.say("\"");
        } else {
            out.say(R"("url":)" + json_string(one.url));
        }
        if (!one.prompt.empty()) {
            out.say(R"(,"revised_prompt":)" + json_string(one.prompt));
        }
        out.say("}");
    }
    out.say("]");
}

// One event a picture, all of them at the end: nothing is shown of a picture on its way.
void say_events(
    pieces& out,
    const queue::snapshot& ended,
    const task::submission& submitted,
    std::vector<handed_picture> pictures
) {
    const std::string_view name = submitted.what == task::action::imagine
                                      ? "image_generation.completed"
                                      : "image_edit.completed";
    for (handed_picture& one : pictures) {
        const std::string members = shared_members(submitted, {one});
        out.say(fmt::format("event: {}\ndata: {{\"type\":\"{}\",\"b64_json\":\"", name, name));
        out.say_base64(std::move(one.stored));
        out.say(
            fmt::format("\",\"created_at\":{},{}}}\n\n", seconds_of(ended.record.finished), members)
        );
    }
}

// Of a task that could not be read.
http::response broken_answer(const failure& why, task::language in) {
    return openai_error(failed(why, "answer with pictures"), in);
}

std::string poll_members(const task::record& task) {
    return fmt::format(
        R"("id":"{}","task_id":"{}","status":"{}","created_at":{})",
        task.id,
        task.id,
        openai_status(task),
        seconds_of(task.submitted)
    );
}

} // namespace

awaitable<http::response>
answer_pictures(context& api, const queue::snapshot& ended, bool as_events, task::language in) {
    http::response answer;
    if (ended.record.state != task::state::success) {
        answer = openai_error(openai_kind_of(ended.record), failure_reason(ended));
        forbid_retry(answer);
        co_return answer;
    }
    const auto submitted = task::submission_from_text(ended.submission);
    if (!submitted) {
        co_return broken_answer(submitted.error(), in);
    }
    auto pictures = co_await hand_out(api, ended, *submitted);
    if (!pictures) {
        co_return broken_answer(pictures.error(), in);
    }
    pieces out;
    if (as_events) {
        say_events(out, ended, *submitted, std::move(*pictures));
        answer = std::move(out).as_answer(api.parts.pool, event_type);
    } else {
        const std::string members = shared_members(*submitted, *pictures);
        out.say(fmt::format(R"({{"created":{},)", seconds_of(ended.record.finished)));
        say_data(out, submitted->handed.inlined, std::move(*pictures));
        out.say("," + members + "}");
        answer = std::move(out).as_answer(api.parts.pool, json_type);
    }
    forbid_retry(answer);
    co_return answer;
}

awaitable<http::response>
answer_poll(context& api, const queue::snapshot& task, task::language in) {
    pieces out;
    out.say("{" + poll_members(task.record));
    if (task.record.state == task::state::success) {
        const auto submitted = task::submission_from_text(task.submission);
        if (!submitted) {
            co_return broken_answer(submitted.error(), in);
        }
        auto pictures = co_await hand_out(api, task, *submitted);
        if (!pictures) {
            co_return broken_answer(pictures.error(), in);
        }
        out.say(",");
        say_data(out, submitted->handed.inlined, std::move(*pictures));
    } else if (task.record.state == task::state::failure) {
        out.say(fmt::format(
            R"(,"error":{{"message":{},"code":"{}"}})",
            json_string(failure_reason(task)),
            openai_kind_of(task.record).code
        ));
    }
    out.say("}");
    http::response answer = std::move(out).as_answer(api.parts.pool, json_type);
    answer.headers.set("Cache-Control", "private, no-cache");
    co_return answer;
}

http::response answer_with_id(const context& api, const queue::snapshot& task) {
    http::response answer = json_answer(202, "{" + poll_members(task.record) + "}");
    answer.headers.set(
        "Location",
        fmt::format("{}/v1/images/generations/{}", api.options.public_url, task.record.id)
    );
    return answer;
}

} // namespace imagined::api
