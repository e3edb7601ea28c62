// Requests and small pictures for the tests of backend and sandbox.
#pragma once

#include "imagined/backend/dialect.hpp"
#include "imagined/http/multipart.hpp"
#include "imagined/task/render_request.hpp"

#include <nlohmann/json.hpp>
#include <spng.h>

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace imagined::test {

inline task::render_request
a_request(task::operation what = task::operation::generate, task::model with = task::model::v3) {
    task::render_request request;
    request.what = what;
    request.model = with;
    request.prompt = "a red fox";
    return request;
}

// A PNG of one flat grey level.
inline std::string flat_png(unsigned char level, int side = 64) {
    const std::vector<unsigned char> dots(
        static_cast<std::size_t>(side) * static_cast<std::size_t>(side), level
    );
    spng_ctx* context = spng_ctx_new(SPNG_CTX_ENCODER);
    spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1);
    spng_ihdr header{};
    header.width = static_cast<std::uint32_t>(side);
    header.height = static_cast<std::uint32_t>(side);
    header.bit_depth = 8;
    header.color_type = SPNG_COLOR_TYPE_GRAYSCALE;
    spng_set_ihdr(context, &header);
    spng_encode_image(context, dots.data(), dots.size(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
    std::size_t length = 0;
    int error = 0;
    void* bytes = spng_get_png_buffer(context, &length, &error);
    std::string png(static_cast<const char*>(bytes), length);
    std::free(bytes);
    spng_ctx_free(context);
    return png;
}

inline std::string a_picture() {
    return flat_png(96);
}

// A source that has every picture; the second of a task is a mask that changes everything.
inline backend::picture_source all_pictures() {
    return [](const task::picture_ref& ref) -> result<std::string> {
        return ref.n == 2 ? flat_png(0) : a_picture();
    };
}

// Fields of a multipart body; repeated names are joined by '|', files are shown by their type.
inline std::map<std::string, std::string> parts_of(const backend::wire_request& made) {
    std::map<std::string, std::string> shown;
    const auto parts = http::read_multipart(made.headers.get("Content-Type"), made.body);
    for (const auto& part : parts.value()) {
        const std::string text = part.filename.empty() ? part.body : "<" + part.content_type + ">";
        auto& held = shown[part.name];
        held += held.empty() ? text : "|" + text;
    }
    return shown;
}

inline nlohmann::json json_of(const backend::wire_request& made) {
    return nlohmann::json::parse(made.body);
}

} // namespace imagined::test
