// The task that a change refers to.
#pragma once

#include "imagined/submit/submit.hpp"
#include "imagined/task/submission.hpp"

#include <optional>
#include <string>

namespace imagined::submit {

struct parent {
    task::record record; // with its calls and their answers
    task::submission submission;
    std::optional<refusal> refused;
};

// Reads the parent and checks that it is a success which the caller may see.
awaitable<parent> read_parent(context& ctx, const requester& from, std::string id);

// The seed that drew picture `n` of the parent, as digits; "" where it is not known.
std::string seed_of_picture(const task::record& parent, int n);

} // namespace imagined::submit
