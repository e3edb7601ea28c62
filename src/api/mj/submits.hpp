// POST /mj/submit/…: what a submit has become, in Midjourney's words.
#pragma once

#include "context/context.hpp"
#include "imagined/submit/submit.hpp"

namespace imagined::api {

// The answer to `from`. A page of another origin is given a refusal a moment after it asked
// (http/late_refusals.hpp).
awaitable<http::response> answer_submit(context& api, const call& from, submit::outcome made);

// Reads the body, has it carried out, and answers.
awaitable<http::response> carry_out_submit(context& api, call from, submit::verb* what);

// The handler of one kind of submit.
template <submit::verb* what>
awaitable<http::response> submit_by(context& api, call from) {
    return carry_out_submit(api, std::move(from), what);
}

} // namespace imagined::api
