#include "imagined/task/view.hpp"

#include <algorithm>

namespace imagined::task {

namespace {

constexpr int most_pictures = 4; // the cells of a grid

std::string custom_id(std::string_view what, int index, std::string_view job) {
    std::string id = "MJ::JOB::";
    id += what;
    id += "::" + std::to_string(index) + "::";
    id += job;
    return id;
}

// Takes the text up to the next "::" off `rest`.
std::string_view next_part(std::string_view& rest) {
    const std::size_t end = rest.find("::");
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
    return part;
}

} // namespace

std::vector<button> grid_buttons(int count, const button_support& can, std::string_view job) {
    const int cells = std::clamp(count, 0, most_pictures);
    std::vector<button> buttons;
    for (int i = 1; i <= cells; ++i) {
        buttons.push_back({custom_id("upsample", i, job), "", "U" + std::to_string(i)});
    }
    if (can.reroll) {
        buttons.push_back({custom_id("reroll", 0, job) + "::SOLO", "🔄", ""});
    }
    for (int i = 1; can.vary && i <= cells; ++i) {
        buttons.push_back({custom_id("variation", i, job), "", "V" + std::to_string(i)});
    }
    return buttons;
}

std::optional<button_press> parse_custom_id(std::string_view custom_id) {
    constexpr std::string_view prefix = "MJ::JOB::";
    if (!custom_id.starts_with(prefix)) {
        return std::nullopt;
    }
    std::string_view rest = custom_id.substr(prefix.size());
    const std::string_view what = next_part(rest);
    const std::string_view index = next_part(rest);
    const std::string_view job = next_part(rest);
    if (job.empty() || index.size() != 1) {
        return std::nullopt;
    }
    if (what == "reroll") {
        const bool known = index == "0" && (rest.empty() || rest == "SOLO");
        return known ? std::optional(button_press{button_press::kind::reroll, 0}) : std::nullopt;
    }
    if ((what != "upsample" && what != "variation") || !rest.empty() || index[0] < '1'
        || index[0] > '0' + most_pictures) {
        return std::nullopt;
    }
    const auto kind =
        what == "upsample" ? button_press::kind::upscale : button_press::kind::variation;
    return button_press{kind, index[0] - '0'};
}

} // namespace imagined::task
