#include "painting.hpp"

#include "documents.hpp"

#include "imagined/base/bytes.hpp"

#include <spng.h>

#include <algorithm>
#include <optional>

namespace imagined::sandbox {

namespace {

constexpr std::size_t kept_grounds = 32;
constexpr std::uint8_t kept_from = 128;

std::string_view png_named(const std::vector<ledger_file>& files, const form_field* of) {
    for (const ledger_file& file : files) {
        if (of != nullptr && file.name == of->name && picture_type(file.bytes) == "image/png") {
            return file.bytes;
        }
    }
    return {};
}

std::uint64_t name_of(const painting_ground& ground) {
    const std::string digest = sha256(ground.picture + '\n' + ground.mask);
    std::uint64_t name = 1; // never 0
    for (std::size_t i = 0; i < sizeof(name); ++i) {
        name = name * 256 + static_cast<unsigned char>(digest[i]);
    }
    return name | 1U;
}

std::optional<dots> decode_dots(std::string_view png) {
    const auto size = size_of_picture(png);
    const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> context(spng_ctx_new(0), &spng_ctx_free);
    std::size_t length = 0;
    if (!size || context == nullptr
        || spng_set_png_buffer(context.get(), png.data(), png.size()) != 0
        || spng_decoded_image_size(context.get(), SPNG_FMT_RGB8, &length) != 0) {
        return std::nullopt;
    }
    dots read{size->width, size->height, std::vector<std::uint8_t>(length)};
    const std::size_t expected =
        static_cast<std::size_t>(size->width) * static_cast<std::size_t>(size->height) * 3;
    if (length != expected
        || spng_decode_image(context.get(), read.rgb.data(), length, SPNG_FMT_RGB8, 0) != 0) {
        return std::nullopt;
    }
    return read;
}

std::size_t offset_of(const dots& in, int x, int y) {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(in.width)
            + static_cast<std::size_t>(x))
           * 3;
}

} // namespace

std::vector<ledger_file> files_of(const std::vector<submitted_value>& values, const form& spoken) {
    std::vector<ledger_file> files;
    for (const submitted_value& value : values) {
        const form_field* of = spoken.named(value.name);
        if (value.is_file) {
            files.push_back({value.name, value.bytes});
        } else if (of != nullptr && is_file(of->what) && value.value.is_string()) {
            auto bytes = from_base64(value.value.get_ref<const std::string&>());
            if (bytes && !picture_type(*bytes).empty()) {
                files.push_back({value.name, std::move(*bytes)});
            }
        }
    }
    return files;
}

std::uint64_t painting_grounds::add(
    task::operation what, const form& spoken, const std::vector<ledger_file>& files
) {
    const bool repaints = what == task::operation::edit || what == task::operation::inpaint;
    painting_ground ground;
    ground.picture = png_named(files, spoken.find(field::picture));
    ground.mask = png_named(files, spoken.find(field::mask));
    const bool usable = !ground.picture.empty()
                        && (repaints ? !ground.mask.empty() : what == task::operation::upscale);
    if (!usable) {
        return 0;
    }
    const std::uint64_t name = name_of(ground);
    kept_.emplace_front(name, std::make_shared<const painting_ground>(std::move(ground)));
    if (kept_.size() > kept_grounds) {
        kept_.pop_back();
    }
    return name;
}

std::shared_ptr<const painting_ground> painting_grounds::find(std::uint64_t name) const {
    const auto at = std::find_if(kept_.begin(), kept_.end(), [name](const auto& one) {
        return one.first == name;
    });
    return name == 0 || at == kept_.end() ? nullptr : at->second;
}

std::string paint_over(const drawing& what, const painting_ground& ground) {
    dots made = draw(what);
    const auto picture = decode_dots(ground.picture);
    const auto mask = ground.mask.empty() ? std::nullopt : decode_dots(ground.mask);
    if (!picture || (!ground.mask.empty() && !mask)) {
        return encode_dots(made);
    }
    for (int y = 0; y < made.height; ++y) {
        for (int x = 0; x < made.width; ++x) {
            const auto from = offset_of(
                *picture, x * picture->width / made.width, y * picture->height / made.height
            );
            const bool kept =
                !mask
                || mask->rgb[offset_of(
                       *mask, x * mask->width / made.width, y * mask->height / made.height
                   )] >= kept_from;
            if (kept) {
                std::copy_n(&picture->rgb[from], 3, &made.rgb[offset_of(made, x, y)]);
            }
        }
    }
    return encode_dots(made);
}

} // namespace imagined::sandbox
