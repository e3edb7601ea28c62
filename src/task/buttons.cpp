#include "imagined/task/buttons.hpp"

#include <algorithm>

namespace imagined::task {

namespace {

constexpr int most_pictures = 4; // the cells of a grid

std::string job_id(std::string_view what, int index, std::string_view job) {
    std::string id = "MJ::JOB::";
    id += what;
    id += "::" + std::to_string(index) + "::";
    id += job;
    return id;
}

// The same for buttons that stand alone: "MJ::Inpaint::1::<job>::SOLO".
std::string solo_id(std::string_view prefix, std::string_view job) {
    std::string id(prefix);
    id += "::1::";
    id += job;
    id += "::SOLO";
    return id;
}

button reroll_button(std::string_view job) {
    return {job_id("reroll", 0, job) + "::SOLO", "🔄", ""};
}

void add_repaints(std::vector<button>& to, const button_support& can, std::string_view job) {
    if (can.repaint) {
        to.push_back({solo_id("MJ::Inpaint", job), "🖌️", "Vary (Region)"});
        to.push_back({solo_id("MJ::Outpaint::50", job), "🔍", "Zoom Out 2x"});
        to.push_back({solo_id("MJ::Outpaint::75", job), "🔍", "Zoom Out 1.5x"});
        to.push_back({"MJ::CustomZoom::" + std::string(job), "🔍", "Custom Zoom"});
    }
    if (can.square) {
        to.push_back({solo_id("MJ::Outpaint::100", job), "↔️", "Make Square"});
    }
    if (can.repaint) {
        to.push_back({solo_id("MJ::JOB::pan_left", job), "⬅️", ""});
        to.push_back({solo_id("MJ::JOB::pan_right", job), "➡️", ""});
        to.push_back({solo_id("MJ::JOB::pan_up", job), "⬆️", ""});
        to.push_back({solo_id("MJ::JOB::pan_down", job), "⬇️", ""});
    }
}

} // namespace

std::vector<button> grid_buttons(int count, const button_support& can, std::string_view job) {
    const int cells = std::clamp(count, 0, most_pictures);
    std::vector<button> buttons;
    for (int i = 1; i <= cells; ++i) {
        buttons.push_back({job_id("upsample", i, job), "", "U" + std::to_string(i)});
    }
    if (can.reroll) {
        buttons.push_back(reroll_button(job));
    }
    for (int i = 1; can.vary && i <= cells; ++i) {
        buttons.push_back({job_id("variation", i, job), "", "V" + std::to_string(i)});
    }
    return buttons;
}

std::vector<button> single_buttons(const button_support& can, std::string_view job) {
    std::vector<button> buttons;
    if (can.upscale) {
        // Midjourney's emoji here is the name of a picture, which clients show as text.
        buttons.push_back({solo_id("MJ::JOB::upsample_v7_2x_subtle", job), "", "Upscale (Subtle)"});
        buttons.push_back(
            {solo_id("MJ::JOB::upsample_v7_2x_creative", job), "", "Upscale (Creative)"}
        );
    }
    if (can.vary) {
        buttons.push_back({solo_id("MJ::JOB::low_variation", job), "🪄", "Vary (Subtle)"});
        buttons.push_back({solo_id("MJ::JOB::high_variation", job), "🪄", "Vary (Strong)"});
    }
    add_repaints(buttons, can, job);
    buttons.push_back({"MJ::BOOKMARK::" + std::string(job), "❤️", ""});
    if (can.reroll) {
        buttons.push_back(reroll_button(job));
    }
    return buttons;
}

} // namespace imagined::task
