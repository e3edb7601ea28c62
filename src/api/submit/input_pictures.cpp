#include "submit/input_pictures.hpp"

#include "answers.hpp"
#include "imagined/base/bytes.hpp"
#include "texts.hpp"

namespace imagined::api {

namespace {

constexpr std::string_view data_scheme = "data:";

bool starts_with_word(std::string_view text, std::string_view word) {
    return http::iequals(text.substr(0, word.size()), word);
}

// The base64 part of a data URL; nullopt when it says that it is something else.
std::optional<std::string_view> payload_of(std::string_view data_url) {
    constexpr std::string_view marker = ";base64";
    const auto comma = data_url.find(',');
    if (comma == std::string_view::npos) {
        return std::nullopt;
    }
    const auto head = data_url.substr(0, comma);
    const bool marked = head.size() >= marker.size()
                        && http::iequals(head.substr(head.size() - marker.size()), marker);
    return marked ? std::optional(data_url.substr(comma + 1)) : std::nullopt;
}

std::string_view without_space_before(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

// The first one that cannot be used, by field.
std::optional<task::bilingual> decode_all(std::vector<input_picture>& pictures) {
    for (input_picture& one : pictures) {
        if (is_picture_url(one.text)) {
            continue;
        }
        auto bytes = decode_picture(one.text);
        if (!bytes) {
            return texts::bad_base64;
        }
        if (const auto fault = find_fault(*bytes)) {
            return task::bilingual{one.field + ": " + fault->zh, one.field + ": " + fault->en};
        }
        one.bytes = std::move(*bytes);
    }
    return std::nullopt;
}

result<std::vector<task::picture_ref>> put_all(
    store::image_store& images, const std::string& id, const std::vector<input_picture>& pictures
) {
    std::vector<task::picture_ref> names;
    names.reserve(pictures.size());
    for (const input_picture& one : pictures) {
        const int n = first_input_number + static_cast<int>(names.size());
        if (const auto put = images.put(id, n, one.bytes); !put) {
            return put.error();
        }
        names.push_back({id, n});
    }
    return names;
}

} // namespace

bool is_picture_url(std::string_view text) {
    text = without_space_before(text);
    return starts_with_word(text, "http://") || starts_with_word(text, "https://");
}

std::vector<input_picture> inputs_of(std::string_view field, std::vector<std::string> texts) {
    std::vector<input_picture> inputs;
    inputs.reserve(texts.size());
    for (std::string& text : texts) {
        inputs.push_back({std::string(field), std::move(text), {}});
    }
    return inputs;
}

std::optional<std::string> decode_picture(std::string_view text) {
    text = without_space_before(text);
    const auto payload = starts_with_word(text, data_scheme) ? payload_of(text) : text;
    auto bytes = payload ? from_base64(*payload) : std::nullopt;
    if (!bytes || !store::sniff(*bytes)) {
        return std::nullopt;
    }
    return bytes;
}

std::optional<task::bilingual> find_fault(std::string_view picture) {
    if (picture.size() > max_picture_bytes) {
        return texts::picture_too_long;
    }
    const auto info = store::sniff(picture);
    if (!info) {
        return texts::not_a_picture;
    }
    if (std::uint64_t{info->width} * info->height > store::max_pixels) {
        return texts::too_many_pixels;
    }
    return std::nullopt;
}

awaitable<std::optional<http::response>>
decode_pictures(context& api, const call& from, std::vector<input_picture>& pictures) {
    using fault = std::optional<task::bilingual>;
    if (pictures.empty()) {
        co_return std::nullopt; // most submits: no hop to another thread and back
    }
    // The pool always completes, so `pictures` is there even if this is cancelled meanwhile.
    auto job = [&pictures]() -> result<fault> { return decode_all(pictures); };
    const auto done = co_await api.parts.pool.run(std::move(job));
    if (!done) {
        co_return from_failure(done.error(), "decode pictures", from.lang);
    }
    if (*done) {
        co_return refusal(code::bad_request, **done, from.lang);
    }
    co_return std::nullopt;
}

awaitable<result<std::vector<task::picture_ref>>>
store_inputs(context& api, std::string id, std::vector<input_picture> pictures) {
    auto job = [&images = api.parts.images, id = std::move(id), pictures = std::move(pictures)] {
        return put_all(images, id, pictures);
    };
    co_return co_await api.parts.pool.run(std::move(job));
}

} // namespace imagined::api
