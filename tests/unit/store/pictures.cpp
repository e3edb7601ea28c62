#include "pictures.hpp"

#include <doctest/doctest.h>
#include <spng.h>
#include <webp/encode.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>

#include <jpeglib.h>

namespace imagined::test {

namespace {

std::string taken(void* buffer, std::size_t size) {
    std::string bytes(static_cast<const char*>(buffer), size);
    std::free(buffer);
    return bytes;
}

struct jpeg_input {
    std::uint32_t width;
    std::uint32_t height;
    int channels;
    J_COLOR_SPACE space;
    const std::uint8_t* rows;
};

template <class Setup>
std::string write_jpeg(const jpeg_input& input, Setup setup) {
    jpeg_compress_struct codec{};
    jpeg_error_mgr errors{};
    codec.err = jpeg_std_error(&errors); // exits the program on an error: a broken test
    jpeg_create_compress(&codec);
    unsigned char* buffer = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&codec, &buffer, &size);
    codec.image_width = input.width;
    codec.image_height = input.height;
    codec.input_components = input.channels;
    codec.in_color_space = input.space;
    jpeg_set_defaults(&codec);
    setup(codec);
    jpeg_start_compress(&codec, TRUE);
    const std::size_t stride = static_cast<std::size_t>(input.channels) * input.width;
    while (codec.next_scanline < codec.image_height) {
        auto* row = const_cast<JSAMPROW>(input.rows + stride * codec.next_scanline);
        jpeg_write_scanlines(&codec, &row, 1);
    }
    jpeg_finish_compress(&codec);
    jpeg_destroy_compress(&codec);
    return taken(buffer, size);
}

} // namespace

store::bitmap flat(std::uint32_t width, std::uint32_t height, colour value) {
    store::bitmap pixels{width, height, {}};
    for (std::uint64_t i = 0; i < std::uint64_t{width} * height; ++i) {
        pixels.rgb.push_back(static_cast<std::uint8_t>(value >> 16));
        pixels.rgb.push_back(static_cast<std::uint8_t>(value >> 8));
        pixels.rgb.push_back(static_cast<std::uint8_t>(value));
    }
    return pixels;
}

store::bitmap busy(std::uint32_t width, std::uint32_t height, unsigned seed) {
    std::mt19937 random(seed);
    store::bitmap pixels{width, height, {}};
    for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t x = 0; x < width; ++x) {
            for (std::uint32_t c = 0; c < 3; ++c) {
                const double wave = 90 * std::sin(0.05 * x + seed + c) * std::cos(0.03 * y);
                const double value = 128 + wave + static_cast<double>(random() % 16);
                pixels.rgb.push_back(static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0)));
            }
        }
    }
    return pixels;
}

colour pixel_at(const store::bitmap& pixels, std::uint32_t x, std::uint32_t y) {
    const std::uint8_t* p = pixels.rgb.data() + (std::size_t{y} * pixels.width + x) * 3;
    return colour{p[0]} << 16 | colour{p[1]} << 8 | p[2];
}

int distance(const store::bitmap& a, const store::bitmap& b) {
    if (a.width != b.width || a.height != b.height || a.rgb.size() != b.rgb.size()) {
        return 256;
    }
    int largest = 0;
    for (std::size_t i = 0; i < a.rgb.size(); ++i) {
        largest = std::max(largest, std::abs(a.rgb[i] - b.rgb[i]));
    }
    return largest;
}

std::string png_of(const png_form& form, const std::vector<std::uint8_t>& samples) {
    spng_ctx* context = spng_ctx_new(SPNG_CTX_ENCODER);
    spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1);
    spng_ihdr header{
        form.width,
        form.height,
        form.depth,
        form.colour_type,
        0,
        0,
        form.interlaced ? std::uint8_t{1} : std::uint8_t{0}
    };
    REQUIRE(spng_set_ihdr(context, &header) == SPNG_OK);
    if (!form.palette.empty()) {
        spng_plte colours{};
        spng_trns alphas{};
        for (const std::uint32_t entry : form.palette) {
            colours.entries[colours.n_entries++] = {
                static_cast<std::uint8_t>(entry >> 16),
                static_cast<std::uint8_t>(entry >> 8),
                static_cast<std::uint8_t>(entry),
                0
            };
            alphas.type3_alpha[alphas.n_type3_entries++] = static_cast<std::uint8_t>(entry >> 24);
        }
        REQUIRE(spng_set_plte(context, &colours) == SPNG_OK);
        REQUIRE(spng_set_trns(context, &alphas) == SPNG_OK);
    }
    if (form.transparent_grey >= 0) {
        spng_trns alphas{};
        alphas.gray = static_cast<std::uint16_t>(form.transparent_grey);
        REQUIRE(spng_set_trns(context, &alphas) == SPNG_OK);
    }
    REQUIRE(
        spng_encode_image(
            context, samples.data(), samples.size(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE
        )
        == SPNG_OK
    );
    std::size_t size = 0;
    int error = 0;
    void* buffer = spng_get_png_buffer(context, &size, &error);
    spng_ctx_free(context);
    return taken(buffer, size);
}

std::string jpeg_of(const store::bitmap& pixels, const jpeg_form& form) {
    std::vector<std::uint8_t> rows = pixels.rgb;
    if (form.grey) {
        rows.clear();
        for (std::size_t i = 0; i < pixels.rgb.size(); i += 3) {
            rows.push_back(pixels.rgb[i]);
        }
    }
    const jpeg_input input{
        pixels.width,
        pixels.height,
        form.grey ? 1 : 3,
        form.grey ? JCS_GRAYSCALE : JCS_RGB,
        rows.data()
    };
    return write_jpeg(input, [&](jpeg_compress_struct& codec) {
        jpeg_set_quality(&codec, form.quality, TRUE);
        if (form.full_chroma) {
            codec.comp_info[0].h_samp_factor = 1;
            codec.comp_info[0].v_samp_factor = 1;
        }
        if (form.progressive) {
            jpeg_simple_progression(&codec);
        }
    });
}

std::string cmyk_jpeg_of(
    std::uint32_t width, std::uint32_t height, const std::vector<std::uint8_t>& inks, bool ycck
) {
    return write_jpeg({width, height, 4, JCS_CMYK, inks.data()}, [&](jpeg_compress_struct& codec) {
        jpeg_set_colorspace(&codec, ycck ? JCS_YCCK : JCS_CMYK);
        codec.write_Adobe_marker = TRUE;
        jpeg_set_quality(&codec, 95, TRUE);
    });
}

std::string
lossless_webp_of(std::uint32_t width, std::uint32_t height, const std::vector<std::uint8_t>& rgba) {
    std::uint8_t* buffer = nullptr;
    const std::size_t size = WebPEncodeLosslessRGBA(
        rgba.data(),
        static_cast<int>(width),
        static_cast<int>(height),
        static_cast<int>(width * 4),
        &buffer
    );
    std::string bytes(reinterpret_cast<const char*>(buffer), size);
    WebPFree(buffer);
    return bytes;
}

std::string with_segments(std::string_view jpeg, std::size_t bytes) {
    std::string made(jpeg.substr(0, 2));
    while (bytes > 0) {
        const std::size_t body = std::min<std::size_t>(bytes, 60000);
        const std::size_t length = body + 2;
        made += "\xff\xe5";
        made += static_cast<char>(length >> 8);
        made += static_cast<char>(length & 255);
        made.append(body, 'a');
        bytes -= body;
    }
    made += jpeg.substr(2);
    return made;
}

std::string png_header(std::uint32_t width, std::uint32_t height) {
    std::string bytes("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
    for (const std::uint32_t side : {width, height}) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes += static_cast<char>(side >> shift);
        }
    }
    bytes.append("\x08\x02\0\0\0crc!", 9);
    return bytes;
}

result<store::stored_picture>
put_shown(store::image_store& in, std::string_view id, int n, std::string_view bytes) {
    return std::move(in.put_all({{id, n, bytes, true}}).front());
}

} // namespace imagined::test
