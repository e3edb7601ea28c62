// The fast reader against PNGs that are put together here, filter by filter.
#include "plain_png.hpp"

#include "imagined/store/picture.hpp"
#include "plain_grid.hpp"
#include "png_filters.hpp"

#include <zlib.h>

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace imagined;
using namespace imagined::store;

namespace {

using bytes = std::vector<std::uint8_t>;

struct form {
    std::uint32_t width = 5;
    std::uint32_t height = 4;
    std::size_t channels = 3;
    int filter = -1; // of every row; -1: each in turn
    std::size_t idat_bytes = 1000000;
    std::string before = {}; // chunks before the pixels
    std::string between = {};
    std::uint8_t depth = 8;
    std::uint8_t interlace = 0;
    std::size_t surplus = 0; // bytes behind the last row
    std::string after = {};  // behind the end of what is packed
};

std::string big_endian_number(std::uint32_t value) {
    return {
        static_cast<char>(value >> 24),
        static_cast<char>(value >> 16),
        static_cast<char>(value >> 8),
        static_cast<char>(value)
    };
}

std::string chunk(const std::string& type, const std::string& data) {
    const std::string covered = type + data;
    const auto crc =
        crc32(0, reinterpret_cast<const Bytef*>(covered.data()), static_cast<uInt>(covered.size()));
    return big_endian_number(static_cast<std::uint32_t>(data.size())) + covered
           + big_endian_number(static_cast<std::uint32_t>(crc));
}

int nearest(int left, int up, int corner) {
    const int guess = left + up - corner;
    const int a = std::abs(guess - left);
    const int b = std::abs(guess - up);
    const int c = std::abs(guess - corner);
    return a <= b && a <= c ? left : b <= c ? up : corner;
}

int predicted(int filter, int left, int up, int corner) {
    const int by_filter[] = {0, left, up, (left + up) / 2, nearest(left, up, corner)};
    return by_filter[filter];
}

// As the specification words it, byte by byte.
std::string filtered(const bytes& pixels, const form& as) {
    const std::size_t row = as.width * as.channels;
    std::string out;
    for (std::size_t y = 0; y < as.height; ++y) {
        const int filter = as.filter >= 0 ? as.filter : static_cast<int>(y % 5);
        out += static_cast<char>(filter);
        for (std::size_t i = 0; i < row; ++i) {
            const bool first = i < as.channels;
            const std::size_t at = y * row + i;
            const int left = first ? 0 : pixels[at - as.channels];
            const int up = y == 0 ? 0 : pixels[at - row];
            const int corner = first || y == 0 ? 0 : pixels[at - row - as.channels];
            out += static_cast<char>(pixels[at] - predicted(filter, left, up, corner));
        }
    }
    return out;
}

std::string packed(const std::string& raw) {
    uLongf size = compressBound(static_cast<uLong>(raw.size()));
    std::string out(size, '\0');
    REQUIRE(
        compress(
            reinterpret_cast<Bytef*>(out.data()),
            &size,
            reinterpret_cast<const Bytef*>(raw.data()),
            static_cast<uLong>(raw.size())
        )
        == Z_OK
    );
    out.resize(size);
    return out;
}

std::string start(const form& as) {
    std::string header = big_endian_number(as.width) + big_endian_number(as.height);
    header += {static_cast<char>(as.depth), as.channels == 3 ? '\2' : '\6', '\0', '\0'};
    header += static_cast<char>(as.interlace);
    return std::string("\x89PNG\r\n\x1a\n", 8) + chunk("IHDR", header) + as.before;
}

std::string plain_png_of(const bytes& pixels, const form& as) {
    std::string made = start(as);
    const auto data = packed(filtered(pixels, as) + std::string(as.surplus, '\0')) + as.after;
    for (std::size_t at = 0; at < data.size(); at += as.idat_bytes) {
        made += (at > 0 ? as.between : "") + chunk("IDAT", data.substr(at, as.idat_bytes));
    }
    return made + chunk("IEND", "");
}

bytes noise(const form& as) {
    std::mt19937 random(as.width * 31 + as.height);
    bytes pixels(std::size_t{as.width} * as.height * as.channels);
    for (auto& value : pixels) {
        value = static_cast<std::uint8_t>(random());
    }
    return pixels;
}

struct decoded_png {
    bool plain = false;
    bitmap shown;
};

decoded_png read(const std::string& file, const form& as) {
    decoded_png made{false, make_bitmap(as.width, as.height, 1)};
    made.plain = decode_plain_png(file, area_of(made.shown));
    return made;
}

bytes on_paper(const bytes& rgba) {
    bytes rgb(rgba.size() / rgba_channels * rgb_channels);
    flatten_row(rgba.data(), rgb.data(), static_cast<std::uint32_t>(rgba.size() / rgba_channels));
    return rgb;
}

} // namespace

TEST_CASE("every filter gives back the pixels, with and without alpha, in any size") {
    for (const std::size_t channels : {3, 4}) {
        for (int filter = -1; filter <= 4; ++filter) {
            for (const auto& [width, height] : {std::pair{1U, 1U}, {2U, 7U}, {67U, 9U}}) {
                CAPTURE(channels);
                CAPTURE(filter);
                CAPTURE(width);
                form as{.width = width, .height = height, .channels = channels, .filter = filter};
                const auto pixels = noise(as);
                const auto made = read(plain_png_of(pixels, as), as);
                CHECK(made.plain);
                CHECK(made.shown.rgb == (channels == 3 ? pixels : on_paper(pixels)));
            }
        }
    }
}

TEST_CASE("a picture of one, two or many chunks is whole, empty ones among them") {
    for (const std::size_t idat : {7, 8192, 400000, 1000000}) {
        const form as{
            .width = 301,
            .height = 500,
            .idat_bytes = idat,
            .before = idat == 8192 ? chunk("IDAT", "") : "",
            .between = idat == 400000 ? chunk("IDAT", "") : ""
        };
        const auto pixels = noise(as);
        const auto made = read(plain_png_of(pixels, as), as);
        CHECK(made.plain);
        CHECK(made.shown.rgb == pixels);
    }
}

TEST_CASE("what changes no pixel is passed over") {
    const form as{.before = chunk("tEXt", "Comment") + chunk("pHYs", "123456789")};
    const auto pixels = noise(as);
    const auto made = read(plain_png_of(pixels, as), as);
    CHECK(made.plain);
    CHECK(made.shown.rgb == pixels);
}

TEST_CASE("other forms are left to libspng") {
    form as;
    const auto pixels = noise(as);
    const auto is_plain = [&](const form& other) {
        return read(plain_png_of(pixels, other), as).plain;
    };
    REQUIRE(is_plain(as));
    CHECK_FALSE(is_plain({.depth = 16}));
    CHECK_FALSE(is_plain({.interlace = 1}));
    CHECK_FALSE(is_plain({.before = chunk("tRNS", "abcdef")}));
    CHECK_FALSE(is_plain({.before = chunk("PLTE", "abc")}));
    CHECK_FALSE(is_plain({.before = chunk("NEWS", "abc")}));
    CHECK_FALSE(is_plain({.idat_bytes = 20, .between = chunk("tEXt", "a")}));
    CHECK_FALSE(is_plain({.width = 4, .height = 5}));
}

TEST_CASE("more than the picture is not plain") {
    const form as;
    const auto pixels = noise(as);
    for (const auto& odd : {form{.surplus = 1}, form{.surplus = 300}, form{.after = "x"}}) {
        CHECK_FALSE(read(plain_png_of(pixels, odd), as).plain);
    }
    const std::string packed_twice = packed(filtered(pixels, as)) + packed(filtered(pixels, as));
    CHECK_FALSE(read(start(as) + chunk("IDAT", packed_twice) + chunk("IEND", ""), as).plain);
}

TEST_CASE("less than the picture is not plain, whatever its CRCs say") {
    const form as;
    const form low{.height = 3};
    const auto pixels = noise(as);
    const auto row_missing = packed(filtered(pixels, low));
    CHECK_FALSE(read(start(as) + chunk("IDAT", row_missing) + chunk("IEND", ""), as).plain);
    CHECK_FALSE(read(start(as) + chunk("IEND", ""), as).plain);
    const auto data = packed(filtered(pixels, as));
    for (std::size_t size = 0; size < data.size(); ++size) {
        CAPTURE(size);
        const auto cut = data.substr(0, size);
        CHECK_FALSE(read(start(as) + chunk("IDAT", cut) + chunk("IEND", ""), as).plain);
        const auto halves =
            chunk("IDAT", cut.substr(0, size / 2)) + chunk("IDAT", cut.substr(size / 2));
        CHECK_FALSE(read(start(as) + halves + chunk("IEND", ""), as).plain);
    }
}

TEST_CASE("a filter that does not exist is not plain") {
    for (const std::size_t channels : {3, 4}) {
        const form as{.channels = channels};
        std::string rows = filtered(noise(as), as);
        rows[0] = 5;
        const std::string body = chunk("IDAT", packed(rows)) + chunk("IEND", "");
        CHECK_FALSE(read(start(as) + body, as).plain);
    }
}

TEST_CASE("a picture whose second checksum is wrong is left to libspng, which asks for CRCs only") {
    const form as;
    const auto pixels = noise(as);
    auto data = packed(filtered(pixels, as));
    data.back() = static_cast<char>(data.back() ^ 1);
    const auto file = start(as) + chunk("IDAT", data) + chunk("IEND", "");
    CHECK_FALSE(read(file, as).plain);
    const auto shown = decode(file);
    REQUIRE(shown.has_value());
    CHECK(shown->rgb == pixels);
}

TEST_CASE("a large picture is unpacked a row at a time") {
    const form as{.width = 4096, .height = 4096, .channels = 4};
    const std::string rows((as.width * as.channels + 1) * as.height, '\0');
    const auto made = read(start(as) + chunk("IDAT", packed(rows)) + chunk("IEND", ""), as);
    CHECK(made.plain);
    CHECK(made.shown.rgb.back() == 255); // nothing, on white paper
}

TEST_CASE("anything behind the packed pixels is noticed, in their chunk or in another") {
    const form as;
    const auto data = packed(filtered(noise(as), as));
    for (std::size_t more = 1; more <= 20; ++more) {
        CAPTURE(more);
        const std::string surplus(more, 'x');
        const auto one = chunk("IDAT", data + surplus);
        const auto two = chunk("IDAT", data) + chunk("IDAT", surplus);
        CHECK_FALSE(read(start(as) + one + chunk("IEND", ""), as).plain);
        CHECK_FALSE(read(start(as) + two + chunk("IEND", ""), as).plain);
    }
    const auto nothing = chunk("IDAT", data) + chunk("IDAT", "");
    CHECK(read(start(as) + nothing + chunk("IEND", ""), as).plain);
}

TEST_CASE("four pictures side by side are undone as each of them alone is") {
    std::mt19937 random(7);
    for (const auto by : {instructions::any, best_instructions()}) {
        for (const std::size_t pixel : {rgb_channels, rgba_channels}) {
            for (const std::size_t width : {1, 2, 3, 50}) {
                const std::size_t bytes = width * pixel;
                four_pictures lanes(width, pixel, by);
                std::array<std::vector<std::uint8_t>, abreast> above;
                above.fill(std::vector<std::uint8_t>(bytes, 0));
                for (int row = 0; row < 200; ++row) {
                    std::array<std::vector<std::uint8_t>, abreast> raw;
                    std::array<std::vector<std::uint8_t>, abreast> out;
                    std::array<const std::uint8_t*, abreast> from{};
                    std::array<std::uint8_t*, abreast> to{};
                    // Rows of one filter each, and of any; extremes, where bytes would overflow.
                    const int same = row % 10 < 5 ? row % 5 : -1;
                    for (std::size_t k = 0; k < abreast; ++k) {
                        raw[k].resize(1 + bytes + 1);
                        for (auto& value : raw[k]) {
                            value = static_cast<std::uint8_t>(
                                row % 3 > 0 ? random() : 127 + random() % 3
                            );
                        }
                        raw[k][0] = static_cast<std::uint8_t>(same >= 0 ? same : random() % 5);
                        out[k].resize(bytes + 1, 77);
                        from[k] = raw[k].data();
                        to[k] = out[k].data();
                    }
                    REQUIRE(lanes.undo(from, to));
                    for (std::size_t k = 0; k < abreast; ++k) {
                        std::vector<std::uint8_t> alone(bytes);
                        REQUIRE(undo_filter(
                            raw[k][0], pixel, {&raw[k][1], above[k].data(), alone.data(), bytes}
                        ));
                        CHECK(out[k].back() == 77); // what is behind a row is another's
                        out[k].pop_back();
                        CHECK(out[k] == alone);
                        above[k] = alone;
                    }
                }
            }
        }
    }
}

TEST_CASE("of four pictures side by side each filter must exist") {
    for (std::size_t wrong = 0; wrong < abreast; ++wrong) {
        four_pictures lanes(1, rgb_channels);
        std::array<std::array<std::uint8_t, 5>, abreast> raw{};
        raw[wrong][0] = 5;
        std::array<std::array<std::uint8_t, 3>, abreast> out{};
        CHECK_FALSE(lanes.undo(
            {raw[0].data(), raw[1].data(), raw[2].data(), raw[3].data()},
            {out[0].data(), out[1].data(), out[2].data(), out[3].data()}
        ));
    }
}

namespace {

std::vector<std::string> four_plain(const form& as) {
    std::vector<std::string> files;
    for (unsigned k = 0; k < 4; ++k) {
        auto pixels = noise(as);
        for (auto& value : pixels) {
            value = static_cast<std::uint8_t>(value / 4 + 50 * k);
        }
        files.push_back(plain_png_of(pixels, as));
    }
    return files;
}

std::vector<std::string_view> views_of(const std::vector<std::string>& files) {
    return {files.begin(), files.end()};
}

} // namespace

TEST_CASE("a grid of four plain pictures is what drawing and encoding them makes") {
    for (const std::size_t channels : {3, 4}) {
        for (const auto& [width, height] : {std::pair{1U, 1U}, {2U, 7U}, {67U, 33U}}) {
            CAPTURE(channels);
            CAPTURE(width);
            const auto files = four_plain({.width = width, .height = height, .channels = channels});
            const auto fast = plain_grid(views_of(files), default_quality);
            REQUIRE(fast.has_value());
            const auto drawn = decode(*compose_grid(views_of(files), picture_format::png));
            REQUIRE(drawn.has_value());
            CHECK(*fast == *encode(*drawn, picture_format::jpeg));
            CHECK(*fast == *compose_grid(views_of(files), picture_format::jpeg));
        }
    }
}

TEST_CASE("a grid of others is drawn one by one") {
    const form as;
    for (const auto& odd : {form{.width = 6}, form{.height = 5}, form{.channels = 4}}) {
        auto files = four_plain(as);
        files[2] = four_plain(odd)[2];
        CHECK_FALSE(plain_grid(views_of(files), default_quality).has_value());
        CHECK(compose_grid(views_of(files), picture_format::jpeg).has_value());
    }
    auto three = four_plain(as);
    three.pop_back();
    CHECK_FALSE(plain_grid(views_of(three), default_quality).has_value());
    CHECK_FALSE(plain_grid({}, default_quality).has_value());
}

TEST_CASE("a grid tells which of its pictures is damaged, wherever the damage is") {
    const form as{.width = 30, .height = 40};
    const auto whole = four_plain(as);
    for (std::size_t k = 0; k < whole.size(); ++k) {
        // Cut within the pixels, with a CRC that is right: only unpacking finds it.
        const auto data = packed(filtered(noise(as), as));
        for (const std::size_t size : {std::size_t{0}, data.size() / 2, data.size() - 5}) {
            auto files = whole;
            files[k] = start(as) + chunk("IDAT", data.substr(0, size)) + chunk("IEND", "");
            const auto made = compose_grid(views_of(files), picture_format::jpeg);
            REQUIRE_FALSE(made.has_value());
            CHECK(made.error().kind == failure_kind::corrupt);
            CHECK(made.error().detail.starts_with("picture " + std::to_string(k + 1) + ": "));
        }
    }
}

TEST_CASE("no cut and no changed byte passes for a plain picture") {
    for (const std::size_t idat : {40, 1000000}) {
        const form as{.idat_bytes = idat, .before = chunk("tEXt", "Comment")};
        const auto whole = plain_png_of(noise(as), as);
        for (std::size_t at = 0; at < whole.size(); ++at) {
            CAPTURE(at);
            CHECK_FALSE(read(whole.substr(0, at), as).plain);
            auto damaged = whole;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
            CHECK_FALSE(read(damaged, as).plain);
        }
    }
}
