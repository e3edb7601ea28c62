#include "imagined/task/buttons.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace task = imagined::task;

namespace {

constexpr std::string_view job = "0b7c1f5e-1111-4222-8333-444455556666";

// Labels, or the emoji where there is none.
std::vector<std::string> faces(const std::vector<task::button>& buttons) {
    std::vector<std::string> result;
    for (const task::button& b : buttons) {
        result.push_back(b.label.empty() ? b.emoji : b.label);
    }
    return result;
}

} // namespace

TEST_CASE("a full grid has its nine buttons in Midjourney's order") {
    const auto buttons = task::grid_buttons(4, {.reroll = true, .vary = true}, job);
    CHECK(
        faces(buttons)
        == std::vector<std::string>{"U1", "U2", "U3", "U4", "🔄", "V1", "V2", "V3", "V4"}
    );
    CHECK(buttons[0].custom_id == "MJ::JOB::upsample::1::" + std::string(job));
    CHECK(buttons[0].emoji.empty());
    CHECK(buttons[4].custom_id == "MJ::JOB::reroll::0::" + std::string(job) + "::SOLO");
    CHECK(buttons[4].label.empty());
    CHECK(buttons[8].custom_id == "MJ::JOB::variation::4::" + std::string(job));
}

TEST_CASE("buttons exist only for pictures that exist and for what is possible") {
    CHECK(
        faces(task::grid_buttons(2, {.reroll = false, .vary = true}, job))
        == std::vector<std::string>{"U1", "U2", "V1", "V2"}
    );
    CHECK(
        faces(task::grid_buttons(1, {.reroll = true, .vary = false}, job))
        == std::vector<std::string>{"U1", "🔄"}
    );
    CHECK(faces(task::grid_buttons(0, {.reroll = true, .vary = true}, job)).size() == 1);
    CHECK(task::grid_buttons(-1, {.reroll = false, .vary = true}, job).empty());
    CHECK(task::grid_buttons(9, {.reroll = false, .vary = false}, job).size() == 4);
}

TEST_CASE("every button's customId is read back") {
    const auto buttons = task::grid_buttons(4, {.reroll = true, .vary = true}, job);
    for (std::size_t i = 0; i < buttons.size(); ++i) {
        const auto press = task::parse_custom_id(buttons[i].custom_id);
        REQUIRE(press.has_value());
        using kind = task::button_press::kind;
        const kind expected = i < 4 ? kind::pick : i == 4 ? kind::reroll : kind::variation;
        CHECK(press->what == expected);
        CHECK(press->index == static_cast<int>(i < 4 ? i + 1 : i == 4 ? 0 : i - 4));
    }
}

TEST_CASE("any other customId is not one of ours") {
    for (const char* id :
         {"",
          "MJ",
          "MJ::JOB::",
          "MJ::JOB::upsample",
          "MJ::JOB::upsample::1",
          "MJ::JOB::upsample::1::",
          "MJ::JOB::upsample::0::x",
          "MJ::JOB::upsample::5::x",
          "MJ::JOB::upsample::12::x",
          "MJ::JOB::upsample::a::x",
          "MJ::JOB::upsample::::x",
          "MJ::JOB::upsample::1::x::SOLO",
          "MJ::JOB::variation::5::x",
          "MJ::JOB::reroll::1::x::SOLO",
          "MJ::JOB::reroll::0::x::DUO",
          "MJ::JOB::reroll::0::x::SOLO::y",
          "MJ::JOB::downsample::1::x",
          "mj::job::upsample::1::x",
          "MJ::BOOKMARK::",
          "MJ::Inpaint::0::x::SOLO",
          "MJ::Inpaint",
          "MJ::Outpaint::60::1::x::SOLO",
          "MJ::Outpaint::50::9::x::SOLO",
          "MJ::CustomZoom::",
          "MJ::CustomZoom::0::x",
          "MJ::JOB::pan_back::1::x::SOLO",
          "MJ::JOB::pan_left::5::x::SOLO",
          "MJ::JOB::low_variation::1::::SOLO",
          "MJ::JOB::upsample_::1::x::SOLO",
          "MJ::JOB::upsample_v6_2x_huge::1::x::SOLO",
          "MJ::JOB::upsample_2x::1::x::SOLO",
          "MJ::Job::PicReader::5",
          "MJ::Job::PicReader::every",
          "MJ::Picread::Retry::x",
          "MJ::Job::PromptAnalyzer::6"}) {
        CAPTURE(id);
        CHECK_FALSE(task::parse_custom_id(id).has_value());
    }
}

TEST_CASE("a single picture has its buttons in the clients' order, with the fragments they match") {
    const task::button_support all{
        .reroll = true, .vary = true, .repaint = true, .square = true, .upscale = true
    };
    const auto buttons = task::single_buttons(all, job);
    CHECK(
        faces(buttons)
        == std::vector<
            std::
                string>{"Upscale (Subtle)", "Upscale (Creative)", "Vary (Subtle)", "Vary (Strong)", "Vary (Region)", "Zoom Out 2x", "Zoom Out 1.5x", "Custom Zoom", "Make Square", "⬅️", "➡️", "⬆️", "⬇️", "❤️", "🔄"}
    );
    for (const char* fragment :
         {"upsample_v7_2x_subtle",
          "upsample_v7_2x_creative",
          "low_variation",
          "high_variation",
          ":Inpaint::1",
          "Outpaint::50",
          "Outpaint::75",
          "Outpaint::100",
          "CustomZoom::",
          "pan_left",
          "reroll::0",
          "MJ::BOOKMARK::"}) {
        CAPTURE(fragment);
        CHECK(std::any_of(buttons.begin(), buttons.end(), [&](const task::button& b) {
            return b.custom_id.find(fragment) != std::string::npos;
        }));
    }
    for (const task::button& b : buttons) {
        CAPTURE(b.custom_id);
        CHECK(b.custom_id.find(job) != std::string::npos);
        CHECK(task::parse_custom_id(b.custom_id).has_value());
    }
}

TEST_CASE("a single picture has only the buttons that some backend can serve") {
    CHECK(faces(task::single_buttons({.reroll = false}, job)) == std::vector<std::string>{"❤️"});
    CHECK(
        faces(task::single_buttons({.reroll = true, .upscale = true}, job))
        == std::vector<std::string>{"Upscale (Subtle)", "Upscale (Creative)", "❤️", "🔄"}
    );
    CHECK(
        faces(task::single_buttons({.reroll = false, .square = true}, job))
        == std::vector<std::string>{"Make Square", "❤️"}
    );
}

TEST_CASE("every family of customIds is understood, in every client's spelling") {
    using kind = task::button_press::kind;

    struct row {
        const char* custom_id;
        kind what;
        int index;
        double zoom;
    };

    for (const row& r : {
             row{"MJ::JOB::upsample::3::x", kind::pick, 3, 0},
             row{"MJ::JOB::variation::4::x", kind::variation, 4, 0},
             row{"MJ::JOB::reroll::0::x::SOLO", kind::reroll, 0, 0},
             row{"MJ::JOB::reroll::0::x", kind::reroll, 0, 0},
             row{"MJ::JOB::low_variation::1::x::SOLO", kind::vary_subtle, 1, 0},
             row{"MJ::JOB::high_variation::1::x::SOLO", kind::vary_strong, 1, 0},
             row{"MJ::Inpaint::1::x::SOLO", kind::region, 1, 0},
             row{"MJ::Outpaint::50::1::x::SOLO", kind::zoom, 1, 2},
             row{"MJ::Outpaint::75::1::x::SOLO", kind::zoom, 1, 1.5},
             row{"MJ::Outpaint::100::1::x::SOLO", kind::square, 1, 0},
             row{"MJ::CustomZoom::x", kind::custom_zoom, 1, 0},
             row{"MJ::CustomZoom::1::x", kind::custom_zoom, 1, 0},
             row{"MJ::JOB::pan_left::1::x::SOLO", kind::pan_left, 1, 0},
             row{"MJ::JOB::pan_right::1::x::SOLO", kind::pan_right, 1, 0},
             row{"MJ::JOB::pan_up::1::x::SOLO", kind::pan_up, 1, 0},
             row{"MJ::JOB::pan_down::1::x::SOLO", kind::pan_down, 1, 0},
             row{"MJ::JOB::upsample_v5_2x::1::x::SOLO", kind::upscale_subtle, 1, 0},
             row{"MJ::JOB::upsample_v5_4x::1::x::SOLO", kind::upscale_subtle, 1, 0},
             row{"MJ::JOB::upsample_v6_2x_subtle::1::x::SOLO", kind::upscale_subtle, 1, 0},
             row{"MJ::JOB::upsample_v6_2x_creative::1::x::SOLO", kind::upscale_creative, 1, 0},
             row{"MJ::JOB::upsample_v6r1_2x_subtle::1::x::SOLO", kind::upscale_subtle, 1, 0},
             row{"MJ::JOB::upsample_v6r1_2x_creative::1::x::SOLO", kind::upscale_creative, 1, 0},
             row{"MJ::JOB::upsample_v7_2x_subtle::1::x::SOLO", kind::upscale_subtle, 1, 0},
             row{"MJ::JOB::upsample_v7_2x_creative::1::x::SOLO", kind::upscale_creative, 1, 0},
             row{"MJ::JOB::animate_low::1::x::SOLO", kind::video, 0, 0},
             row{"MJ::JOB::animate_high_extend::1::x", kind::video, 0, 0},
             row{"MJ::JOB::video_virtual_upscale::2::x", kind::video, 0, 0},
             row{"MJ::BOOKMARK::x", kind::bookmark, 0, 0},
             row{"MJ::Job::PicReader::4", kind::read_picture, 4, 0},
             row{"MJ::Job::PicReader::all", kind::read_all, 0, 0},
             row{"MJ::Picread::Retry", kind::describe_again, 0, 0},
             row{"MJ::Job::PromptAnalyzer::5", kind::short_prompt, 5, 0},
         }) {
        CAPTURE(r.custom_id);
        const auto press = task::parse_custom_id(r.custom_id);
        REQUIRE(press.has_value());
        CHECK(press->what == r.what);
        CHECK(press->index == r.index);
        CHECK(press->zoom == r.zoom);
        CHECK_FALSE(task::label_of(*press).empty());
    }
}
