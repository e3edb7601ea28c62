#include "answers/answers.hpp"
#include "answers/texts.hpp"
#include "context/opened_body.hpp"
#include "imagined/submit/loose_text.hpp"
#include "imagined/submit/read_one.hpp"
#include "imagined/task/job_id.hpp"
#include "mj/handlers.hpp"
#include "mj/submits.hpp"
#include "views/picture_address.hpp"

namespace imagined::api {

namespace {

// The task whose job id, or the address of whose picture, a person has at hand.
std::optional<std::string> task_named(const context& api, std::string_view job) {
    if (const auto own = own_picture(api.here(), job)) {
        return own->picture.id;
    }
    return task::task_of_job(job);
}

awaitable<outcome> find_job(context& api, queue::scope who, std::string job) {
    const auto id = task_named(api, job);
    if (!id) {
        co_return refuse(task::holds_uuid(job) ? texts::no_target_task : texts::bad_job_id);
    }
    const auto found = co_await submit::read_one(api.parts.tasks, std::move(who), *id);
    const bool unknown = !found && found.error().kind == failure_kind::not_found;
    if (!found && !unknown) {
        co_return failed(found.error(), "show a job");
    }
    if (unknown || found->record.state != task::state::success) {
        co_return refuse(texts::no_target_task);
    }
    co_return accepted{.id = *id, .now = accepted::state::stands};
}

} // namespace

awaitable<http::response> show_job(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return co_await answer_submit(api, from, std::move(*body.refused));
    }
    std::string job(submit::trimmed(body.fields.text("jobId")));
    if (body.fields.error()) {
        co_return co_await answer_submit(api, from, *body.fields.error());
    }
    auto found = co_await find_job(api, from.who.scope(), std::move(job));
    co_return co_await answer_submit(api, from, std::move(found));
}

} // namespace imagined::api
