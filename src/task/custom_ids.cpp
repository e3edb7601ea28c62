// What a customId says: a prefix, a word, numbers, and the job's id, joined by "::".
#include "imagined/task/buttons.hpp"

#include <array>
#include <utility>

namespace imagined::task {

namespace {

using kind = button_press::kind;

constexpr std::string_view joint = "::";

// Takes the text up to the next "::" off `rest`.
std::string_view next_part(std::string_view& rest) {
    const std::size_t end = rest.find(joint);
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + joint.size());
    return part;
}

// One digit from 1 to `most`, else 0.
int index_in(std::string_view text, int most) {
    return text.size() == 1 && text[0] >= '1' && text[0] <= '0' + most ? text[0] - '0' : 0;
}

constexpr int most_picture_index = 4;
constexpr int most_short_prompts = 5;

// "v6_2x_subtle", "v7_2x_creative", "v5_4x": versions come and go, the ending tells.
std::optional<kind> enlarging(std::string_view version) {
    if (version.size() < 2 || version[0] != 'v') {
        return std::nullopt;
    }
    if (version.ends_with("_creative")) {
        return kind::upscale_creative;
    }
    const bool plain = version.ends_with("_2x") || version.ends_with("_4x");
    return plain || version.ends_with("_subtle") ? std::optional(kind::upscale_subtle)
                                                 : std::nullopt;
}

std::optional<kind> job_kind(std::string_view word) {
    constexpr std::array<std::pair<std::string_view, kind>, 9> words{{
        {"upsample", kind::pick},
        {"variation", kind::variation},
        {"low_variation", kind::vary_subtle},
        {"high_variation", kind::vary_strong},
        {"pan_left", kind::pan_left},
        {"pan_right", kind::pan_right},
        {"pan_up", kind::pan_up},
        {"pan_down", kind::pan_down},
        {"reroll", kind::reroll},
    }};
    for (const auto& [name, what] : words) {
        if (name == word) {
            return what;
        }
    }
    constexpr std::string_view upsample = "upsample_";
    if (word.starts_with(upsample)) {
        return enlarging(word.substr(upsample.size()));
    }
    const bool moves = word.starts_with("animate_") || word.starts_with("video_");
    return moves ? std::optional(kind::video) : std::nullopt;
}

// "MJ::JOB::<word>::<index>::<job>", and "::SOLO" where one picture is meant.
std::optional<button_press> parse_job(std::string_view rest) {
    const auto what = job_kind(next_part(rest));
    if (what == kind::video) {
        return button_press{kind::video, 0, 0};
    }
    const std::string_view index = next_part(rest);
    const std::string_view job = next_part(rest);
    if (!what || job.empty() || (!rest.empty() && rest != "SOLO")) {
        return std::nullopt;
    }
    if (what == kind::reroll) {
        return index == "0" ? std::optional(button_press{kind::reroll, 0, 0}) : std::nullopt;
    }
    const bool of_grid = what == kind::pick || what == kind::variation;
    const int n = index_in(index, most_picture_index);
    if (n == 0 || (of_grid && !rest.empty())) {
        return std::nullopt;
    }
    return button_press{*what, n, 0};
}

// Discord has no number in it, T10 has: "MJ::CustomZoom::<job>", "MJ::CustomZoom::1::<job>".
std::optional<button_press> parse_custom_zoom(std::string_view rest) {
    const std::string_view first = next_part(rest);
    if (first.empty()) {
        return std::nullopt;
    }
    const int n = rest.empty() ? 1 : index_in(first, most_picture_index);
    return n == 0 ? std::nullopt : std::optional(button_press{kind::custom_zoom, n, 0});
}

std::optional<button_press> parse_outpaint(std::string_view rest) {
    const std::string_view percent = next_part(rest);
    const int n = index_in(next_part(rest), most_picture_index);
    if (n == 0) {
        return std::nullopt;
    }
    if (percent == "50") {
        return button_press{kind::zoom, n, 2};
    }
    if (percent == "75") {
        return button_press{kind::zoom, n, 1.5};
    }
    return percent == "100" ? std::optional(button_press{kind::square, n, 0}) : std::nullopt;
}

std::optional<button_press> parse_inpaint(std::string_view rest) {
    const int n = index_in(next_part(rest), most_picture_index);
    return n == 0 ? std::nullopt : std::optional(button_press{kind::region, n, 0});
}

std::optional<button_press> parse_reader(std::string_view rest) {
    if (rest == "all") {
        return button_press{kind::read_all, 0, 0};
    }
    const int n = index_in(rest, most_picture_index);
    return n == 0 ? std::nullopt : std::optional(button_press{kind::read_picture, n, 0});
}

std::optional<button_press> parse_analyzer(std::string_view rest) {
    const int n = index_in(rest, most_short_prompts);
    return n == 0 ? std::nullopt : std::optional(button_press{kind::short_prompt, n, 0});
}

std::optional<button_press> parse_bookmark(std::string_view rest) {
    return rest.empty() ? std::nullopt : std::optional(button_press{kind::bookmark, 0, 0});
}

std::optional<button_press> parse_retry(std::string_view rest) {
    return rest.empty() ? std::optional(button_press{kind::describe_again, 0, 0}) : std::nullopt;
}

} // namespace

std::optional<button_press> parse_custom_id(std::string_view custom_id) {
    using reader = std::optional<button_press> (*)(std::string_view);
    constexpr std::array<std::pair<std::string_view, reader>, 8> families{{
        {"MJ::JOB::", parse_job},
        {"MJ::Inpaint::", parse_inpaint},
        {"MJ::Outpaint::", parse_outpaint},
        {"MJ::CustomZoom::", parse_custom_zoom},
        {"MJ::BOOKMARK::", parse_bookmark},
        {"MJ::Job::PicReader::", parse_reader},
        {"MJ::Picread::Retry", parse_retry},
        {"MJ::Job::PromptAnalyzer::", parse_analyzer},
    }};
    for (const auto& [prefix, read] : families) {
        if (custom_id.starts_with(prefix)) {
            return read(custom_id.substr(prefix.size()));
        }
    }
    return std::nullopt;
}

std::string label_of(const button_press& press) {
    switch (press.what) {
    case kind::pick:
        return "U" + std::to_string(press.index);
    case kind::variation:
        return "V" + std::to_string(press.index);
    case kind::reroll:
        return "R";
    case kind::vary_subtle:
        return "Vary (Subtle)";
    case kind::vary_strong:
        return "Vary (Strong)";
    case kind::region:
        return "Vary (Region)";
    case kind::zoom:
        return press.zoom == 2 ? "Zoom Out 2x" : "Zoom Out 1.5x";
    case kind::square:
        return "Make Square";
    case kind::custom_zoom:
        return "Custom Zoom";
    case kind::pan_left:
        return "Pan Left";
    case kind::pan_right:
        return "Pan Right";
    case kind::pan_up:
        return "Pan Up";
    case kind::pan_down:
        return "Pan Down";
    case kind::upscale_subtle:
        return "Upscale (Subtle)";
    case kind::upscale_creative:
        return "Upscale (Creative)";
    case kind::bookmark:
        return "Bookmark";
    case kind::video:
        return "Animate";
    case kind::read_picture:
    case kind::short_prompt:
        return "P" + std::to_string(press.index);
    case kind::read_all:
        return "P";
    case kind::describe_again:
        break;
    }
    return "Retry";
}

} // namespace imagined::task
