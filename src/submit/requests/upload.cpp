#include "imagined/submit/submit.hpp"
#include "imagined/submit/texts.hpp"
#include "pictures/input_pictures.hpp"

namespace imagined::submit {

namespace {

constexpr std::size_t max_uploads = 10;

// Pictures 1, 2 … of an id that no task has.
result<void> put_all(
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

awaitable<std::variant<std::vector<task::picture_ref>, refusal>>
upload(context& ctx, requester from, json_body fields) {
    auto pictures = inputs_of("base64Array", fields.texts("base64Array"));
    if (fields.error()) {
        co_return *fields.error();
    }
    if (pictures.empty()) {
        co_return refuse(texts::no_base64);
    }
    if (pictures.size() > max_uploads) {
        co_return refuse(texts::too_many_uploads);
    }
    if (auto refused = co_await decode_pictures(ctx, pictures)) {
        co_return std::move(*refused);
    }
    if (auto refused = co_await fetch_pictures(ctx, from, pictures)) {
        co_return std::move(*refused);
    }
    const auto id = co_await ctx.submission.reserve_id();
    if (!id) {
        co_return failed(id.error(), "upload pictures");
    }
    std::vector<task::picture_ref> names;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        names.push_back({*id, static_cast<int>(i) + 1});
    }
    auto job = [&images = ctx.images, id = *id, pictures = std::move(pictures)] {
        return put_all(images, id, pictures);
    };
    if (const auto put = co_await ctx.pool.run(std::move(job)); !put) {
        co_return failed(put.error(), "upload pictures");
    }
    co_return names;
}

} // namespace imagined::submit
