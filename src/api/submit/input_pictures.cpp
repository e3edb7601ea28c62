#include "submit/input_pictures.hpp"

#include "imagined/base/bytes.hpp"

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

result<std::vector<std::string>> decode_all(const std::vector<std::string>& texts) {
    std::vector<std::string> pictures;
    for (const std::string& text : texts) {
        auto bytes = decode_picture(text);
        if (!bytes) {
            return failure{failure_kind::invalid, "not a picture in base64"};
        }
        pictures.push_back(std::move(*bytes));
    }
    return pictures;
}

result<std::vector<task::picture_ref>> put_all(
    store::image_store& images, const std::string& id, const std::vector<std::string>& pictures
) {
    std::vector<task::picture_ref> names;
    for (const std::string& bytes : pictures) {
        const int n = first_input_number + static_cast<int>(names.size());
        if (const auto put = images.put(id, n, bytes); !put) {
            return put.error();
        }
        names.push_back({id, n});
    }
    return names;
}

} // namespace

bool is_picture_url(std::string_view text) {
    return starts_with_word(text, "http://") || starts_with_word(text, "https://");
}

std::optional<std::string> decode_picture(std::string_view text) {
    const auto payload = starts_with_word(text, data_scheme) ? payload_of(text) : text;
    auto bytes = payload ? from_base64(*payload) : std::nullopt;
    if (!bytes || !store::sniff(*bytes)) {
        return std::nullopt;
    }
    return bytes;
}

awaitable<result<std::vector<std::string>>>
decode_pictures(context& api, std::vector<std::string> texts) {
    auto job = [texts = std::move(texts)] { return decode_all(texts); };
    co_return co_await api.parts.pool.run(std::move(job));
}

awaitable<result<std::vector<task::picture_ref>>>
store_inputs(context& api, std::string id, std::vector<std::string> pictures) {
    auto job = [&images = api.parts.images, id = std::move(id), pictures = std::move(pictures)] {
        return put_all(images, id, pictures);
    };
    co_return co_await api.parts.pool.run(std::move(job));
}

} // namespace imagined::api
