#include "submit/parent.hpp"

#include "answers.hpp"
#include "tasks/one_task.hpp"
#include "texts.hpp"

namespace imagined::api {

awaitable<parent> read_parent(context& api, const call& from, std::string id) {
    parent read;
    auto found = co_await read_one(api, from.who.scope(), std::move(id));
    if (!found) {
        read.refused = found.error().kind == failure_kind::not_found
                           ? refusal(code::bad_request, texts::no_parent, from.lang)
                           : from_failure(found.error(), "read a parent task", from.lang);
        co_return read;
    }
    auto submission = task::submission_from_text(found->submission);
    if (!submission) {
        read.refused = from_failure(submission.error(), "read a parent task", from.lang);
        co_return read;
    }
    if (found->record.state != task::state::success) {
        read.refused = refusal(code::bad_request, texts::parent_status, from.lang);
    }
    read.record = std::move(found->record);
    read.submission = std::move(*submission);
    if (read.refused) {
        co_return read;
    }
    // What its calls were answered stands apart from the task, so that polls need not carry it.
    auto told = co_await api.parts.tasks.history(read.record.id);
    if (!told) {
        read.refused = from_failure(told.error(), "read a parent's calls", from.lang);
        co_return read;
    }
    read.record.calls = std::move(told->calls);
    co_return read;
}

std::string seed_of_picture(const task::record& parent, int n) {
    for (const task::call& made : parent.calls) {
        const int at = n - made.first_picture;
        if (made.now != task::call::state::answered || at < 0 || at >= made.count) {
            continue;
        }
        const auto answer = backend::answer_from_text(made.answer);
        if (!answer || static_cast<std::size_t>(at) >= answer->pictures.size()) {
            return {};
        }
        const auto& seed = answer->pictures[static_cast<std::size_t>(at)].seed;
        return seed ? std::to_string(*seed) : std::string{};
    }
    return {};
}

} // namespace imagined::api
