// The closed sets of words of the domain, and how each is spelled on the wire. `parse_*` take the
// wire spelling; an unknown word is nullopt, never a guess.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace imagined::task {

// Midjourney's name for what a task does (contract §3, "action").
enum class action {
    imagine,
    upscale,
    variation,
    reroll,
    describe,
    blend,
    zoom,
    pan,
    inpaint,
    edit,
    shorten
};

// Where a task is in its life. Only the queue's scripts change it; README.md draws it.
enum class state { modal, queued, leased, calling, storing, success, failure };

constexpr bool is_terminal(state s) {
    return s == state::success || s == state::failure;
}

// Why a task failed, for programs (`properties.failCode`, contract §3).
enum class fail_code {
    ambiguous_upstream_outcome,
    content_rejected,
    invalid_request,
    cancelled,
    timeout,
    no_picture,
    storage_failed,
    budget,
    backend_refused
};

// Midjourney's speed words: a path prefix, a body field or a flag.
enum class speed_mode { fast, relax, turbo };

enum class language { zh, en };

// What Ideogram can be asked for (contract §4).
enum class operation {
    generate,
    remix,
    edit,
    inpaint,
    reframe,
    replace_background,
    generate_transparent,
    upscale,
    describe,
    remove_background,
    instruct_edit
};

enum class model { v1, v1_turbo, v2, v2_turbo, v2a, v2a_turbo, v3 };

enum class rendering_speed { flash, turbo, standard, quality }; // "DEFAULT" is standard

enum class magic_prompt { automatic, on, off };

enum class bot { mid_journey, niji_journey };

inline constexpr std::array all_operations{
    operation::generate,
    operation::remix,
    operation::edit,
    operation::inpaint,
    operation::reframe,
    operation::replace_background,
    operation::generate_transparent,
    operation::upscale,
    operation::describe,
    operation::remove_background,
    operation::instruct_edit
};
inline constexpr std::array all_models{
    model::v1, model::v1_turbo, model::v2, model::v2_turbo, model::v2a, model::v2a_turbo, model::v3
};

std::string_view to_string(action value);          // "IMAGINE"
std::string_view to_string(state value);           // "queued"
std::string_view to_string(fail_code value);       // "AMBIGUOUS_UPSTREAM_OUTCOME"
std::string_view to_string(speed_mode value);      // "FAST"
std::string_view to_string(language value);        // "zh"
std::string_view to_string(operation value);       // "replace-background"
std::string_view to_string(model value);           // "V_2A_TURBO"
std::string_view to_string(rendering_speed value); // "DEFAULT" for standard
std::string_view to_string(magic_prompt value);    // "AUTO"
std::string_view to_string(bot value);             // "MID_JOURNEY"

std::optional<action> parse_action(std::string_view text);
std::optional<state> parse_state(std::string_view text);
std::optional<fail_code> parse_fail_code(std::string_view text);
std::optional<speed_mode> parse_speed_mode(std::string_view text); // any case; also "mj-fast"
std::optional<language> parse_language(std::string_view text);
std::optional<operation> parse_operation(std::string_view text);
std::optional<model> parse_model(std::string_view text);
std::optional<rendering_speed> parse_rendering_speed(std::string_view text);
std::optional<magic_prompt> parse_magic_prompt(std::string_view text);

// MID_JOURNEY for anything unknown, as the peers do; "niji" and "NIJI_JOURNEY" are the other one.
bot parse_bot(std::string_view text);

constexpr bool is_turbo(model m) {
    return m == model::v1_turbo || m == model::v2_turbo || m == model::v2a_turbo;
}

// V_1 -> V_1_TURBO and back; V_3 stays (its speed is a field of the request).
model turbo_of(model m);
model base_of(model m);

} // namespace imagined::task
