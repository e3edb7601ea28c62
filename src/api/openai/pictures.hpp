// The pictures of an ended task, as OpenAI's answers hand them out.
#pragma once

#include "context/context.hpp"
#include "imagined/store/image_store.hpp"
#include "imagined/task/submission.hpp"

#include <string>
#include <vector>

namespace imagined::api {

struct handed_picture {
    store::stored_picture stored;
    std::string url;
    std::string prompt; // that it was drawn from, as the upstream tells; or ""
};

// Those that are still there, in order; in the format that was asked for, which is made of each
// once and kept beside it. One that cannot be made anew is handed out as it is.
awaitable<result<std::vector<handed_picture>>>
hand_out(context& api, const queue::snapshot& task, const task::submission& submitted);

} // namespace imagined::api
