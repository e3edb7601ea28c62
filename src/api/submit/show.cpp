#include "answers.hpp"
#include "handlers.hpp"
#include "imagined/task/job_id.hpp"
#include "opened_body.hpp"
#include "picture_address.hpp"
#include "submit/submitting.hpp"
#include "tasks/one_task.hpp"
#include "texts.hpp"

namespace imagined::api {

namespace {

// The task whose job id, or the address of whose picture, a person has at hand.
std::optional<std::string> task_named(const context& api, std::string_view job) {
    if (const auto own = own_picture(api.here(), job)) {
        return own->picture.id;
    }
    return task::task_of_job(job);
}

} // namespace

awaitable<http::response> show_job(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return std::move(*body.refused);
    }
    const std::string job(trimmed(body.fields.text("jobId")));
    if (body.fields.error()) {
        co_return refusal(code::bad_request, *body.fields.error(), from.lang);
    }
    const auto id = task_named(api, job);
    if (!id) {
        const auto& why = task::holds_uuid(job) ? texts::no_target_task : texts::bad_job_id;
        co_return refusal(code::bad_request, why, from.lang);
    }
    const auto found = co_await read_one(api, from.who.scope(), *id);
    const bool unknown = !found && found.error().kind == failure_kind::not_found;
    if (!found && !unknown) {
        co_return from_failure(found.error(), "show a job", from.lang);
    }
    if (unknown || found->record.state != task::state::success) {
        co_return refusal(code::bad_request, texts::no_target_task, from.lang);
    }
    const std::string& done = texts::submitted.in(from.lang);
    co_return json_answer(200, submit_body(code::accepted, done, from.result_of(*id)));
}

} // namespace imagined::api
