#include "parent.hpp"

#include "imagined/submit/read_one.hpp"
#include "imagined/submit/texts.hpp"

namespace imagined::submit {

awaitable<parent> read_parent(context& ctx, const requester& from, std::string id) {
    parent read;
    auto found = co_await read_one(ctx.tasks, from.who, std::move(id));
    if (!found) {
        read.refused = found.error().kind == failure_kind::not_found
                           ? refuse(texts::no_parent)
                           : failed(found.error(), "read a parent task");
        co_return read;
    }
    auto submission = task::submission_from_text(found->submission);
    if (!submission) {
        read.refused = failed(submission.error(), "read a parent task");
        co_return read;
    }
    if (found->record.state != task::state::success) {
        read.refused = refuse(texts::parent_status);
    }
    read.record = std::move(found->record);
    read.submission = std::move(*submission);
    if (read.refused) {
        co_return read;
    }
    // What its calls were answered stands apart from the task, so that polls need not carry it.
    auto told = co_await ctx.tasks.history(read.record.id);
    if (!told) {
        read.refused = failed(told.error(), "read a parent's calls");
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

} // namespace imagined::submit
