// An imagine on its way to a task: also what follows from a text that a user picks (a described
// picture's, a shortened prompt's).
#pragma once

#include "enqueue.hpp"
#include "pictures/input_pictures.hpp"

#include "imagined/task/mapping.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::submit {

struct imagine_wish {
    std::string prompt;                  // trimmed
    std::vector<input_picture> pictures; // of the body; those of the prompt come before them
    base_fields base;
};

// The task of a prompt that was read; its description begins with the command, "/imagine".
draft draft_of_prompt(
    context& ctx,
    const requester& from,
    task::action what,
    std::string_view command,
    std::string prompt,
    base_fields base,
    task::mapped_imagine mapped
);

// What mapping notes of --ar and --seed, told of the fields that they came from where nobody wrote
// a flag.
void name_fields(std::vector<std::string>& notes);

struct imagine_draft {
    draft made;
    std::optional<refusal> refused;
};

// Reads the prompt, chooses model and fields, and reads and stores the pictures. Nothing is
// submitted yet; with `refused` nothing is left behind.
awaitable<imagine_draft> draft_imagine(context& ctx, const requester& from, imagine_wish wanted);

} // namespace imagined::submit
