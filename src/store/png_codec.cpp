#include "codec.hpp"
#include "plain_png.hpp"

#include <spng.h>

#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace imagined::store {

namespace {

// What a PNG may unpack into besides its pixels (profiles, texts).
constexpr std::size_t max_chunk_bytes = std::size_t{16} * 1024 * 1024;
constexpr std::size_t max_metadata_bytes = std::size_t{32} * 1024 * 1024;
// Chosen by measurement, see README.md.
constexpr int compression_level = 1;
constexpr int compression_strategy = 3; // zlib's Z_RLE: looks for runs only
constexpr int compression_filter = SPNG_FILTER_CHOICE_AVG;

struct free_context {
    void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};

using context_ptr = std::unique_ptr<spng_ctx, free_context>;

context_ptr make_context(int flags) {
    context_ptr context(spng_ctx_new(flags));
    if (!context) {
        throw std::bad_alloc();
    }
    return context;
}

failure png_failure(int error) {
    if (error == SPNG_EMEM) {
        throw std::bad_alloc();
    }
    const bool too_much = error == SPNG_ECHUNK_LIMITS || error == SPNG_EUSER_WIDTH
                          || error == SPNG_EUSER_HEIGHT || error == SPNG_EOVERFLOW;
    return {
        too_much ? failure_kind::invalid : failure_kind::corrupt,
        std::string("png: ") + spng_strerror(error)
    };
}

// Pass by pass, an interlaced picture brings every `step`th pixel of a row, from `start` on.
struct pixel_steps {
    std::uint32_t start;
    std::uint32_t step;
};

pixel_steps steps_of(const spng_ihdr& header, int pass) {
    static constexpr pixel_steps adam7[] = {{0, 8}, {4, 8}, {0, 4}, {2, 4}, {0, 2}, {1, 2}, {0, 1}};
    return header.interlace_method == SPNG_INTERLACE_NONE ? pixel_steps{0, 1} : adam7[pass];
}

// Decodes row by row: opaque pictures straight into the target, others through one row of RGBA, so
// that no second picture is in memory.
int decode_rows(spng_ctx* context, const spng_ihdr& header, bool alpha, const pixel_area& target) {
    std::vector<std::uint8_t> rgba(alpha ? target.width * rgba_channels : 0);
    const std::size_t rgb_bytes = target.width * rgb_channels;
    for (;;) {
        spng_row_info info{};
        if (const int error = spng_get_row_info(context, &info)) {
            return error;
        }
        std::uint8_t* row = target.row(info.row_num);
        const int status = alpha ? spng_decode_row(context, rgba.data(), rgba.size())
                                 : spng_decode_row(context, row, rgb_bytes);
        if (status != SPNG_OK && status != SPNG_EOI) {
            return status;
        }
        if (alpha) {
            const auto [start, step] = steps_of(header, info.pass);
            for (std::uint32_t x = start; x < target.width; x += step) {
                flatten_pixel(rgba.data() + x * rgba_channels, row + x * rgb_channels);
            }
        }
        if (status == SPNG_EOI) {
            return SPNG_OK;
        }
    }
}

// Hands the bytes over and reads the header, which must state this size.
int open_png(
    spng_ctx* context,
    std::string_view bytes,
    std::uint32_t width,
    std::uint32_t height,
    spng_ihdr& header
) {
    int error = spng_set_image_limits(context, width, height);
    if (error == SPNG_OK) {
        error = spng_set_chunk_limits(context, max_chunk_bytes, max_metadata_bytes);
    }
    if (error == SPNG_OK) {
        error = spng_set_png_buffer(context, bytes.data(), bytes.size());
    }
    if (error == SPNG_OK) {
        error = spng_get_ihdr(context, &header);
    }
    if (error == SPNG_OK && (header.width != width || header.height != height)) {
        error = SPNG_EIHDR_SIZE;
    }
    return error;
}

int decode_all(spng_ctx* context, std::string_view bytes, const pixel_area& target) {
    spng_ihdr header{};
    int error = open_png(context, bytes, target.width, target.height, header);
    if (error != SPNG_OK) {
        return error;
    }
    spng_trns transparency{};
    error = spng_get_trns(context, &transparency);
    if (error != SPNG_OK && error != SPNG_ECHUNKAVAIL) {
        return error;
    }
    const bool alpha = error == SPNG_OK || header.color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA
                       || header.color_type == SPNG_COLOR_TYPE_TRUECOLOR_ALPHA;
    error = spng_decode_image(
        context,
        nullptr,
        0,
        alpha ? SPNG_FMT_RGBA8 : SPNG_FMT_RGB8,
        SPNG_DECODE_PROGRESSIVE | (alpha ? SPNG_DECODE_TRNS : 0)
    );
    if (error == SPNG_OK) {
        error = decode_rows(context, header, alpha, target);
    }
    // The rest matters too: it holds the last CRC of the pixels and the end mark, without which the
    // file was cut.
    return error == SPNG_OK ? spng_decode_chunks(context) : error;
}

// Called from C: it must not throw.
int append(spng_ctx*, void* output, void* bytes, std::size_t size) noexcept {
    try {
        static_cast<std::string*>(output)->append(static_cast<const char*>(bytes), size);
        return SPNG_OK;
    } catch (const std::bad_alloc&) {
        return SPNG_EMEM;
    }
}

struct raw_pixels {
    std::uint32_t width;
    std::uint32_t height;
    spng_color_type type;
    const std::vector<std::uint8_t>& bytes;
};

int encode_all(spng_ctx* context, const raw_pixels& pixels, std::string& output) {
    const std::pair<spng_option, int> options[] = {
        {SPNG_IMG_COMPRESSION_LEVEL, compression_level},
        {SPNG_IMG_COMPRESSION_STRATEGY, compression_strategy},
        {SPNG_FILTER_CHOICE, compression_filter}
    };
    for (const auto& [option, value] : options) {
        if (const int error = spng_set_option(context, option, value)) {
            return error;
        }
    }
    spng_ihdr header{};
    header.width = pixels.width;
    header.height = pixels.height;
    header.bit_depth = 8;
    header.color_type = pixels.type;
    int error = spng_set_png_stream(context, append, &output);
    if (error == SPNG_OK) {
        error = spng_set_ihdr(context, &header);
    }
    return error != SPNG_OK ? error
                            : spng_encode_image(
                                  context,
                                  pixels.bytes.data(),
                                  pixels.bytes.size(),
                                  SPNG_FMT_PNG,
                                  SPNG_ENCODE_FINALIZE
                              );
}

result<std::string> encoded(const raw_pixels& pixels) {
    const context_ptr context = make_context(SPNG_CTX_ENCODER);
    std::string output;
    if (const int error = encode_all(context.get(), pixels, output)) {
        return png_failure(error);
    }
    return output;
}

} // namespace

result<void> decode_png(std::string_view bytes, const pixel_area& target) {
    if (decode_plain_png(bytes, target)) {
        return {};
    }
    // Every byte is under a chunk's CRC already; the second checksum inside would only cost time.
    const context_ptr context = make_context(SPNG_CTX_IGNORE_ADLER32);
    if (const int error = decode_all(context.get(), bytes, target)) {
        return png_failure(error);
    }
    return {};
}

result<void>
decode_png_rgba(std::string_view bytes, const picture_info& info, std::vector<std::uint8_t>& into) {
    const context_ptr context = make_context(SPNG_CTX_IGNORE_ADLER32);
    spng_ihdr header{};
    int error = open_png(context.get(), bytes, info.width, info.height, header);
    if (error == SPNG_OK) {
        error = spng_decode_image(
            context.get(), into.data(), into.size(), SPNG_FMT_RGBA8, SPNG_DECODE_TRNS
        );
    }
    if (error != SPNG_OK) {
        return png_failure(error);
    }
    return {};
}

result<void> check_png_rows(std::string_view bytes, const picture_info& info) {
    std::vector<std::uint8_t> row(info.width * rgb_channels);
    const pixel_area same_row_always{row.data(), 0, info.width, info.height};
    const context_ptr context = make_context(SPNG_CTX_IGNORE_ADLER32);
    if (const int error = decode_all(context.get(), bytes, same_row_always)) {
        return png_failure(error);
    }
    return {};
}

result<std::string> encode_png(const bitmap& pixels) {
    return encoded({pixels.width, pixels.height, SPNG_COLOR_TYPE_TRUECOLOR, pixels.rgb});
}

result<std::string>
encode_png_rgba(std::uint32_t width, std::uint32_t height, const std::vector<std::uint8_t>& rgba) {
    return encoded({width, height, SPNG_COLOR_TYPE_TRUECOLOR_ALPHA, rgba});
}

} // namespace imagined::store
