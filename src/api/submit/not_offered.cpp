#include "answers.hpp"
#include "handlers.hpp"
#include "texts.hpp"

#include <algorithm>
#include <initializer_list>

// Submits that exist in Midjourney's API and not, or not yet, in this one. They answer in its own
// words and shapes, so that a client shows a sentence and not a network error.
namespace imagined::api {

namespace {

bool any_serves(const context& api, task::operation what) {
    return std::any_of(task::all_models.begin(), task::all_models.end(), [&](task::model with) {
        return api.parts.backends.serves(what, with);
    });
}

// Code 3 where no backend could do it, code 4 where only this program cannot.
http::response refuse_operation(
    const context& api, std::initializer_list<task::operation> any_of, task::language in
) {
    const bool possible = std::any_of(any_of.begin(), any_of.end(), [&](task::operation what) {
        return any_serves(api, what);
    });
    return possible ? refusal(code::bad_request, texts::not_yet, in)
                    : refusal(code::no_capability, texts::no_account, in);
}

} // namespace

awaitable<http::response> refuse_describe(context& api, call from) {
    co_return refuse_operation(api, {task::operation::describe}, from.lang);
}

awaitable<http::response> refuse_blend(context& api, call from) {
    co_return refuse_operation(
        api, {task::operation::instruct_edit, task::operation::remix}, from.lang
    );
}

awaitable<http::response> refuse_edit(context& api, call from) {
    co_return refuse_operation(
        api,
        {task::operation::instruct_edit, task::operation::edit, task::operation::inpaint},
        from.lang
    );
}

awaitable<http::response> refuse_other(context& /*api*/, call from) {
    co_return refusal(code::bad_request, texts::not_yet, from.lang);
}

awaitable<http::response> refuse_video(context& /*api*/, call from) {
    co_return refusal(code::bad_request, texts::no_video, from.lang);
}

awaitable<http::response> refuse_face_swap(context& /*api*/, call from) {
    co_return refusal(code::bad_request, texts::not_offered, from.lang);
}

} // namespace imagined::api
