#include "openai/read_request.hpp"

#include "answers/answers.hpp"
#include "http/body_form.hpp"
#include "imagined/base/bytes.hpp"
#include "imagined/base/text.hpp"
#include "imagined/http/multipart.hpp"
#include "imagined/submit/json_body.hpp"
#include "imagined/submit/json_mending.hpp"
#include "imagined/submit/loose_text.hpp"
#include "openai/model_names.hpp"
#include "openai/texts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <map>
#include <utility>
#include <vector>

namespace imagined::api {

namespace {

using submit::json_body;
using submit::plain_picture;
using kind = submit::plain_wish::kind;

constexpr std::int64_t most_pictures_asked = 10;
constexpr std::int64_t most_seed = 4294967295;
constexpr int no_loss = 100; // of output_compression
constexpr std::size_t max_side_digits = 5;

// Taken from its clients, and of no consequence here (contract §7).
constexpr std::array idle_fields{"moderation", "style", "user", "input_fidelity", "partial_images"};

bool is_form(std::string_view content_type) {
    constexpr std::string_view form = "multipart/";
    return http::iequals(content_type.substr(0, form.size()), form);
}

// The body, whichever form it had: texts by name, and files.
struct opened_fields {
    json_body texts;
    std::vector<plain_picture> files;
    std::string digest;
};

using opening = std::variant<opened_fields, refusal>;

opening open_fields(std::variant<json_body, refusal> parsed, std::string digest) {
    if (auto* flaw = std::get_if<refusal>(&parsed)) {
        return std::move(*flaw);
    }
    opened_fields opened;
    opened.texts = std::move(std::get<json_body>(parsed));
    opened.digest = std::move(digest);
    return opened;
}

bool holds_file(const http::part& one) {
    return !one.filename.empty() || http::iequals(one.content_type.substr(0, 6), "image/");
}

// "image[]" is "image", several times.
std::string plain_name(std::string_view name) {
    if (name.ends_with("[]")) {
        name.remove_suffix(2);
    }
    return std::string(name);
}

opening open_form(const http::request& from) {
    auto parts = http::read_multipart(from.headers.get("Content-Type"), from.body);
    if (!parts) {
        return refuse_with_status(400, texts::bad_form);
    }
    std::string meaning;
    std::vector<plain_picture> files;
    std::map<std::string, std::vector<std::string>> told;
    for (http::part& one : *parts) {
        std::string name = plain_name(one.name);
        meaning += fmt::format("{} {}\n", json_string(name), sha256_hex(one.body));
        if (holds_file(one)) {
            files.push_back({std::move(name), "", std::move(one.body)});
        } else if (!is_utf8(one.body)) {
            return submit::refuse_field(name, {"不是合法的UTF-8", "not valid UTF-8"});
        } else {
            told[std::move(name)].push_back(std::move(one.body));
        }
    }
    nlohmann::json object = nlohmann::json::object();
    for (auto& [name, values] : told) {
        if (values.size() == 1) {
            object[name] = std::move(values.front());
        } else {
            object[name] = std::move(values);
        }
    }
    opening opened = open_fields(json_body::parse(object.dump()), sha256_hex(meaning));
    if (auto* fields = std::get_if<opened_fields>(&opened)) {
        fields->files = std::move(files);
    }
    return opened;
}

opening open_any(const http::request& from) {
    if (is_form(from.headers.get("Content-Type"))) {
        return open_form(from);
    }
    const auto translated = body_in_utf8(from);
    return open_fields(
        json_body::parse(translated ? *translated : from.body), sha256_hex(from.body)
    );
}

// The word in a field, in lower case; "" where it says nothing.
std::string word_in(json_body& fields, std::string_view name) {
    const std::string sent = fields.text(name);
    std::string word(submit::trimmed(sent));
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    return word;
}

// The same for one of a few words.
std::string
word_of(json_body& fields, std::string_view name, std::initializer_list<std::string_view> known) {
    std::string word = word_in(fields, name);
    if (!word.empty() && std::find(known.begin(), known.end(), word) == known.end()) {
        const std::string all = fmt::format("{}", fmt::join(known, ", "));
        fields.refuse(name, {"应为其中之一: " + all, "expected one of " + all});
    }
    return word;
}

int read_count(json_body& fields) {
    const auto count = fields.integer("n").value_or(1);
    if (count < 1 || count > most_pictures_asked) {
        fields.refuse("n", texts::count_of_pictures);
        return 1;
    }
    return static_cast<int>(count);
}

std::optional<task::ratio> read_shape(json_body& fields) {
    const std::string size = word_in(fields, "size");
    if (size.empty() || size == "auto") {
        return std::nullopt;
    }
    const auto shape = read_size(size);
    if (!shape) {
        fields.refuse("size", texts::size_of_picture);
    }
    return shape;
}

// As Midjourney's --q: how much time a picture may take.
std::optional<double> read_quality(json_body& fields) {
    const std::string word =
        word_of(fields, "quality", {"auto", "low", "medium", "standard", "high", "hd"});
    if (word == "low") {
        return 0.5;
    }
    if (word == "high" || word == "hd") {
        return 2;
    }
    return word == "medium" || word == "standard" ? std::optional(1.0) : std::nullopt;
}

task::handing_out read_handing_out(json_body& fields, const openai_request& asked) {
    task::handing_out handed;
    const std::string as = word_of(fields, "response_format", {"url", "b64_json"});
    handed.inlined = as.empty() ? is_gpt_image(asked.model) : as == "b64_json";
    handed.format = word_of(fields, "output_format", {"png", "jpeg", "webp", "jpg"});
    if (handed.format == "jpg") {
        handed.format = "jpeg";
    }
    const auto compression = fields.integer("output_compression");
    if (compression && (*compression < 0 || *compression > no_loss)) {
        fields.refuse("output_compression", texts::compression);
    } else if (compression) {
        const bool lossy = handed.format == "jpeg" || handed.format == "webp";
        if (!lossy && *compression != no_loss) {
            fields.refuse("output_compression", texts::no_png_compression);
        }
        // 0 is the least that is offered; the encoders begin at 1.
        handed.quality =
            lossy ? std::optional(std::max(1, static_cast<int>(*compression))) : std::nullopt;
    }
    if (asked.wish.transparent && handed.format == "jpeg") {
        fields.refuse("background", texts::no_transparent_jpeg);
    }
    return handed;
}

// Files stand before what was named by a text.
std::vector<plain_picture> take_pictures(
    opened_fields& from, std::string_view field, std::initializer_list<std::string_view> names
) {
    std::vector<plain_picture> taken;
    for (plain_picture& file : from.files) {
        if (std::find(names.begin(), names.end(), file.field) != names.end()) {
            taken.push_back({std::string(field), "", std::move(file.bytes)});
        }
    }
    for (const std::string_view name : names) {
        for (std::string& text : from.texts.texts(name, "image_url")) {
            taken.push_back({std::string(field), std::move(text), ""});
        }
    }
    return taken;
}

void read_pictures(opened_fields& from, kind what, submit::plain_wish& wish) {
    wish.pictures = take_pictures(from, "image", {"image", "images"});
    if (wish.pictures.empty()) {
        from.texts.refuse("image", texts::no_image);
    } else if (what == kind::variation && wish.pictures.size() > 1) {
        from.texts.refuse("image", texts::one_image);
    } else if (wish.pictures.size() > submit::max_plain_pictures) {
        from.texts.refuse("image", texts::too_many_images);
    }
    auto masks = take_pictures(from, "mask", {"mask"});
    if (masks.size() > 1) {
        from.texts.refuse("mask", texts::one_mask);
    } else if (!masks.empty() && what == kind::edit) {
        wish.mask = std::move(masks.front());
    }
}

void note_idle(const json_body& fields, std::vector<std::string>& notes) {
    for (const char* name : idle_fields) {
        if (fields.has(name)) {
            notes.push_back(std::string(name) + ": of no consequence here");
        }
    }
}

openai_request read_wish(opened_fields& from, kind what) {
    json_body& fields = from.texts;
    openai_request asked;
    asked.digest = std::move(from.digest);
    asked.model = std::string(submit::trimmed(fields.text("model")));
    submit::plain_wish& wish = asked.wish;
    wish.what = what;
    wish.prompt = fields.text("prompt");
    wish.images = read_count(fields);
    wish.shape = read_shape(fields);
    wish.quality = read_quality(fields);
    wish.transparent =
        word_of(fields, "background", {"auto", "opaque", "transparent"}) == "transparent";
    wish.seed = fields.integer("seed");
    if (wish.seed && (*wish.seed < 0 || *wish.seed > most_seed)) {
        fields.refuse("seed", texts::seed_of_picture);
    }
    wish.handed = read_handing_out(fields, asked);
    wish.notify_hook = fields.text("notifyHook");
    wish.state = fields.text("state");
    asked.streams = fields.flag("stream");
    asked.id_alone = fields.flag("async");
    if (what != kind::drawing) {
        read_pictures(from, what, wish);
    }
    note_idle(fields, wish.notes);
    if (fields.mended()) {
        wish.notes.emplace_back(submit::half_character_note);
    }
    return asked;
}

} // namespace

std::optional<task::ratio> read_size(std::string_view text) {
    const auto between = text.find_first_of("xX*");
    if (between == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view sides[] = {text.substr(0, between), text.substr(between + 1)};
    int numbers[2] = {0, 0};
    for (std::size_t i = 0; i < 2; ++i) {
        if (!is_decimal(sides[i]) || sides[i].size() > max_side_digits) {
            return std::nullopt;
        }
        std::from_chars(sides[i].data(), sides[i].data() + sides[i].size(), numbers[i]);
        if (numbers[i] == 0) {
            return std::nullopt;
        }
    }
    return task::ratio{static_cast<double>(numbers[0]), static_cast<double>(numbers[1])};
}

read_openai read_openai_request(kind what, const http::request& from) {
    opening opened = open_any(from);
    if (auto* flaw = std::get_if<refusal>(&opened)) {
        return std::move(*flaw);
    }
    auto& fields = std::get<opened_fields>(opened);
    openai_request asked = read_wish(fields, what);
    if (const auto& wrong = fields.texts.error()) {
        return *wrong;
    }
    return asked;
}

} // namespace imagined::api
