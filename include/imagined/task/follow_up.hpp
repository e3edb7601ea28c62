// What can be done with a drawn picture, as requests to Ideogram (ideogram-api.md §13.3): each
// starts from the request that drew it. Which operation and model are used is decided by what the
// configured backends serve; where another model must do it, a note says so. Pure.
#pragma once

#include "imagined/task/buttons.hpp"
#include "imagined/task/prompt.hpp"
#include "imagined/task/render_request.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace imagined::task {

// Whether some configured backend serves the operation for the model, now or later.
using capability = std::function<bool(operation, model)>;

struct follow_up {
    render_request request; // without seed; pictures and mask are still the parent's
    std::vector<std::string> notes;
};

// Each is nullopt when no configured backend can do it. The parent's model is kept where it can,
// then its slower or faster sister, then the newest that can.

// A remix: V, subtle, strong. Its picture and weight are the caller's.
std::optional<follow_up> vary(const render_request& drawn, const capability& can);
// Inpaint, or edit, which is the same to a backend: region, zoom, pan. Frame and negative prompt go
// (the canvas has its own frame, and there is no negative prompt).
std::optional<follow_up> repaint(const render_request& drawn, const capability& can);
// Reframe to the square resolution, for make square.
std::optional<follow_up> reframe_square(const render_request& drawn, const capability& can);
// One picture of twice the size. `creative` keeps less and adds more.
std::optional<follow_up> enlarge(const render_request& drawn, bool creative, const capability& can);
// The same once more, whatever it was.
std::optional<follow_up> repeat(const render_request& drawn, const capability& can);

// Puts the words of a new prompt, mapped for the same operation, in the place of the old ones. What
// the prompt does not mention stays: pictures, mask, frame, weight.
void take_words(render_request& request, const parsed_prompt& prompt, render_request mapped);

button_support support_of(const render_request& drawn, const capability& can);

} // namespace imagined::task
