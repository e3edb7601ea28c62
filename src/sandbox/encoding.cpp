#include "encoding.hpp"

#include "documents.hpp"
#include "drawing.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

// jpeglib.h needs size_t and FILE declared before it.
#include <jpeglib.h>
#include <spng.h>
#include <webp/encode.h>

namespace imagined::sandbox {

namespace {

constexpr int jpeg_quality = 90;
constexpr float webp_quality = 90;
constexpr int channels = 3;

std::vector<std::uint8_t> rows_of(std::string_view png) {
    const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> context(spng_ctx_new(0), &spng_ctx_free);
    std::size_t length = 0;
    if (context == nullptr || spng_set_png_buffer(context.get(), png.data(), png.size()) != 0
        || spng_decoded_image_size(context.get(), SPNG_FMT_RGB8, &length) != 0) {
        return {};
    }
    std::vector<std::uint8_t> rows(length);
    if (spng_decode_image(context.get(), rows.data(), length, SPNG_FMT_RGB8, 0) != 0) {
        return {};
    }
    return rows;
}

// libjpeg's own way out of an error is exit(); a drawing of ours gives it no cause but an empty
// memory.
std::string as_jpeg(const std::vector<std::uint8_t>& rows, const pixel_size& size) {
    jpeg_compress_struct codec{};
    jpeg_error_mgr errors{};
    codec.err = jpeg_std_error(&errors);
    jpeg_create_compress(&codec);
    unsigned char* bytes = nullptr;
    unsigned long length = 0;
    jpeg_mem_dest(&codec, &bytes, &length);
    codec.image_width = static_cast<JDIMENSION>(size.width);
    codec.image_height = static_cast<JDIMENSION>(size.height);
    codec.input_components = channels;
    codec.in_color_space = JCS_RGB;
    jpeg_set_defaults(&codec);
    jpeg_set_quality(&codec, jpeg_quality, TRUE);
    jpeg_start_compress(&codec, TRUE);
    const std::size_t stride = static_cast<std::size_t>(size.width) * channels;
    while (codec.next_scanline < codec.image_height) {
        auto* row = const_cast<JSAMPROW>(rows.data() + stride * codec.next_scanline);
        jpeg_write_scanlines(&codec, &row, 1);
    }
    jpeg_finish_compress(&codec);
    jpeg_destroy_compress(&codec);
    const std::unique_ptr<unsigned char, void (*)(void*)> held(bytes, &std::free);
    return {reinterpret_cast<const char*>(bytes), length};
}

std::string as_webp(const std::vector<std::uint8_t>& rows, const pixel_size& size) {
    std::uint8_t* bytes = nullptr;
    const std::size_t length = WebPEncodeRGB(
        rows.data(), size.width, size.height, size.width * channels, webp_quality, &bytes
    );
    const std::unique_ptr<std::uint8_t, void (*)(void*)> held(bytes, &WebPFree);
    return length == 0 ? std::string() : std::string(reinterpret_cast<const char*>(bytes), length);
}

} // namespace

std::optional<picture_format> parse_picture_format(std::string_view name) {
    if (name == "png") {
        return picture_format::png;
    }
    if (name == "jpeg") {
        return picture_format::jpeg;
    }
    return name == "webp" ? std::optional(picture_format::webp) : std::nullopt;
}

std::string suffix_of(picture_format format) {
    return format == picture_format::png    ? ".png"
           : format == picture_format::jpeg ? ".jpeg"
                                            : ".webp";
}

std::string in_format(std::string png, picture_format format) {
    const auto size = size_of_picture(png);
    if (format == picture_format::png || !size) {
        return png;
    }
    const auto rows = rows_of(png);
    if (rows.empty()) {
        return png;
    }
    return format == picture_format::jpeg ? as_jpeg(rows, *size) : as_webp(rows, *size);
}

} // namespace imagined::sandbox
