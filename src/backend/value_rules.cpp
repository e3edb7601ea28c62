#include "imagined/backend/value_rules.hpp"

#include "imagined/backend/picture_facts.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/text.hpp"
#include "imagined/task/framing.hpp"
#include "imagined/task/json_reader.hpp"

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

constexpr std::size_t longest_quote = 80; // bytes of a refused value that are repeated

// The value as it came, cut between characters when it is long.
std::string quoted(const json& value) {
    std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() <= longest_quote) {
        return text;
    }
    std::size_t end = longest_quote;
    while ((static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
        --end;
    }
    return text.substr(0, end) + "…";
}

template <class Words>
task::bilingual not_among(std::string_view name, const json& value, const Words& expected) {
    const std::string list = fmt::format("{}", fmt::join(expected, ", "));
    return said_of(
        "{}: {} 不可用，可选值: {}",
        "{}: {} is not allowed; expected one of {}",
        std::string(name),
        quoted(value),
        list
    );
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

complaint check_integer(const submitted_value& value, const integer_range& range) {
    const auto number = integer_in(value);
    if (!number) {
        return said_of("{} 必须是整数", "{} must be an integer", value.name);
    }
    if (*number < range.least || *number > range.most) {
        return said_of(
            "{} 必须在 {} 到 {} 之间",
            "{} must be between {} and {}",
            value.name,
            range.least,
            range.most
        );
    }
    return {};
}

complaint check_boolean(const submitted_value& value) {
    const bool fine =
        value.typed ? value.value.is_boolean() : value.value == "true" || value.value == "false";
    return fine ? complaint() : not_among(value.name, value.value, words::booleans);
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

// What a part's text says; nothing of use when it is no JSON.
json read_part(const std::string& text) {
    auto read = task::json_reader().read(text);
    auto* value = std::get_if<json>(&read);
    return value == nullptr ? json() : std::move(*value);
}

// A palette in our words.
json palette_in(const json& theirs, const form_field& of) {
    if (!theirs.is_structured()) {
        return theirs.is_string() ? json(of.ours_for(theirs.get_ref<const std::string&>()))
                                  : theirs;
    }
    json ours = theirs.is_array() ? json::array() : json::object();
    for (const auto& [key, below] : theirs.items()) {
        if (theirs.is_array()) {
            ours.push_back(palette_in(below, of));
        } else {
            ours[of.ours_for(key)] = palette_in(below, of);
        }
    }
    return ours;
}

complaint check_palette(const submitted_value& value, const form_field& of) {
    const json palette = palette_in(
        value.typed ? value.value : read_part(value.value.get_ref<const std::string&>()), of
    );
    constexpr std::size_t max_members = 8;
    const auto shape = [&value] {
        return said_of(
            "{} 必须是只含 name 或 members 的对象",
            "{} must have either name or members",
            value.name
        );
    };
    if (!palette.is_object() || palette.size() != 1) {
        return shape();
    }
    if (const auto name = palette.find("name"); name != palette.end()) {
        const bool known =
            name->is_string() && contains(words::palettes, name->get_ref<const std::string&>());
        return known ? complaint() : not_among(value.name + ".name", *name, words::palettes);
    }
    const auto members = palette.find("members");
    if (members == palette.end() || !members->is_array()) {
        return shape();
    }
    if (members->empty() || members->size() > max_members) {
        return said_of("{} 的 members 必须有 1 到 8 项", "{} must have 1 to 8 members", value.name);
    }
    if (!std::all_of(members->begin(), members->end(), is_palette_member)) {
        return said_of(
            "{}: members 的每一项需要 color_hex (#RRGGBB)，可选 color_weight (0.05 到 1)",
            "{}: each member needs color_hex (#RRGGBB) and may have color_weight (0.05 to 1)",
            value.name
        );
    }
    return {};
}

complaint check_codes(const submitted_value& value) {
    const json list = value.value.is_array() ? value.value : json::array({value.value});
    const bool fine = std::all_of(list.begin(), list.end(), [](const json& code) {
        return code.is_string() && code.get_ref<const std::string&>().size() == 8
               && is_hex(code.get_ref<const std::string&>());
    });
    return fine ? complaint()
                : said_of(
                      "{}: {} 不可用，每项应为 8 位十六进制数字",
                      "{}: {} is not allowed; each must be 8 hexadecimal digits",
                      value.name,
                      quoted(value.value)
                  );
}

bool is_legacy_spelling(const std::string& text) {
    constexpr std::string_view prefix = "RESOLUTION_";
    std::string size = text.starts_with(prefix) ? text.substr(prefix.size()) : "";
    std::replace(size.begin(), size.end(), '_', 'x');
    return task::is_legacy_resolution(size);
}

// "model/<name>/version/<n>"
bool is_custom_model(std::string_view text) {
    constexpr std::size_t longest = 512;
    const auto parts = split(text, '/');
    return text.size() <= longest && parts.size() == 4 && parts[0] == "model" && !parts[1].empty()
           && parts[2] == "version" && !parts[3].empty();
}

complaint check_text(const submitted_value& value, const form_field& of) {
    const std::string text =
        value.value.is_string() ? value.value.get<std::string>() : std::string();
    if (!of.allowed.empty()) {
        const auto words = of.wire_words();
        const bool known =
            contains(words, text) || (value.typed && contains(words, value.value.dump()));
        return known ? complaint() : not_among(value.name, value.value, words);
    }
    if (of.what == field::v3_resolution) {
        return task::is_v3_resolution(text)
                   ? complaint()
                   : not_among(value.name, value.value, task::v3_resolution_names());
    }
    if (of.what == field::legacy_resolution) {
        return is_legacy_spelling(text)
                   ? complaint()
                   : not_among(value.name, value.value, task::legacy_resolution_names());
    }
    if (!value.value.is_string()) {
        return said_of("{} 必须是字符串", "{} must be a string", value.name);
    }
    if (of.what == field::custom_model && !is_custom_model(text)) {
        return said_of(
            "{}: {} 不可用，应为 model/<name>/version/<n>",
            "{}: {} is not allowed; expected model/<name>/version/<n>",
            value.name,
            quoted(value.value)
        );
    }
    if (of.what == field::prompt && (text.empty() || text.size() > max_prompt_bytes)) {
        return said_of(
            "{} 必须有 1 到 10000 个字符", "{} must have 1 to 10000 characters", value.name
        );
    }
    return {};
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

complaint check_value(const submitted_value& value, const form_field& of) {
    if (value.is_file) {
        return said_of("{} 不能是文件", "{} must not be a file", value.name);
    }
    if (const auto range = range_of(of.what); range.is_integer()) {
        return check_integer(value, range);
    }
    switch (of.what) {
    case field::transparent_background:
    case field::copyright_detection:
        return of.theirs.empty() ? check_boolean(value) : check_text(value, of);
    case field::color_palette:
        return check_palette(value, of);
    case field::style_codes:
        return check_codes(value);
    default:
        return check_text(value, of);
    }
}

complaint check_picture_text(std::string_view name, const json& value, picture_form form) {
    if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
        return said_of("{} 必须是字符串", "{} must be a string", name);
    }
    const auto& text = value.get_ref<const std::string&>();
    const bool link = text.starts_with("http://") || text.starts_with("https://");
    if (link) {
        return {};
    }
    const auto bytes = from_base64(text);
    if (form == picture_form::link || !bytes || picture_type(*bytes).empty()) {
        return said_of("{} 不是图片地址", "{} is not the address of a picture", name);
    }
    return {};
}

complaint check_mask_picture(std::string_view mask, std::string_view picture) {
    if (size_of_picture(mask) != size_of_picture(picture)) {
        return task::bilingual{"mask 必须与图片尺寸相同", "mask must have the size of the image"};
    }
    if (picture_type(mask) != "image/png") {
        return {};
    }
    const auto levels = grey_levels(mask);
    if (levels.empty()) {
        return task::bilingual{"mask 无法解码", "mask cannot be decoded"};
    }
    if (std::any_of(levels.begin(), levels.end(), [](auto v) { return v != 0 && v != 255; })) {
        return task::bilingual{"mask 只能有黑白两色", "mask must be black and white only"};
    }
    if (std::all_of(levels.begin(), levels.end(), [](auto v) { return v == 255; })) {
        return task::bilingual{"mask 不能全为白色", "mask must not be all white"};
    }
    return {};
}

} // namespace imagined::backend
