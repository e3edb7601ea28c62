#include "requests/native_pictures.hpp"

#include "pictures/input_pictures.hpp"

namespace imagined::submit {

namespace {

using backend::native_picture;
using pictures = std::vector<native_picture>;
using role = native_picture::role;

// Inputs stand in the store from here on, where no route shows them without a signed link.
constexpr int first_number = 80;
constexpr std::size_t most_inputs = 20;

refusal refuse(const native_picture& one, std::string zh, std::string en) {
    return refuse_field(one.field, {std::move(zh), std::move(en)});
}

// Files, base64, our own pictures, other addresses: taken in as every submit takes them in.
awaitable<std::optional<refusal>>
take_in_all(context& ctx, const requester& from, pictures& all, std::vector<std::string>& notes) {
    std::vector<input_picture> sent;
    sent.reserve(all.size());
    for (native_picture& one : all) {
        sent.push_back({one.field, std::move(one.text), std::move(one.bytes)});
    }
    if (auto refused = co_await decode_pictures(ctx, sent)) {
        co_return refused;
    }
    if (auto refused = co_await fetch_pictures(ctx, from, sent)) {
        co_return refused;
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].bytes = std::move(sent[i].bytes);
        std::move(sent[i].notes.begin(), sent[i].notes.end(), std::back_inserter(notes));
    }
    co_return std::nullopt;
}

// What can be said of the pictures only once they are here. Runs on the pool.
std::optional<refusal> judge_all(const pictures& all) {
    std::size_t style_bytes = 0;
    const native_picture* input = nullptr;
    const native_picture* mask = nullptr;
    for (const native_picture& one : all) {
        const auto info = store::sniff(one.bytes);
        if (!info) {
            return refuse(one, "不是PNG、JPEG或WebP图片", "not a PNG, JPEG or WebP picture");
        }
        if (std::uint64_t{info->width} * info->height > store::max_pixels) {
            return refuse(one, "图片像素过多", "the picture has too many pixels");
        }
        style_bytes += one.as == role::style ? one.bytes.size() : 0;
        if (one.bytes.size() > backend::max_native_picture_bytes
            || style_bytes > backend::max_native_picture_bytes) {
            return refuse(one, "超过10MB", "larger than 10 MB");
        }
        input = one.as == role::input ? &one : input;
        mask = one.as == role::mask ? &one : mask;
    }
    if (input != nullptr && mask != nullptr) {
        if (const auto wrong = backend::check_native_mask(mask->bytes, input->bytes)) {
            return submit::refuse({"请求参数错误: " + wrong->zh, wrong->en});
        }
    }
    return std::nullopt;
}

} // namespace

awaitable<std::optional<refusal>> obtain_native_pictures(
    context& ctx, const requester& from, pictures& all, std::vector<std::string>& notes
) {
    if (all.empty()) {
        co_return std::nullopt;
    }
    if (all.size() > most_inputs) {
        co_return refuse(all.back(), "图片过多", "too many pictures");
    }
    if (auto refusing = co_await take_in_all(ctx, from, all, notes)) {
        co_return refusing;
    }
    using judgement = std::optional<refusal>;
    // The pool always completes, and our caller keeps the pictures.
    auto judge = [&all]() -> result<judgement> { return judge_all(all); };
    auto judged = co_await ctx.pool.run(std::move(judge));
    if (!judged) {
        co_return failed(judged.error(), "read pictures");
    }
    if (*judged) {
        co_return std::move(**judged);
    }
    co_return std::nullopt;
}

awaitable<result<std::vector<task::picture_ref>>>
store_native_pictures(context& ctx, std::string id, pictures all) {
    using names = std::vector<task::picture_ref>;
    auto job = [&images = ctx.images, id = std::move(id), all = std::move(all)]() {
        names made;
        made.reserve(all.size());
        for (const native_picture& one : all) {
            const int n = first_number + static_cast<int>(made.size());
            if (const auto put = images.put(id, n, one.bytes); !put) {
                return result<names>(put.error());
            }
            made.push_back({id, n});
        }
        return result<names>(std::move(made));
    };
    co_return co_await ctx.pool.run(std::move(job));
}

} // namespace imagined::submit
