#include "views/live_task.hpp"

#include "answers/answers.hpp"
#include "views/shown_task.hpp"

#include "imagined/task/fail_texts.hpp"
#include "imagined/task/progress.hpp"
#include "imagined/task/submission.hpp"

#include <fmt/format.h>

#include <charconv>

namespace imagined::api {

namespace {

task::fail_code code_of(const task::record& failed) {
    return failed.fail_code.value_or(task::fail_code::backend_refused);
}

std::string failure_of(const queue::snapshot& failed) {
    const auto code = code_of(failed.record);
    return fmt::format(
        R"({{"code":"{}","reason":{},"retryable":{}}})",
        task::to_string(code),
        json_string(failure_reason(failed)),
        may_retry(code)
    );
}

std::string place_of(const std::optional<live_place>& place) {
    return place
               ? fmt::format(
                     R"({{"ahead":{},"expectedWaitMs":{}}})", place->ahead, place->expected_wait_ms
                 )
               : "null";
}

bool waits(const task::record& task) {
    return live_status(task) == "waiting";
}

} // namespace

std::string_view live_status(const task::record& task) {
    const auto outward = task::outward_status(task);
    if (outward == "SUCCESS") {
        return "succeeded";
    }
    if (outward == "FAILURE") {
        return task.fail_code == task::fail_code::cancelled ? "cancelled" : "failed";
    }
    if (outward == "MODAL") {
        return "needs_input";
    }
    return outward == "NOT_START" ? "waiting" : "running";
}

bool may_retry(task::fail_code why) {
    switch (why) {
    case task::fail_code::content_rejected:
    case task::fail_code::invalid_request:
    case task::fail_code::backend_refused:
        return false;
    default:
        return true;
    }
}

std::string failure_reason(const queue::snapshot& failed) {
    if (!failed.record.fail_reason.empty()) {
        return failed.record.fail_reason;
    }
    const auto submitted = task::submission_from_text(failed.submission);
    const auto in = submitted ? submitted->lang : task::language::zh;
    return task::failure_text(failed.record, in);
}

std::optional<int> live_progress(const task::record& task, unix_millis now) {
    const std::string text = task::outward_progress(task, now);
    int percent = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), percent);
    return read.ec == std::errc{} ? std::optional(percent) : std::nullopt;
}

std::string live_url(std::string_view public_url, std::string_view id) {
    return fmt::format("{}/v1/tasks/{}", public_url, id);
}

std::string live_urls(std::string_view public_url, std::string_view id) {
    const std::string self = live_url(public_url, id);
    return fmt::format(
        R"({{"self":{},"events":{},"cancel":{},"result":{}}})",
        json_string(self),
        json_string(self + "/events"),
        json_string(self + "/cancel"),
        json_string(self + "/result")
    );
}

result<std::string> live_task(
    const queue::snapshot& task,
    const std::optional<live_place>& place,
    const shown_at& where,
    unix_millis now
) {
    const auto view = task_json(task, where, now);
    if (!view) {
        return view.error();
    }
    const task::record& record = task.record;
    const auto percent = live_progress(record, now);
    return fmt::format(
        R"({{"id":"{}","revision":{},"caller":{},"status":"{}","progress":{},"queue":{},)"
        R"("waiting_for":{},"waiting_for_detail":{},"error":{},"urls":{},"task":{}}})",
        record.id,
        record.sequence,
        json_string(record.caller),
        live_status(record),
        percent ? std::to_string(*percent) : "null",
        waits(record) ? place_of(place) : "null",
        task.waits ? json_string(task.waits->what) : "null",
        task.waits ? json_string(task.waits->detail) : "null",
        record.state == task::state::failure ? failure_of(task) : "null",
        live_urls(where.public_url, record.id),
        *view
    );
}

std::string
live_tag(const queue::snapshot& shown, const std::optional<live_place>& place, unix_millis now) {
    const task::record& task = shown.record;
    const auto percent = live_progress(task, now);
    std::string tag = fmt::format("W/\"{}-{}", task.sequence, live_status(task));
    if (percent) {
        tag += fmt::format("-{}", *percent);
    } else if (place && waits(task)) {
        tag += fmt::format("-{}-{}", place->ahead, place->expected_wait_ms / 1000);
    }
    // Its detail counts down; what it is about does not.
    return tag + (shown.waits ? "-" + shown.waits->what : "") + '"';
}

std::optional<std::uint64_t> revision_in(std::string_view header) {
    for (auto at = header.find('"'); at != std::string_view::npos; at = header.find('"', at + 1)) {
        std::uint64_t revision = 0;
        const char* first = header.data() + at + 1;
        const char* last = header.data() + header.size();
        const auto read = std::from_chars(first, last, revision);
        if (read.ec == std::errc{} && read.ptr != last && *read.ptr == '-') {
            return revision;
        }
    }
    return std::nullopt;
}

std::string_view live_step(task::event_kind happened) {
    using enum task::event_kind;
    switch (happened) {
    case submitted:
    case resubmitted:
        return "submitted";
    case modal_answered:
        return "answered";
    case claimed:
        return "claimed";
    case called:
        return "called";
    case answered:
    case answered_late:
        return "drawn";
    case refused:
        return "refused";
    case not_started:
    case unconfirmed:
        return "not_started";
    case lost:
        return "lost";
    case released:
    case lease_expired:
        return "requeued";
    case stored:
    case picked:
    case shortened:
        return "stored";
    case cancelled:
        return "cancelled";
    case callback_delivered:
    case callback_gone:
    case callback_failed:
        return "callback";
    case callback_given_up:
        return "callback_given_up";
    case modal_expired:
    case described:
    case failed:
    case overdue:
    case ambiguous:
    case other:
        break;
    }
    return "noted";
}

} // namespace imagined::api
