#include "answer_reader.hpp"

#include "verdicts.hpp"

#include "imagined/backend/picture_facts.hpp"
#include "imagined/backend/picture_fetcher.hpp"
#include "imagined/base/bytes.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace imagined::backend {

namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* name) {
    const auto at = object.find(name);
    return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

// Relays re-encode numbers; a seed that is a float or a string is still the seed.
std::optional<std::int64_t> integer_of(const json& object, const char* name) {
    const auto at = object.find(name);
    if (at == object.end()) {
        return std::nullopt;
    }
    if (at->is_number_unsigned()) {
        const auto value = at->get<std::uint64_t>();
        return value <= INT64_MAX ? std::optional(static_cast<std::int64_t>(value)) : std::nullopt;
    }
    if (at->is_number_integer()) {
        return at->get<std::int64_t>();
    }
    if (at->is_number_float()) {
        const double value = at->get<double>();
        const bool exact = value >= 0 && value <= 9007199254740992.0;
        return exact ? std::optional(static_cast<std::int64_t>(value)) : std::nullopt;
    }
    if (at->is_string()) {
        const auto& text = at->get_ref<const std::string&>();
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc() && end == text.data() + text.size()) {
            return value;
        }
    }
    return std::nullopt;
}

// What is out of range drew nothing, and clients' decoders stumble over it.
std::optional<std::int64_t> seed_in(const json& object) {
    constexpr std::int64_t largest_seed = 2147483647;
    const auto seed = integer_of(object, "seed");
    return seed && *seed >= 0 && *seed <= largest_seed ? seed : std::nullopt;
}

// What Ideogram says of a picture beside its address.
void read_facts(const json& entry, answered_picture& picture) {
    if (!entry.is_object()) {
        picture.safe = !picture.url.empty(); // else a slot without a picture
        return;
    }
    const auto safe = entry.find("is_image_safe");
    // Absent at crazyrouter: then a link is the sign (ideogram-api.md §6).
    const bool said = safe != entry.end() && safe->is_boolean();
    picture.safe = said ? safe->get<bool>() : !picture.url.empty();
    picture.seed = seed_in(entry);
    picture.prompt = text_of(entry, "prompt");
    picture.resolution = text_of(entry, "resolution");
}

bool read_pictures(const json& body, answer& into) {
    const auto data = body.find("data");
    if (data == body.end() || !data->is_array()) {
        return false;
    }
    for (const auto& entry : *data) {
        answered_picture picture;
        picture.url = entry.is_object() ? text_of(entry, "url") : std::string();
        read_facts(entry, picture);
        into.pictures.push_back(std::move(picture));
    }
    return true;
}

// An address as it is; what else decodes to a picture, as an address that holds it.
std::string address_of(const json& value) {
    if (!value.is_string()) {
        return "";
    }
    const auto& text = value.get_ref<const std::string&>();
    if (text.starts_with("http://") || text.starts_with("https://")) {
        return text;
    }
    constexpr std::string_view mark = ";base64,";
    const auto start = text.starts_with("data:") ? text.find(mark) : std::string::npos;
    const std::string_view bare =
        start == std::string::npos ? text : std::string_view(text).substr(start + mark.size());
    const auto bytes = from_base64(bare);
    const bool held = bytes && !picture_type(*bytes).empty();
    return held ? std::string(held_picture) + std::string(bare) : text;
}

// What a pointer leads to, entry for entry.
class pointed_pictures {
public:
    explicit pointed_pictures(answer& into) : into_(into) {}

    // Goes down `pointer` from `at`, which lies in `entry`. False where there is nothing like it.
    bool read(const json& at, const json& entry, std::string_view pointer) {
        if (pointer.empty()) {
            return take(at, entry);
        }
        const auto end = std::min(pointer.find('/', 1), pointer.size());
        const std::string_view step = pointer.substr(0, end);
        const std::string_view rest = pointer.substr(end);
        if (step == "/*") {
            listed_ = true;
            for (const json& one : at) {
                read(one, at, rest);
            }
            return at.is_structured();
        }
        const json::json_pointer to{std::string(step)};
        if (at.is_structured() && at.contains(to)) {
            return read(at[to], at, rest);
        }
        return listed_ && take(json(), at); // an entry of a list without its picture
    }

private:
    bool take(const json& value, const json& entry) {
        if (value.is_array()) { // a list where one was described
            for (const json& one : value) {
                take(one, value);
            }
            return true;
        }
        answered_picture picture;
        picture.url = address_of(value);
        read_facts(entry, picture);
        into_.pictures.push_back(std::move(picture));
        return value.is_string() || value.is_null();
    }

    answer& into_;
    bool listed_ = false;
};

bool read_descriptions(const json& body, answer& into) {
    const auto list = body.find("descriptions");
    if (list == body.end() || !list->is_array()) {
        return false;
    }
    for (const auto& entry : *list) {
        std::string text = entry.is_string()   ? entry.get<std::string>()
                           : entry.is_object() ? text_of(entry, "text")
                                               : std::string();
        if (!text.empty()) {
            into.descriptions.push_back(std::move(text));
        }
    }
    return true;
}

} // namespace

outcome read_answer(task::operation what, std::string_view body, std::string_view pictures_at) {
    const auto value = json::parse(body, nullptr, false);
    if (!value.is_object()) {
        return unknowable("an answer that is not a JSON object", body);
    }
    answer found;
    bool understood = false;
    if (what == task::operation::describe) {
        understood = read_descriptions(value, found);
    } else if (pictures_at.empty()) {
        understood = read_pictures(value, found);
    } else {
        understood = pointed_pictures(found).read(value, value, pictures_at);
    }
    if (!understood) {
        return unknowable("an answer without the expected list", body);
    }
    if (pictures_at.empty()) {
        found.raw = std::string(body);
    }
    outcome paid;
    paid.what = verdict::answered;
    paid.answer = std::move(found);
    return paid;
}

std::string to_text(const answer& value) {
    json pictures = json::array();
    for (const auto& p : value.pictures) {
        json one{{"url", p.url}, {"safe", p.safe}, {"prompt", p.prompt}, {"size", p.resolution}};
        if (p.seed) {
            one["seed"] = *p.seed;
        }
        pictures.push_back(std::move(one));
    }
    const json whole{
        {"pictures", std::move(pictures)}, {"descriptions", value.descriptions}, {"raw", value.raw}
    };
    return whole.dump(-1, ' ', false, json::error_handler_t::replace);
}

result<answer> answer_from_text(std::string_view text) {
    failure broken{failure_kind::corrupt, "a stored answer cannot be read"};
    const auto value = json::parse(text, nullptr, false);
    if (!value.is_object() || !value.contains("pictures") || !value["pictures"].is_array()
        || !value.contains("descriptions") || !value["descriptions"].is_array()) {
        return broken;
    }
    answer read;
    for (const auto& entry : value["pictures"]) {
        if (!entry.is_object() || !entry.contains("safe") || !entry["safe"].is_boolean()) {
            return broken;
        }
        answered_picture picture;
        picture.url = text_of(entry, "url");
        picture.safe = entry["safe"].get<bool>();
        picture.seed = seed_in(entry);
        picture.prompt = text_of(entry, "prompt");
        picture.resolution = text_of(entry, "size");
        read.pictures.push_back(std::move(picture));
    }
    for (const auto& entry : value["descriptions"]) {
        if (!entry.is_string()) {
            return broken;
        }
        read.descriptions.push_back(entry.get<std::string>());
    }
    read.raw = text_of(value, "raw");
    return read;
}

} // namespace imagined::backend
