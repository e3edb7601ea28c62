#include "sizes.hpp"

#include "imagined/task/framing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace imagined::sandbox {

namespace {

constexpr pixel_size square{1024, 1024};

// The last two numbers of "RESOLUTION_1472_640", "ASPECT_16_9", "16x9".
pixel_size numbers_of(std::string_view text) {
    const auto middle = text.find_last_of("_x");
    if (middle == std::string_view::npos) {
        return square;
    }
    const auto start = text.substr(0, middle).find_last_not_of("0123456789");
    const auto first = text.substr(start + 1, middle - start - 1);
    const auto second = text.substr(middle + 1);
    pixel_size read;
    std::from_chars(first.data(), first.data() + first.size(), read.width);
    std::from_chars(second.data(), second.data() + second.size(), read.height);
    return read;
}

// Where version 1 is known or thought to differ from the closest member of the list.
constexpr std::array<std::pair<std::string_view, pixel_size>, 6> version_1{{
    {"ASPECT_16_10", {1232, 768}},
    {"ASPECT_10_16", {768, 1232}},
    {"ASPECT_3_2", {1152, 768}},
    {"ASPECT_2_3", {768, 1152}},
    {"ASPECT_4_3", {1024, 768}},
    {"ASPECT_3_4", {768, 1024}},
}};

pixel_size older_size(task::model with, const std::string& aspect) {
    if (task::base_of(with) == task::model::v1) {
        for (const auto& [word, size] : version_1) {
            if (word == aspect) {
                return size;
            }
        }
    }
    if (aspect == "ASPECT_10_16") {
        return {800, 1280}; // seen in an answer, although the list lacks it
    }
    const pixel_size ratio = numbers_of(aspect);
    return numbers_of(task::exact_legacy_resolution(
        {static_cast<double>(ratio.width), static_cast<double>(ratio.height)}
    ));
}

bool keeps_input(task::operation what) {
    switch (what) {
    case task::operation::edit:
    case task::operation::inpaint:
    case task::operation::replace_background:
    case task::operation::remove_background:
    case task::operation::instruct_edit:
        return true;
    default:
        return false;
    }
}

} // namespace

pixel_size
size_of_answer(const form& spoken, const framing_words& words, std::optional<pixel_size> input) {
    for (const auto& exact : {words.legacy_resolution, words.v3_resolution}) {
        if (!exact.empty()) {
            return numbers_of(exact);
        }
    }
    if (!words.v3_aspect.empty()) {
        const pixel_size ratio = numbers_of(words.v3_aspect);
        return numbers_of(task::exact_v3_resolution(
            {static_cast<double>(ratio.width), static_cast<double>(ratio.height)}
        ));
    }
    if (!words.legacy_aspect.empty()) {
        return older_size(spoken.with, words.legacy_aspect);
    }
    if (input && spoken.what == task::operation::upscale) {
        return {
            std::clamp(input->width * 2, 1, max_drawn_side),
            std::clamp(input->height * 2, 1, max_drawn_side)
        };
    }
    if (input && keeps_input(spoken.what)) {
        return {
            std::clamp(input->width, 1, max_drawn_side),
            std::clamp(input->height, 1, max_drawn_side)
        };
    }
    return square;
}

} // namespace imagined::sandbox
