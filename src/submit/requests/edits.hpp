// A picture is drawn anew as a prompt says, whole or below a mask: whichever front asks for it.
#pragma once

#include "enqueue.hpp"
#include "imagined/task/mapping.hpp"
#include "imagined/task/prompt.hpp"
#include "pictures/client_mask.hpp"
#include "pictures/input_pictures.hpp"

#include <optional>
#include <string>
#include <vector>

namespace imagined::submit {

struct edit_wish {
    enum class kind { edit, retexture, variation } what = kind::edit;
    std::string prompt; // as sent
    task::parsed_prompt parsed;
    std::vector<input_picture> pictures; // the first is drawn anew, the others go with it
    std::optional<input_picture> mask;
    mask_marks marked_by = mask_marks::white;
    base_fields base;
    task::imagine_defaults defaults; // of the model and the number of pictures
    bool any_model = true;           // rather than none; else defaults.default_model alone
    bool transparent = false;        // the background of what is drawn
    bool has_flags = true;           // the prompt may have some, so notes name them
    task::handing_out handed;
};

// Without a backend that could do it the refusal names no field.
awaitable<outcome> draw_anew(context& ctx, const requester& from, edit_wish wanted);

} // namespace imagined::submit
