#include "value_rules.hpp"

#include "sandbox/drawing.hpp"
#include "wire.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/task/framing.hpp"

#include <fmt/format.h>
#include <spng.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace imagined::backend {

namespace {

using nlohmann::json;

failure wrong(std::string text) {
    return {failure_kind::invalid, std::move(text)};
}

failure not_allowed(const submitted_value& value) {
    return wrong(fmt::format(
        "{}: {} is not allowed",
        value.name,
        value.value.dump(-1, ' ', false, json::error_handler_t::replace)
    ));
}

std::optional<std::int64_t> integer_in(const submitted_value& value) {
    if (value.typed) {
        return value.value.is_number_integer() ? std::optional(value.value.get<std::int64_t>())
                                               : std::nullopt;
    }
    const auto& text = value.value.get_ref<const std::string&>();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

result<void> check_integer(const submitted_value& value, const integer_range& range) {
    const auto number = integer_in(value);
    if (!number) {
        return wrong(fmt::format("{} must be an integer", value.name));
    }
    if (*number < range.least || *number > range.most) {
        return wrong(
            fmt::format("{} must be between {} and {}", value.name, range.least, range.most)
        );
    }
    return {};
}

result<void> check_boolean(const submitted_value& value) {
    const bool fine =
        value.typed ? value.value.is_boolean() : value.value == "true" || value.value == "false";
    return fine ? result<void>() : not_allowed(value);
}

bool is_hex(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
}

bool is_palette_member(const json& member) {
    if (!member.is_object() || !member.contains("color_hex") || !member["color_hex"].is_string()) {
        return false;
    }
    const auto& hex = member["color_hex"].get_ref<const std::string&>();
    const bool colour = (hex.size() == 4 || hex.size() == 7) && hex[0] == '#'
                        && is_hex(std::string_view(hex).substr(1));
    const auto weight = member.find("color_weight");
    const bool weighed =
        weight == member.end()
        || (weight->is_number() && weight->get<double>() >= 0.05 && weight->get<double>() <= 1.0);
    return colour && weighed && member.size() == (weight == member.end() ? 1U : 2U);
}

result<void> check_palette(const submitted_value& value) {
    const json palette =
        value.typed ? value.value
                    : json::parse(value.value.get_ref<const std::string&>(), nullptr, false);
    constexpr std::size_t max_members = 8;
    if (!palette.is_object() || palette.size() != 1) {
        return wrong(value.name + " must have either name or members");
    }
    if (palette.contains("name")) {
        const bool known =
            palette["name"].is_string()
            && contains(words::palettes, palette["name"].get_ref<const std::string&>());
        return known ? result<void>() : wrong(value.name + ": unknown name");
    }
    if (!palette.contains("members") || !palette["members"].is_array()) {
        return wrong(value.name + " must have either name or members");
    }
    const json& members = palette["members"];
    if (members.empty() || members.size() > max_members) {
        return wrong(value.name + " must have 1 to 8 members");
    }
    const bool fine = std::all_of(members.begin(), members.end(), is_palette_member);
    return fine ? result<void>() : wrong(value.name + ": a member is not valid");
}

result<void> check_codes(const submitted_value& value) {
    const json list = value.value.is_array() ? value.value : json::array({value.value});
    const bool fine = std::all_of(list.begin(), list.end(), [](const json& code) {
        return code.is_string() && code.get_ref<const std::string&>().size() == 8
               && is_hex(code.get_ref<const std::string&>());
    });
    return fine ? result<void>() : not_allowed(value);
}

result<void> check_text(const submitted_value& value, const form_field& of) {
    if (!value.value.is_string()) {
        return wrong(fmt::format("{} must be a string", value.name));
    }
    const auto& text = value.value.get_ref<const std::string&>();
    if (!of.allowed.empty()) {
        return contains(of.allowed, text) ? result<void>() : not_allowed(value);
    }
    switch (of.what) {
    case field::prompt:
        if (text.empty() || text.size() > max_prompt_bytes) {
            return wrong(fmt::format("{} must have 1 to 10000 characters", value.name));
        }
        return {};
    case field::v3_resolution:
        return task::is_v3_resolution(text) ? result<void>() : not_allowed(value);
    case field::legacy_resolution: {
        constexpr std::string_view prefix = "RESOLUTION_";
        std::string size =
            text.substr(0, prefix.size()) == prefix ? text.substr(prefix.size()) : "";
        std::replace(size.begin(), size.end(), '_', 'x');
        return task::is_legacy_resolution(size) ? result<void>() : not_allowed(value);
    }
    default:
        return {};
    }
}

// The grey levels of a PNG, or nothing if it cannot be decoded.
std::vector<std::uint8_t> grey_levels(std::string_view png) {
    const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> context(spng_ctx_new(0), &spng_ctx_free);
    std::size_t length = 0;
    if (context == nullptr || spng_set_png_buffer(context.get(), png.data(), png.size()) != 0
        || spng_decoded_image_size(context.get(), SPNG_FMT_RGB8, &length) != 0) {
        return {};
    }
    std::vector<std::uint8_t> dots(length);
    if (spng_decode_image(context.get(), dots.data(), dots.size(), SPNG_FMT_RGB8, 0) != 0) {
        return {};
    }
    return dots;
}

} // namespace

result<void> check_value(const submitted_value& value, const form_field& of) {
    if (value.is_file) {
        return wrong(fmt::format("{} must not be a file", value.name));
    }
    if (const auto range = range_of(of.what); range.is_integer()) {
        return check_integer(value, range);
    }
    switch (of.what) {
    case field::transparent_background:
        return check_boolean(value);
    case field::color_palette:
        return check_palette(value);
    case field::style_codes:
        return check_codes(value);
    default:
        return check_text(value, of);
    }
}

result<void> check_picture_text(std::string_view name, const json& value, picture_form form) {
    if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
        return wrong(fmt::format("{} must be a string", name));
    }
    const auto& text = value.get_ref<const std::string&>();
    const bool link = text.starts_with("http://") || text.starts_with("https://");
    if (link) {
        return {};
    }
    const auto bytes = from_base64(text);
    if (form == picture_form::link || !bytes || picture_type(*bytes).empty()) {
        return wrong(fmt::format("{} is not the address of a picture", name));
    }
    return {};
}

result<void> check_mask_picture(std::string_view mask, std::string_view picture) {
    if (size_of_picture(mask) != size_of_picture(picture)) {
        return wrong("mask must have the size of the image");
    }
    if (picture_type(mask) != "image/png") {
        return {};
    }
    const auto levels = grey_levels(mask);
    if (levels.empty()) {
        return wrong("mask cannot be decoded");
    }
    if (std::any_of(levels.begin(), levels.end(), [](auto v) { return v != 0 && v != 255; })) {
        return wrong("mask must be black and white only");
    }
    if (std::all_of(levels.begin(), levels.end(), [](auto v) { return v == 255; })) {
        return wrong("mask must not be all white");
    }
    return {};
}

} // namespace imagined::backend
