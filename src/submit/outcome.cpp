#include "imagined/submit/outcome.hpp"

#include "imagined/base/log.hpp"
#include "imagined/submit/texts.hpp"

#include <utility>

namespace imagined::submit {

namespace {

constexpr seconds unavailable_retry{1};

int status_of(failure_kind kind) {
    switch (kind) {
    case failure_kind::not_found:
        return 404;
    case failure_kind::conflict:
        return 409;
    case failure_kind::throttled:
    case failure_kind::unavailable:
    case failure_kind::cancelled:
        return 503;
    case failure_kind::invalid:
    case failure_kind::rejected:
    case failure_kind::corrupt:
        break;
    }
    return 500;
}

} // namespace

code accepted::what() const {
    switch (now) {
    case state::waits:
        return code::in_queue;
    case state::asks:
        return code::modal;
    case state::starts:
    case state::stands:
        break;
    }
    return code::accepted;
}

refusal refuse(task::bilingual why) {
    return {.why = std::move(why)};
}

refusal refuse(code what, task::bilingual why) {
    return {.what = what, .why = std::move(why)};
}

refusal refuse_field(std::string_view field, const task::bilingual& expected) {
    std::string name(field);
    return {
        .why = {name + ": " + expected.zh, name + ": " + expected.en}, .field = std::move(name)
    };
}

refusal refuse_with_status(int status, task::bilingual why) {
    const code what = status < 500 ? code::bad_request : code::failed;
    return {.what = what, .status = status, .why = std::move(why)};
}

refusal refuse_for_now(task::bilingual why, seconds retry_after) {
    refusal made = refuse_with_status(503, std::move(why));
    made.retry_after = retry_after;
    return made;
}

refusal refuse_unserved() {
    return refuse(code::no_capability, texts::no_account);
}

refusal failed(const failure& cause, std::string_view doing) {
    const int status = status_of(cause.kind);
    if (status == 404) {
        return refuse_with_status(status, texts::no_task);
    }
    log::warning("a request failed", {{"doing", std::string(doing)}, {"cause", cause.detail}});
    return status == 503 ? refuse_for_now(texts::unavailable, unavailable_retry)
                         : refuse_with_status(status, texts::system_error);
}

} // namespace imagined::submit
