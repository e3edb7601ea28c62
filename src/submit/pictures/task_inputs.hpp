// What the pictures of an imagine are for: the first one is remixed; the others, and those of
// --sref, lend their style; the first of --cref or --oref is a character that is to appear. Only
// V_3 has references. What cannot be used is dropped and noted.
#pragma once

#include "enqueue.hpp"
#include "imagined/task/prompt.hpp"
#include "pictures/input_pictures.hpp"

#include <vector>

namespace imagined::submit {

struct task_inputs {
    std::vector<input_picture> all; // in the order of the three counts
    std::size_t remixed = 0; // the request's own: 0 or 1, more for a blend and an instruct-edit
    std::size_t styles = 0;
    std::size_t characters = 0;        // 0 or 1
    std::optional<input_picture> mask; // as Ideogram has it
};

// Chooses by the model of `made`, which gets the notes.
task_inputs gather_inputs(
    std::vector<input_picture> pictures, const task::parsed_prompt& parsed, task::submission& made
);

// Stores the pictures, all of them read, and puts them into the request. Gives the task its id
// early, since they are stored under it. Without pictures nothing happens.
awaitable<result<void>> attach_inputs(context& ctx, draft& made, task_inputs inputs);

} // namespace imagined::submit
