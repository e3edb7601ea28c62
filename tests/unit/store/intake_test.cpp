#include "imagined/store/intake.hpp"

#include "pictures.hpp"

#include <doctest/doctest.h>

#include <zlib.h>

#include <string>
#include <vector>

using namespace imagined;
using namespace imagined::store;
using namespace imagined::test;
using namespace std::string_literals;

namespace {

constexpr std::size_t most = std::size_t{10} * 1024 * 1024;

// A picture whose every quarter has another colour, so that no two turns of it look alike.
bitmap quarters(std::uint32_t width, std::uint32_t height) {
    bitmap made = flat(width, height, 0xdd2222);
    for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t x = 0; x < width; ++x) {
            const bool right = x >= width / 2;
            const bool low = y >= height / 2;
            std::uint8_t* pixel = &made.rgb[(std::size_t{y} * width + x) * 3];
            pixel[0] = right ? 0x20 : 0xd0;
            pixel[1] = low ? 0xd0 : 0x20;
            pixel[2] = right != low ? 0xd0 : 0x20;
        }
    }
    return made;
}

std::string number(std::uint64_t value, int bytes, bool big) {
    std::string text;
    for (int i = 0; i < bytes; ++i) {
        const int shift = 8 * (big ? bytes - 1 - i : i);
        text += static_cast<char>(value >> shift);
    }
    return text;
}

std::string png_crc(const std::string& covered) {
    const auto crc =
        crc32(0, reinterpret_cast<const Bytef*>(covered.data()), static_cast<uInt>(covered.size()));
    return number(crc, 4, true);
}

struct exif_form {
    bool big = true;
    int others = 1; // entries before it
    int type = 3;   // SHORT
};

std::string exif(int orientation, const exif_form& form = {}) {
    const auto n = [&](std::uint64_t value, int bytes) { return number(value, bytes, form.big); };
    std::string tiff = form.big ? "MM"s : "II"s;
    tiff += n(42, 2) + n(8, 4) + n(static_cast<std::uint64_t>(form.others) + 1, 2);
    for (int i = 0; i < form.others; ++i) {
        tiff += n(0x0100, 2) + n(4, 2) + n(1, 4) + n(640, 4);
    }
    const auto told = static_cast<std::uint64_t>(orientation);
    tiff += n(0x0112, 2) + n(static_cast<std::uint64_t>(form.type), 2) + n(1, 4);
    tiff += form.type == 3 ? n(told, 2) + n(0, 2) : n(told, 4);
    return tiff + n(0, 4);
}

std::string jpeg_with(const std::string& jpeg, const std::string& tiff) {
    const std::string data = "Exif\0\0"s + tiff;
    return jpeg.substr(0, 2) + "\xff\xe1" + number(data.size() + 2, 2, true) + data
           + jpeg.substr(2);
}

std::string png_with(const std::string& png, const std::string& tiff) {
    const std::size_t behind_header = 8 + 25;
    return png.substr(0, behind_header) + number(tiff.size(), 4, true) + "eXIf" + tiff
           + png_crc("eXIf" + tiff) + png.substr(behind_header);
}

std::string webp_with(const std::string& webp, const std::string& tiff) {
    std::string riff = webp;
    std::string chunk = "EXIF" + number(tiff.size(), 4, false) + tiff;
    chunk += tiff.size() % 2 == 1 ? "\0"s : ""s;
    riff += chunk;
    return riff.replace(4, 4, number(riff.size() - 8, 4, false));
}

bitmap shown(const std::string& bytes) {
    const auto pixels = decode(bytes);
    REQUIRE(pixels);
    return *pixels;
}

std::string written(const bitmap& pixels, picture_format format) {
    const auto bytes = encode(pixels, format, 95);
    REQUIRE(bytes);
    return *bytes;
}

std::string with_exif(const std::string& bytes, picture_format format, const std::string& tiff) {
    switch (format) {
    case picture_format::jpeg:
        return jpeg_with(bytes, tiff);
    case picture_format::png:
        return png_with(bytes, tiff);
    case picture_format::webp:
        return webp_with(bytes, tiff);
    }
    return bytes;
}

constexpr picture_format formats[] = {
    picture_format::png, picture_format::jpeg, picture_format::webp
};

} // namespace

TEST_CASE("the orientation is found in every kind of picture and every form of EXIF") {
    for (const picture_format format : formats) {
        const std::string plain = written(quarters(32, 16), format);
        CHECK(orientation_of(plain) == 1);
        for (int told = 1; told <= 8; ++told) {
            for (const exif_form& form :
                 {exif_form{}, exif_form{false, 0, 3}, exif_form{true, 7, 3}, exif_form{false, 2, 4}
                 }) {
                CAPTURE(told);
                const auto bytes = with_exif(plain, format, exif(told, form));
                CHECK(orientation_of(bytes) == told);
                CHECK(check_whole(bytes));
            }
        }
        for (const std::string& odd :
             {exif(0),
              exif(9),
              exif(6).substr(0, 20),
              exif(6).substr(0, 9),
              "MM"s,
              ""s,
              "MM\0*\xff\xff\xff\xff"s,
              exif(6, {true, 0, 2})}) {
            CHECK(orientation_of(with_exif(plain, format, odd)) == 1);
        }
    }
    CHECK(orientation_of("") == 1);
    CHECK(orientation_of("no picture") == 1);
}

TEST_CASE("a picture is turned as every viewer shows it") {
    // Where the four quarters of the stored picture are shown: top left, top right, low left.
    struct row {
        int orientation;
        int quarter[3]; // of the stored: 0 1 / 2 3
    };

    constexpr row rows[] = {
        {2, {1, 0, 3}},
        {3, {3, 2, 1}},
        {4, {2, 3, 0}},
        {5, {0, 2, 1}},
        {6, {2, 0, 3}},
        {7, {3, 1, 2}},
        {8, {1, 3, 0}},
    };
    const std::uint32_t width = 64;
    const std::uint32_t height = 32;
    const bitmap stored = quarters(width, height);
    const auto colour_of = [&](int quarter) {
        const auto column = static_cast<std::uint32_t>(quarter % 2);
        const auto line = static_cast<std::uint32_t>(quarter / 2);
        return pixel_at(stored, width / 4 + column * width / 2, height / 4 + line * height / 2);
    };
    const auto near = [](colour a, colour b) {
        for (const int shift : {0, 8, 16}) {
            const int difference =
                static_cast<int>(a >> shift & 0xff) - static_cast<int>(b >> shift & 0xff);
            if (difference > 24 || difference < -24) {
                return false;
            }
        }
        return true;
    };
    for (const picture_format format : formats) {
        const std::string plain = written(stored, format);
        for (const row& r : rows) {
            CAPTURE(r.orientation);
            CAPTURE(static_cast<int>(format));
            const auto turned = upright(with_exif(plain, format, exif(r.orientation)), most);
            REQUIRE(turned);
            CHECK(orientation_of(*turned) == 1);
            const bitmap seen = shown(*turned);
            CHECK(seen.width == (r.orientation >= 5 ? height : width));
            CHECK(seen.height == (r.orientation >= 5 ? width : height));
            CHECK(near(pixel_at(seen, seen.width / 4, seen.height / 4), colour_of(r.quarter[0])));
            CHECK(near(pixel_at(seen, seen.width * 3 / 4, seen.height / 4), colour_of(r.quarter[1]))
            );
            CHECK(near(pixel_at(seen, seen.width / 4, seen.height * 3 / 4), colour_of(r.quarter[2]))
            );
        }
    }
}

TEST_CASE("what is upright already stays byte for byte") {
    for (const picture_format format : formats) {
        const std::string plain = written(busy(24, 12), format);
        CHECK(upright(plain, most).value() == plain);
        const std::string stated = with_exif(plain, format, exif(1));
        CHECK(upright(stated, most).value() == stated);
        CHECK(upright(plain, 1).value() == plain); // no limit is asked of what is not written anew
    }
}

TEST_CASE("alpha is kept, and a limit of bytes is met") {
    std::vector<std::uint8_t> rgba(8 * 4 * 4, 200);
    rgba[3] = 0;
    const std::string png = png_of({8, 4, 8, 6}, rgba);
    const auto turned = upright(png_with(png, exif(6)), most);
    REQUIRE(turned);
    CHECK(sniff(*turned)->format == picture_format::png);
    CHECK(pixel_at(shown(*turned), 3, 0) == 0xffffff); // the hole, on white, at the top right
    const std::string noise =
        with_exif(written(busy(512, 512), picture_format::png), picture_format::png, exif(8));
    const auto small = upright(noise, 300000);
    REQUIRE(small);
    CHECK(small->size() <= 300000);
    CHECK(upright(noise, 1000).error().kind == failure_kind::invalid);
}

TEST_CASE("a cut picture is not whole, wherever it was cut") {
    for (const picture_format format : formats) {
        const std::string plain = written(busy(96, 64), format);
        CAPTURE(static_cast<int>(format));
        CHECK(check_whole(plain));
        CHECK(check_whole(plain + "trailing bytes"));
        for (std::size_t cut = 1; cut < plain.size(); cut += 1 + cut / 2) {
            CAPTURE(cut);
            const auto checked = check_whole(plain.substr(0, plain.size() - cut));
            CHECK_FALSE(checked);
        }
    }
    const std::string jpeg = written(busy(96, 64), picture_format::jpeg);
    const std::string patched = jpeg.substr(0, jpeg.size() / 2) + "\xff\xd9";
    CHECK(check_whole(patched).error().kind == failure_kind::corrupt);
    const std::string progressive = jpeg_of(busy(96, 64), {.progressive = true});
    CHECK(check_whole(progressive));
    CHECK_FALSE(check_whole(progressive.substr(0, progressive.size() * 3 / 4)));
    CHECK_FALSE(check_whole("no picture"));
}

TEST_CASE("a picture too large to be held is checked row by row") {
    const std::string large = written(flat(2600, 1700, 0x336699), picture_format::png);
    CHECK(check_whole(large));
    CHECK_FALSE(check_whole(large.substr(0, large.size() - 20)));
}

TEST_CASE("other kinds are known by their names") {
    struct row {
        std::string bytes;
        const char* kind;
    };

    const std::vector<row> rows{
        {"GIF89a\1\0\1\0"s, "GIF"},
        {"GIF87a\1\0\1\0"s, "GIF"},
        {"\0\0\0\x18"s + "ftypheic\0\0\0\0mif1heic"s, "HEIC"},
        {"\0\0\0\x18"s + "ftypmif1\0\0\0\0mif1heic"s, "HEIC"},
        {"\0\0\0\x1c"s + "ftypavif\0\0\0\0avifmif1miaf"s, "AVIF"},
        {"\0\0\0\x1c"s + "ftypmif1\0\0\0\0mif1avifmiaf"s, "AVIF"},
        {"\0\0\0\x18"s + "ftypisom\0\0\0\0isommp42"s, "MP4"},
        {"II*\0\x08\0\0\0"s, "TIFF"},
        {"MM\0*\0\0\0\x08"s, "TIFF"},
        {"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0\1\0"s, "BMP"},
        {"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG"},
        {"\xef\xbb\xbf <?xml version=\"1.0\"?>\n<!-- x --><svg/>", "SVG"},
        {"<!DOCTYPE html><html></html>", "HTML"},
        {"<HTML><body>", "HTML"},
        {"\0\0\1\0\1\0\x10\x10"s, "ICO"},
        {"8BPS\0\1", "PSD"},
        {"%PDF-1.7", "PDF"},
        {"\xff\x0a", "JPEG XL"},
        {"\0\0\0\x0cJXL \r\n"s, "JPEG XL"},
        {"\0\0\0\x0cjP  \r\n"s, "JPEG 2000"},
        {"qoif\0\0", "QOI"},
        {"", ""},
        {"hello", ""},
        {"BM is a word", ""},
        {"<?xml version=\"1.0\"?><rss/>", ""},
        {"\0\0\0\xff"s + "ftyp", ""},
    };
    for (const row& r : rows) {
        CAPTURE(r.kind);
        CAPTURE(r.bytes);
        CHECK(foreign_kind(r.bytes) == r.kind);
    }
    for (const picture_format format : formats) {
        CHECK(foreign_kind(written(flat(8, 8, 0), format)).empty());
    }
}
