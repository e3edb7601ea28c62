#include "native/ideogram_words.hpp"

#include "answers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace imagined::api {

namespace {

using nlohmann::json;

constexpr int retry_seconds = 5;

// HTTP 200 with a code of Midjourney's becomes the status that Ideogram would have sent.
int status_of_code(int told) {
    switch (static_cast<code>(told)) {
    case code::no_capability:
        return 503;
    case code::queue_full:
        return 429;
    case code::banned:
        return 422;
    case code::failed:
        return 500;
    default:
        return 400;
    }
}

void mark_retry(http::response& answer) {
    const bool later = answer.status == 429 || answer.status == 503;
    if (later && !answer.headers.has("Retry-After")) {
        answer.headers.set("Retry-After", std::to_string(retry_seconds));
    }
}

} // namespace

http::response ideogram_error(int status, std::string_view text) {
    const std::string told(text);
    return in_ideograms_words(problem(status, {told, told}, task::language::en));
}

http::response in_ideograms_words(http::response answer) {
    json body = json::parse(answer.text(), nullptr, false);
    if (!body.is_object() || body.contains("error")) {
        return answer;
    }
    const auto told = body.find("code");
    if (answer.status == 200 && told != body.end() && told->is_number_integer()) {
        answer.status = says_intake_paused(body) ? 503 : status_of_code(told->get<int>());
    }
    if (answer.status < 400) {
        return answer;
    }
    const std::string text = body.value("description", "");
    body["error"] = text;
    body["message"] = text;
    answer.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
    mark_retry(answer);
    return answer;
}

int status_of(const task::record& failed) {
    using task::fail_code;
    switch (failed.fail_code.value_or(fail_code::backend_refused)) {
    case fail_code::content_rejected:
        return 422;
    case fail_code::invalid_request:
        return 400;
    case fail_code::ambiguous_upstream_outcome:
        return 504;
    case fail_code::timeout: // no backend could start it in its time
        return 503;
    case fail_code::budget:
        return 402;
    case fail_code::cancelled:
        return 409;
    case fail_code::storage_failed:
        return 500;
    case fail_code::no_picture:
    case fail_code::backend_refused:
        break;
    }
    return 502;
}

} // namespace imagined::api
