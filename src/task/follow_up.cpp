#include "imagined/task/follow_up.hpp"

#include <array>
#include <initializer_list>
#include <utility>

namespace imagined::task {

namespace {

// How much an upscale keeps and how much it adds (ideogram-api.md §13.3).
constexpr int much = 90;
constexpr int some = 50;

struct choice {
    operation what;
    model with;
};

// The first that is served: the drawn picture's own model, its sisters, then newest first.
std::optional<choice>
choose(std::initializer_list<operation> any_of, model drawn_with, const capability& can) {
    const std::array<model, 10> preferred{
        drawn_with,
        base_of(drawn_with),
        turbo_of(drawn_with),
        model::v3,
        model::v2,
        model::v2_turbo,
        model::v2a,
        model::v2a_turbo,
        model::v1,
        model::v1_turbo
    };
    for (const model with : preferred) {
        for (const operation what : any_of) {
            if (can(what, with)) {
                return choice{what, with};
            }
        }
    }
    return std::nullopt;
}

void switch_model(follow_up& made, model with) {
    render_request& request = made.request;
    if (request.model == with) {
        return;
    }
    made.notes.push_back(
        "no backend serves " + std::string(to_string(request.what)) + " of "
        + std::string(to_string(request.model)) + "; " + std::string(to_string(with)) + " was used"
    );
    // The older models have their speed in the name, V_3 beside it.
    const bool fast = is_turbo(request.model);
    request.speed = fast && with == model::v3 ? rendering_speed::turbo : rendering_speed::standard;
    request.model = with;
}

std::optional<follow_up>
begin(const render_request& drawn, std::initializer_list<operation> any_of, const capability& can) {
    const auto chosen = choose(any_of, drawn.model, can);
    if (!chosen) {
        return std::nullopt;
    }
    follow_up made{drawn, {}};
    made.request.what = chosen->what;
    made.request.seed.reset();
    switch_model(made, chosen->with);
    return made;
}

// What only matters to a picture that is drawn from nothing, or remixed.
void forget_frame(follow_up& made) {
    render_request& request = made.request;
    request.aspect.reset();
    request.resolution.clear();
    request.image_weight.reset();
    if (!request.negative_prompt.empty()) {
        made.notes.push_back(
            "--no " + request.negative_prompt + ": " + std::string(to_string(request.what))
            + " takes no negative prompt, dropped"
        );
        request.negative_prompt.clear();
    }
}

} // namespace

std::optional<follow_up> vary(const render_request& drawn, const capability& can) {
    auto made = begin(drawn, {operation::remix}, can);
    if (made) {
        made->request.mask.reset();
    }
    return made;
}

std::optional<follow_up> repaint(const render_request& drawn, const capability& can) {
    auto made = begin(drawn, {operation::inpaint, operation::edit}, can);
    if (made) {
        forget_frame(*made);
    }
    return made;
}

std::optional<follow_up> reframe_square(const render_request& drawn, const capability& can) {
    auto made = begin(drawn, {operation::reframe}, can);
    if (made) {
        forget_frame(*made);
        made->request.mask.reset();
        made->request.aspect = ratio{};
    }
    return made;
}

std::optional<follow_up>
enlarge(const render_request& drawn, bool creative, const capability& can) {
    auto made = begin(drawn, {operation::upscale}, can);
    if (!made) {
        return made;
    }
    forget_frame(*made);
    render_request& request = made->request;
    request.mask.reset();
    request.style_references.clear();
    request.character_references.clear();
    request.character_masks.clear();
    request.resemblance = creative ? some : much;
    request.detail = creative ? much : some;
    request.images = 1;
    return made;
}

std::optional<follow_up> repeat(const render_request& drawn, const capability& can) {
    if (drawn.what == operation::inpaint || drawn.what == operation::edit) {
        return begin(drawn, {drawn.what, operation::inpaint, operation::edit}, can);
    }
    return begin(drawn, {drawn.what}, can);
}

void take_words(render_request& request, const parsed_prompt& prompt, render_request mapped) {
    mapped.images = request.images;
    mapped.pictures = std::move(request.pictures);
    mapped.mask = request.mask;
    mapped.style_references = std::move(request.style_references);
    mapped.character_references = std::move(request.character_references);
    mapped.character_masks = std::move(request.character_masks);
    mapped.custom_model = std::move(request.custom_model);
    mapped.copyright_detection = request.copyright_detection;
    if (!prompt.aspect) {
        mapped.aspect = request.aspect;
        mapped.resolution = std::move(request.resolution);
    }
    if (!prompt.image_weight) {
        mapped.image_weight = request.image_weight;
    }
    request = std::move(mapped);
}

button_support support_of(const render_request& drawn, const capability& can) {
    button_support found;
    found.reroll = repeat(drawn, can).has_value();
    found.vary = vary(drawn, can).has_value();
    found.repaint = repaint(drawn, can).has_value();
    found.square = found.repaint || reframe_square(drawn, can).has_value();
    found.upscale = enlarge(drawn, false, can).has_value();
    return found;
}

} // namespace imagined::task
