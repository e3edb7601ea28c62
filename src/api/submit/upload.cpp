#include "answers.hpp"
#include "handlers.hpp"
#include "opened_body.hpp"
#include "picture_address.hpp"
#include "submit/input_pictures.hpp"
#include "texts.hpp"

#include <nlohmann/json.hpp>

namespace imagined::api {

namespace {

constexpr std::size_t max_uploads = 10;

// Pictures 1, 2 … of an id that no task has.
result<void> store_all(
    store::image_store& images, const std::string& id, const std::vector<input_picture>& pictures
) {
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        if (const auto put = images.put(id, static_cast<int>(i) + 1, pictures[i].bytes); !put) {
            return put.error();
        }
    }
    return {};
}

} // namespace

awaitable<http::response> upload_pictures(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return std::move(*body.refused);
    }
    auto pictures = inputs_of("base64Array", body.fields.texts("base64Array"));
    if (body.fields.error()) {
        co_return refusal(code::bad_request, *body.fields.error(), from.lang);
    }
    if (pictures.empty()) {
        co_return refusal(code::bad_request, texts::no_base64, from.lang);
    }
    if (pictures.size() > max_uploads) {
        co_return refusal(code::bad_request, texts::too_many_uploads, from.lang);
    }
    if (auto refused = co_await decode_pictures(api, from, pictures)) {
        co_return std::move(*refused);
    }
    if (auto refused = co_await fetch_pictures(api, from, pictures)) {
        co_return std::move(*refused);
    }
    const auto id = co_await api.parts.tasks.reserve_id();
    if (!id) {
        co_return from_failure(id.error(), "upload pictures", from.lang);
    }
    nlohmann::json addresses = nlohmann::json::array();
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        addresses.push_back(picture_address(api.here(), {*id, static_cast<int>(i) + 1}));
    }
    auto job = [&images = api.parts.images, id = *id, pictures = std::move(pictures)] {
        return store_all(images, id, pictures);
    };
    if (const auto put = co_await api.parts.pool.run(std::move(job)); !put) {
        co_return from_failure(put.error(), "upload pictures", from.lang);
    }
    const std::string& done = texts::submitted.in(from.lang);
    co_return json_answer(200, submit_body(code::accepted, done, addresses.dump()));
}

} // namespace imagined::api
