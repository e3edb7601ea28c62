#include "pictures.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::store;
using namespace std::string_view_literals;

namespace {

void check_header(const std::string& bytes, picture_format format) {
    const auto info = sniff(bytes);
    REQUIRE(info);
    CHECK(info->format == format);
    CHECK(info->width == 33);
    CHECK(info->height == 21);
}

} // namespace

TEST_CASE("format and size are read from the bytes of every format") {
    const bitmap pixels = test::busy(33, 21);
    for (const auto format : {picture_format::png, picture_format::jpeg, picture_format::webp}) {
        CAPTURE(media_type(format));
        check_header(*encode(pixels, format), format);
    }
}

TEST_CASE("a progressive JPEG, a lossless WebP and one with alpha are recognised") {
    check_header(test::jpeg_of(test::busy(33, 21), {.progressive = true}), picture_format::jpeg);
    const std::vector<std::uint8_t> rgba(std::size_t{33} * 21 * 4, 100);
    check_header(test::lossless_webp_of(33, 21, rgba), picture_format::webp);
}

TEST_CASE("the header of a JPEG is found behind large segments and fill bytes") {
    const std::string plain = test::jpeg_of(test::busy(33, 21), {});
    check_header(test::with_segments(plain, 200'000), picture_format::jpeg);
    check_header(plain.substr(0, 2) + "\xff\xff\xff" + plain.substr(2), picture_format::jpeg);
}

TEST_CASE("what is no picture is not taken for one") {
    CHECK_FALSE(sniff(""));
    CHECK_FALSE(sniff("<!DOCTYPE html><html>"));
    CHECK_FALSE(sniff("{\"error\":\"no such picture\"}"));
    CHECK_FALSE(sniff("GIF89a\x10\x00\x10\x00 and more bytes"sv));
    CHECK_FALSE(sniff("\x89PNG"sv));
    CHECK_FALSE(sniff("\xff\xd8\xff"sv));
    CHECK_FALSE(sniff("\xff\xd8\xff\xe0\x00\x00\xff\xc0\x00\x11\x08\x00\x10\x00\x10\x03"sv));
    CHECK_FALSE(sniff("RIFF\x10\x00\x00\x00WAVEfmt \x10\x00\x00\x00"sv));
}

TEST_CASE("a JPEG without a frame header before its data is not taken for a picture") {
    const auto data_first = "\xff\xd8\xff\xda\x00\x02\xff\xc0\x00\x11\x08\x00\x10\x00\x10\x03"sv;
    const auto ended = "\xff\xd8\xff\xd9\x00\x02\xff\xc0\x00\x11\x08\x00\x10\x00\x10\x03"sv;
    const auto table_first = "\xff\xd8\xff\xdb\x00\x02\xff\xc0\x00\x11\x08\x00\x10\x00\x10\x03"sv;
    CHECK_FALSE(sniff(data_first));
    CHECK_FALSE(sniff(ended));
    CHECK(sniff(table_first).has_value());
}

TEST_CASE("a Huffman table is not taken for a frame header") {
    const auto table = "\xff\xd8\xff\xc4\x00\x09\x01\x02\x03\x04\x05\x06\x07\xff\xd9"sv;
    CHECK_FALSE(sniff(table));
}

TEST_CASE("a picture without width or height is not taken for one") {
    CHECK_FALSE(sniff(test::png_header(0, 10)));
    CHECK_FALSE(sniff(test::png_header(10, 0)));
    CHECK_FALSE(sniff(test::png_header(0x80000000, 1)));
    CHECK_FALSE(sniff("\xff\xd8\xff\xc0\x00\x11\x08\x00\x00\x00\x10\x03 and so on"sv));
}

TEST_CASE("a header that is cut anywhere is not taken for a picture") {
    const bitmap pixels = test::busy(33, 21);
    for (const auto format : {picture_format::png, picture_format::jpeg, picture_format::webp}) {
        const std::string bytes = *encode(pixels, format);
        const bool jpeg = format == picture_format::jpeg;
        const std::size_t shortest = jpeg ? bytes.find("\xff\xc0") + 9 : 29;
        for (std::size_t size = 0; size < shortest; ++size) {
            CAPTURE(size);
            // On the heap and exactly that long, so that a read beyond the end is noticed.
            const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<long>(size));
            CHECK_FALSE(sniff(std::string_view(cut.data(), cut.size())));
        }
    }
}

TEST_CASE("formats have the names by which browsers know them") {
    CHECK(media_type(picture_format::png) == "image/png");
    CHECK(media_type(picture_format::jpeg) == "image/jpeg");
    CHECK(media_type(picture_format::webp) == "image/webp");
    CHECK(extension(picture_format::png) == "png");
    CHECK(extension(picture_format::jpeg) == "jpg");
    CHECK(extension(picture_format::webp) == "webp");
}
