#include "answers/ideogram_error.hpp"

#include "answers/answers.hpp"

namespace imagined::api {

namespace {

constexpr int retry_seconds = 5;

// HTTP 200 with a code of Midjourney's becomes the status that Ideogram would have sent.
int status_of_code(code told) {
    switch (told) {
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

http::response ideogram_error(const refusal& why) {
    const int status = why.status != 0     ? why.status
                       : why.intake_paused ? 503
                       : why.forbidden     ? 403
                                           : status_of_code(why.what);
    const std::string text = json_string(why.why.en);
    std::string body = "{\"code\":" + std::to_string(static_cast<int>(why.what));
    for (const char* name : {"description", "error", "message"}) {
        body.append(",\"").append(name).append("\":").append(text);
    }
    body.append(",\"properties\":").append(properties_of(why)).append(",\"result\":null}");
    http::response answer = json_answer(status, std::move(body));
    mark_refusal(answer, why);
    mark_retry(answer);
    return answer;
}

http::response ideogram_error(int status, std::string_view text) {
    const std::string told(text);
    return ideogram_error(refuse_with_status(status, {told, told}));
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
