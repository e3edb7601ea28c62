#include "answers.hpp"
#include "handlers.hpp"
#include "texts.hpp"

// Submits that exist in Midjourney's API and not in this one. They answer in its own
// words and shapes, so that a client shows a sentence and not a network error.
namespace imagined::api {

awaitable<http::response> refuse_video(context& /*api*/, call from) {
    co_return refusal(code::bad_request, texts::no_video, from.lang);
}

awaitable<http::response> refuse_face_swap(context& /*api*/, call from) {
    co_return refusal(code::bad_request, texts::not_offered, from.lang);
}

} // namespace imagined::api
