#include "imagined/task/view.hpp"

#include <doctest/doctest.h>

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
        const kind expected = i < 4 ? kind::upscale : i == 4 ? kind::reroll : kind::variation;
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
          "MJ::BOOKMARK::x",
          "MJ::Inpaint::1::x::SOLO",
          "MJ::JOB::upsample_v6_2x_subtle::1::x::SOLO"}) {
        CAPTURE(id);
        CHECK_FALSE(task::parse_custom_id(id).has_value());
    }
}
