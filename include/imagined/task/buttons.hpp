// The buttons under a picture: what each is called on the wire, and what pressing it means. Clients
// match fragments of the customIds (mj-api.md §5 and §6), so every spelling here is theirs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::task {

struct button {
    std::string custom_id;
    std::string emoji;
    std::string label;
};

// What the configured backends can do with a picture (follow_up.hpp finds it out).
struct button_support {
    bool reroll = true;
    bool vary = false;
    bool repaint = false; // region, zoom, pan
    bool square = false;  // by reframing or repainting
    bool upscale = false;
};

// Buttons of a grid of `count` pictures, in Midjourney's order: U1..Un; the reroll; V1..Vn where it
// can vary. `job` is the 36-character picture job id that clients expect inside customIds.
std::vector<button> grid_buttons(int count, const button_support& can, std::string_view job);

// Buttons of a single picture that was picked or enlarged, in the clients' order.
std::vector<button> single_buttons(const button_support& can, std::string_view job);

struct button_press {
    enum class kind {
        pick, // U1..U4
        variation,
        reroll,
        vary_subtle,
        vary_strong,
        region,
        zoom,
        square,
        custom_zoom,
        pan_left,
        pan_right,
        pan_up,
        pan_down,
        upscale_subtle,
        upscale_creative,
        bookmark,
        video,        // everything that moves
        read_picture, // after describe: use text `index`
        read_all,     // after describe: use all texts
        describe_again,
        short_prompt // after shorten: use text `index`
    } what = kind::pick;
    int index = 0;   // of the picture or text, 1-based; 0 where there is none
    double zoom = 0; // of kind::zoom: 2 or 1.5
};

// A customId, ours or any other client's spelling of it; nullopt for what is no button of
// Midjourney's. The job id may be any text.
std::optional<button_press> parse_custom_id(std::string_view custom_id);

// "V2", "Pan Left", "Zoom Out 1.5x": as a task's description names what was pressed.
std::string label_of(const button_press& press);

} // namespace imagined::task
