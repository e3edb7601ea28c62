#include "codec.hpp"

#include <webp/decode.h>
#include <webp/encode.h>

#include <new>
#include <vector>

namespace imagined::store {

namespace {

// Chosen by measurement, see README.md.
constexpr int encoder_effort = 0;

failure webp_failure(VP8StatusCode status) {
    switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY:
        throw std::bad_alloc();
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return {failure_kind::invalid, "webp: animated or of an unknown kind"};
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA:
        return {failure_kind::corrupt, "webp: truncated"};
    default:
        return {failure_kind::corrupt, "webp: damaged"};
    }
}

struct encoder_picture {
    encoder_picture() { usable = WebPPictureInit(&picture) != 0; }

    encoder_picture(const encoder_picture&) = delete;
    encoder_picture& operator=(const encoder_picture&) = delete;

    ~encoder_picture() { WebPPictureFree(&picture); }

    WebPPicture picture{};
    bool usable = false;
};

// Called from C: it must not throw.
int append_output(const std::uint8_t* data, std::size_t size, const WebPPicture* picture) noexcept {
    try {
        auto* output = static_cast<std::string*>(picture->custom_ptr);
        output->append(reinterpret_cast<const char*>(data), size);
        return 1;
    } catch (const std::bad_alloc&) {
        return 0;
    }
}

failure encoder_failure(WebPEncodingError error) {
    if (error == VP8_ENC_ERROR_OUT_OF_MEMORY || error == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY
        || error == VP8_ENC_ERROR_BAD_WRITE) {
        throw std::bad_alloc();
    }
    return {failure_kind::invalid, "webp: encoder error " + std::to_string(error)};
}

// `import` hands the pixels over; 0 says that it could not.
template <class Import>
result<std::string>
encode_rows(std::uint32_t width, std::uint32_t height, int quality, const Import& import) {
    if (width > WEBP_MAX_DIMENSION || height > WEBP_MAX_DIMENSION) {
        return failure{failure_kind::invalid, "webp: more than 16383 pixels a side"};
    }
    WebPConfig config;
    encoder_picture encoder;
    if (!encoder.usable || WebPConfigInit(&config) == 0) {
        return failure{failure_kind::unavailable, "webp: another library version than built for"};
    }
    config.quality = static_cast<float>(quality);
    config.method = encoder_effort;
    std::string output;
    encoder.picture.width = static_cast<int>(width);
    encoder.picture.height = static_cast<int>(height);
    encoder.picture.writer = append_output;
    encoder.picture.custom_ptr = &output;
    if (import(encoder.picture) == 0 || WebPEncode(&config, &encoder.picture) == 0) {
        return encoder_failure(encoder.picture.error_code);
    }
    return output;
}

} // namespace

result<void> decode_webp(std::string_view bytes, const pixel_area& target) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    WebPDecoderConfig config;
    if (WebPInitDecoderConfig(&config) == 0) {
        return failure{failure_kind::unavailable, "webp: another library version than built for"};
    }
    if (auto status = WebPGetFeatures(data, bytes.size(), &config.input); status != VP8_STATUS_OK) {
        return webp_failure(status);
    }
    if (static_cast<std::uint32_t>(config.input.width) != target.width
        || static_cast<std::uint32_t>(config.input.height) != target.height) {
        return failure{failure_kind::corrupt, "webp: two different sizes"};
    }
    // libwebp has no call that hands out rows one by one into foreign memory, so a picture with
    // alpha (rare here) is held once more.
    const bool alpha = config.input.has_alpha != 0;
    const std::size_t rgba_stride = target.width * rgba_channels;
    std::vector<std::uint8_t> rgba(alpha ? rgba_stride * target.height : 0);
    const std::size_t stride = alpha ? rgba_stride : target.stride;
    const std::size_t row_bytes = alpha ? rgba_stride : target.width * rgb_channels;
    config.output.colorspace = alpha ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = alpha ? rgba.data() : target.first;
    config.output.u.RGBA.stride = static_cast<int>(stride);
    config.output.u.RGBA.size = stride * (target.height - 1) + row_bytes;
    if (auto status = WebPDecode(data, bytes.size(), &config); status != VP8_STATUS_OK) {
        return webp_failure(status);
    }
    for (std::uint32_t y = 0; alpha && y < target.height; ++y) {
        flatten_row(rgba.data() + y * rgba_stride, target.row(y), target.width);
    }
    return {};
}

result<void> decode_webp_rgba(
    std::string_view bytes, const picture_info& info, std::vector<std::uint8_t>& into
) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    int width = 0;
    int height = 0;
    if (WebPGetInfo(data, bytes.size(), &width, &height) == 0
        || static_cast<std::uint32_t>(width) != info.width
        || static_cast<std::uint32_t>(height) != info.height) {
        return failure{failure_kind::corrupt, "webp: two different sizes"};
    }
    const auto stride = static_cast<int>(info.width * rgba_channels);
    if (WebPDecodeRGBAInto(data, bytes.size(), into.data(), into.size(), stride) == nullptr) {
        return failure{failure_kind::corrupt, "webp: damaged"};
    }
    return {};
}

result<std::string> encode_webp(const bitmap& pixels, int quality) {
    const int stride = static_cast<int>(pixels.width * rgb_channels);
    return encode_rows(pixels.width, pixels.height, quality, [&](WebPPicture& into) {
        return WebPPictureImportRGB(&into, pixels.rgb.data(), stride);
    });
}

result<std::string> encode_webp_rgba(
    std::uint32_t width, std::uint32_t height, const std::vector<std::uint8_t>& rgba, int quality
) {
    const int stride = static_cast<int>(width * rgba_channels);
    return encode_rows(width, height, quality, [&](WebPPicture& into) {
        return WebPPictureImportRGBA(&into, rgba.data(), stride);
    });
}

} // namespace imagined::store
