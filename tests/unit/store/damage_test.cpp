// Every damaged file either decodes or fails; under the sanitizers this also shows that no byte is
// read or written that should not be.
#include "pictures.hpp"

#include <doctest/doctest.h>

#include <random>
#include <span>

using namespace imagined;
using namespace imagined::store;

namespace {

struct sample {
    std::string name;
    std::string bytes;
};

std::vector<sample> good_pictures() {
    const bitmap pixels = test::busy(41, 35);
    std::vector<std::uint8_t> rgba;
    for (std::size_t i = 0; i < std::size_t{41} * 35; ++i) {
        rgba.insert(
            rgba.end(),
            {static_cast<std::uint8_t>(i),
             7,
             static_cast<std::uint8_t>(i / 41),
             static_cast<std::uint8_t>(i * 3)}
        );
    }
    return {
        {"png", *encode(pixels, picture_format::png)},
        {"png with alpha, interlaced",
         test::png_of({.width = 41, .height = 35, .colour_type = 6, .interlaced = true}, rgba)},
        {"jpeg", *encode(pixels, picture_format::jpeg)},
        {"progressive jpeg", test::jpeg_of(pixels, {.progressive = true, .full_chroma = true})},
        {"webp", *encode(pixels, picture_format::webp)},
        {"lossless webp with alpha", test::lossless_webp_of(41, 35, rgba)}
    };
}

// From memory that is exactly that long, so that the sanitizer sees a read beyond its end.
result<bitmap> decode_exactly(std::span<const char> bytes) {
    const std::vector<char> copy(bytes.begin(), bytes.end());
    return decode(std::string_view(copy.data(), copy.size()));
}

bool is_refusal(const failure& error) {
    return error.kind == failure_kind::corrupt || error.kind == failure_kind::invalid;
}

} // namespace

TEST_CASE("a file that is cut anywhere is refused") {
    for (const auto& [name, bytes] : good_pictures()) {
        CAPTURE(name);
        REQUIRE(decode(bytes));
        // libspng asks for a PNG's end mark, not for the four bytes of checksum of that empty
        // chunk.
        const std::size_t vital = bytes.size() - (name.starts_with("png") ? 4 : 0);
        for (std::size_t size = 0; size < vital; ++size) {
            const auto pixels = decode_exactly(std::span(bytes).first(size));
            CAPTURE(size);
            REQUIRE_FALSE(pixels);
            REQUIRE(is_refusal(pixels.error()));
        }
    }
}

TEST_CASE("a file that is cut in its pixels is corrupt, not invalid") {
    for (const auto& [name, bytes] : good_pictures()) {
        CAPTURE(name);
        for (const std::size_t percent : {70, 90, 99}) {
            const auto pixels =
                decode_exactly(std::span(bytes).first(bytes.size() * percent / 100));
            REQUIRE_FALSE(pixels);
            CHECK(pixels.error().kind == failure_kind::corrupt);
        }
    }
}

TEST_CASE("a JPEG that was cut and closed again is corrupt") {
    for (const auto& [name, bytes] : good_pictures()) {
        if (name.ends_with("jpeg")) {
            CAPTURE(name);
            const auto pixels = decode_exactly(bytes.substr(0, bytes.size() / 2) + "\xff\xd9");
            REQUIRE_FALSE(pixels);
            CHECK(pixels.error().kind == failure_kind::corrupt);
        }
    }
}

TEST_CASE("a PNG of which any one byte was changed is refused") {
    const std::string good = good_pictures()[0].bytes;
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bytes = good;
        bytes[i] = static_cast<char>(bytes[i] ^ 0x10);
        CAPTURE(i);
        const auto pixels = decode_exactly(bytes);
        REQUIRE_FALSE(pixels);
        REQUIRE(is_refusal(pixels.error()));
    }
}

TEST_CASE("a file with random damage decodes to its size or is refused") {
    std::mt19937 random(20260101);
    for (const auto& [name, good] : good_pictures()) {
        CAPTURE(name);
        for (int round = 0; round < 1500; ++round) {
            std::string bytes = good;
            const unsigned changes = 1 + random() % 4;
            for (unsigned i = 0; i < changes; ++i) {
                bytes[random() % bytes.size()] = static_cast<char>(random());
            }
            CAPTURE(round);
            const auto header = sniff(bytes);
            const auto pixels = decode_exactly(bytes);
            if (pixels) {
                REQUIRE(header);
                REQUIRE(pixels->width == header->width);
                REQUIRE(pixels->rgb.size() == std::size_t{header->width} * header->height * 3);
            } else {
                REQUIRE(is_refusal(pixels.error()));
            }
        }
    }
}

TEST_CASE("bytes behind the end of a picture do no harm") {
    for (const auto& [name, bytes] : good_pictures()) {
        CAPTURE(name);
        CHECK(decode_exactly(bytes + "trailing bytes").has_value());
    }
}
