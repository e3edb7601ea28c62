#include "pictures/input_pictures.hpp"

#include "imagined/store/intake.hpp"
#include "imagined/submit/loose_text.hpp"
#include "imagined/submit/texts.hpp"
#include "pictures/picture_text.hpp"

namespace imagined::submit {

namespace {

const task::bilingual picture_cut{
    "图片不完整(被截断或已损坏)", "the picture is cut off or damaged: not all of its data is there"
};

task::bilingual not_taken(std::string_view kind) {
    const std::string name(kind);
    return {
        "不支持" + name + "格式，请使用PNG、JPEG或WebP图片",
        "this is " + name + "; PNG, JPEG and WebP pictures are taken"
    };
}

task::bilingual of_field(const input_picture& one, const task::bilingual& why) {
    return {one.field + ": " + why.zh, one.field + ": " + why.en};
}

// The beginning of a picture that we take, whatever follows.
bool begins_as_ours(std::string_view bytes) {
    return bytes.starts_with("\x89PNG\r\n") || bytes.starts_with("\xff\xd8\xff")
           || (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP"));
}

// Of bytes that have no fault that their header tells.
std::optional<task::bilingual> turn_upright(input_picture& one) {
    const bool turned = store::orientation_of(one.bytes) != 1;
    if (const auto whole = store::check_whole(one.bytes); !whole) {
        // What would only cost too much to read is the backend's affair.
        if (whole.error().kind == failure_kind::corrupt || turned) {
            return picture_cut;
        }
    }
    auto shown = store::upright(std::move(one.bytes), max_picture_bytes);
    if (!shown) {
        return texts::too_many_pixels;
    }
    one.bytes = std::move(*shown);
    if (turned) {
        one.notes.push_back(one.field + ": the picture was turned as its EXIF says");
    }
    return std::nullopt;
}

std::optional<refusal> take_in_all(std::vector<input_picture>& pictures) {
    for (input_picture& one : pictures) {
        if (one.bytes.empty() && is_picture_url(one.text)) {
            continue;
        }
        if (auto fault = take_in(one)) {
            refusal refused = refuse(std::move(*fault));
            refused.field = one.field;
            return refused;
        }
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
    text = trimmed(text);
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

std::optional<task::bilingual> take_in(input_picture& one) {
    if (one.bytes.empty() && one.text.empty()) {
        return of_field(one, texts::not_a_picture); // a file of a form, without anything in it
    }
    if (one.bytes.empty()) {
        picture_text read = read_picture_text(one.text);
        if (read.fault) {
            return read.fault;
        }
        // What is nothing that anybody would call a picture was hardly meant as base64.
        if (!begins_as_ours(read.bytes) && store::foreign_kind(read.bytes).empty()) {
            return texts::bad_base64;
        }
        one.bytes = std::move(read.bytes);
        if (read.restored_plus) {
            one.notes.push_back(one.field + ": spaces in the base64 were read as \"+\"");
        }
    }
    auto fault = find_fault(one.bytes);
    if (!fault) {
        fault = turn_upright(one);
    }
    return fault ? std::optional(of_field(one, *fault)) : std::nullopt;
}

std::optional<task::bilingual> find_fault(std::string_view picture) {
    if (picture.size() > max_picture_bytes) {
        return texts::picture_too_long;
    }
    const auto info = store::sniff(picture);
    if (!info) {
        const auto kind = store::foreign_kind(picture);
        return !kind.empty()             ? not_taken(kind)
               : begins_as_ours(picture) ? picture_cut
                                         : texts::not_a_picture;
    }
    if (std::uint64_t{info->width} * info->height > store::max_pixels) {
        return texts::too_many_pixels;
    }
    return std::nullopt;
}

awaitable<std::optional<refusal>>
decode_pictures(context& ctx, std::vector<input_picture>& pictures) {
    using fault = std::optional<refusal>;
    if (pictures.empty()) {
        co_return std::nullopt; // most submits: no hop to another thread and back
    }
    // The pool always completes, so `pictures` is there even if this is cancelled meanwhile.
    auto job = [&pictures]() -> result<fault> { return take_in_all(pictures); };
    auto done = co_await ctx.pool.run(std::move(job));
    if (!done) {
        co_return failed(done.error(), "decode pictures");
    }
    if (*done) {
        co_return std::move(**done);
    }
    co_return std::nullopt;
}

awaitable<result<std::vector<task::picture_ref>>>
store_inputs(context& ctx, std::string id, std::vector<input_picture> pictures) {
    auto job = [&images = ctx.images, id = std::move(id), pictures = std::move(pictures)] {
        return put_all(images, id, pictures);
    };
    co_return co_await ctx.pool.run(std::move(job));
}

} // namespace imagined::submit
