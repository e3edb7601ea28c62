#include "pictures/input_pictures.hpp"
#include "pictures/picture_text.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/store/picture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace imagined;
using namespace imagined::submit;

namespace {

// Noise, so that its base64 has a '+' here and there; long enough for several lines.
std::string noise(store::picture_format format, unsigned seed = 1, std::uint32_t side = 40) {
    std::mt19937 random(seed);
    store::bitmap pixels;
    pixels.width = side;
    pixels.height = side;
    for (std::uint32_t i = 0; i < side * side * 3; ++i) {
        pixels.rgb.push_back(static_cast<std::uint8_t>(random()));
    }
    const auto bytes = store::encode(pixels, format, 90);
    REQUIRE(bytes.has_value());
    return *bytes;
}

std::string replaced(std::string text, char from, const std::string& to) {
    std::string made;
    for (const char c : text) {
        made += c == from ? to : std::string(1, c);
    }
    return made;
}

std::string folded(const std::string& text, std::size_t column, const std::string& by) {
    std::string made;
    for (std::size_t at = 0; at < text.size(); at += column) {
        made += at == 0 ? "" : by;
        made += text.substr(at, column);
    }
    return made;
}

constexpr store::picture_format formats[] = {
    store::picture_format::png, store::picture_format::jpeg, store::picture_format::webp
};

} // namespace

TEST_CASE("base64 is read in every state in which clients leave it") {
    for (const auto format : formats) {
        const std::string bytes = noise(format);
        const std::string text = to_base64(bytes);
        REQUIRE(text.find('+') != std::string::npos);
        std::string unpadded = text;
        unpadded.erase(std::find(unpadded.begin(), unpadded.end(), '='), unpadded.end());
        const std::string url_safe = replaced(replaced(text, '+', "-"), '/', "_");
        const std::string encoded =
            replaced(replaced(replaced(text, '+', "%2B"), '/', "%2f"), '=', "%3D");
        const std::vector<std::string> spellings{
            text,
            unpadded,
            url_safe,
            "data:image/png;base64," + text,
            "DATA:;BASE64," + url_safe,
            "data:image/x;charset=utf-8;base64, " + text,
            "image/png;base64," + text,
            "  \n" + text + "\t ",
            encoded,
            "data:image/png;base64," + encoded,
            "data%3Aimage%2Fpng%3Bbase64%2C" + encoded,
            replaced(encoded, '%', "%25"),
            folded(text, 76, "\n"),
            folded(text, 64, "\r\n"),
            folded(text, 60, "\n\t"),
            folded(text, 76, " \r\n "),
            folded(text, 76, " "),
            folded(text, 64, "  "),
            folded(text, 5, " "),
        };
        for (const std::string& one : spellings) {
            CAPTURE(one.substr(0, 120));
            const auto read = read_picture_text(one);
            CHECK_FALSE(read.fault.has_value());
            CHECK_FALSE(read.restored_plus);
            CHECK(read.bytes == bytes);
        }
    }
}

TEST_CASE("a plus that became a space is restored, whatever else became a space") {
    for (const auto format : formats) {
        for (unsigned seed = 1; seed <= 12; ++seed) {
            const std::string bytes = noise(format, seed);
            const std::string text = to_base64(bytes);
            if (text.find('+') == std::string::npos) {
                continue;
            }
            const std::string spaced = replaced(text, '+', " ");
            for (const std::string& one :
                 {spaced,
                  "data:image/png;base64," + spaced,
                  " " + spaced + "  ",
                  folded(spaced, 76, "\r\n"),
                  replaced(folded(text, 76, "\n"), '+', " "),
                  folded(spaced, 76, " "),
                  folded(spaced, 64, "  ")}) {
                CAPTURE(seed);
                CAPTURE(one.substr(0, 200));
                const auto read = read_picture_text(one);
                CHECK(read.restored_plus);
                CHECK(read.bytes == bytes);
            }
        }
    }
}

TEST_CASE("what is no base64 is said to be none") {
    for (const char* text :
         {"",
          "!!!",
          "A",
          "data:image/png;base64,###",
          "data:image/png,abc",
          "data:image/png;base64",
          "iVBOR=w0KGgo",
          "http",
          "%",
          "%zz"}) {
        CAPTURE(text);
        input_picture one{"base64", text, {}};
        CHECK(take_in(one).has_value());
    }
    CHECK(read_picture_text("!!!").fault->zh == "base64格式错误");
}

TEST_CASE("a picture is taken in once, and what is wrong with it is named with its field") {
    const auto fault_of = [](const std::string& bytes) {
        input_picture as_text{"base64Array", to_base64(bytes), {}};
        const auto fault = take_in(as_text);
        input_picture as_file{"base64Array", "", bytes};
        const auto same = take_in(as_file);
        REQUIRE(fault.has_value());
        REQUIRE(same.has_value());
        CHECK(fault->en == same->en);
        CHECK(fault->en.starts_with("base64Array: "));
        CHECK(fault->zh.starts_with("base64Array: "));
        return *fault;
    };
    for (const auto format : formats) {
        const std::string bytes = noise(format);
        input_picture whole{"base64Array", to_base64(bytes), {}};
        CHECK_FALSE(take_in(whole).has_value());
        CHECK(whole.bytes == bytes);
        CHECK(whole.notes.empty());
        for (const std::size_t left : {bytes.size() - 1, bytes.size() / 2, std::size_t{16}}) {
            CAPTURE(left);
            CHECK(fault_of(bytes.substr(0, left)).en.find("cut off") != std::string::npos);
            CHECK(fault_of(bytes.substr(0, left)).zh.find("不完整") != std::string::npos);
        }
    }
    for (const auto& [bytes, kind] : std::vector<std::pair<std::string, std::string>>{
             {"GIF89a\1\1\1\1", "GIF"},
             {std::string("\0\0\0\x18", 4) + "ftypheic" + std::string(4, '\0') + "mif1heic", "HEIC"
             },
             {"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"}
         }) {
        const auto fault = fault_of(bytes);
        for (const std::string& text : {fault.en, fault.zh}) {
            CHECK(text.find(kind) != std::string::npos);
            CHECK(text.find("PNG") != std::string::npos);
            CHECK(text.find("WebP") != std::string::npos);
        }
    }
}

TEST_CASE("a picture of 10 MB is taken, and not a byte more") {
    store::bitmap pixels;
    pixels.width = 8;
    pixels.height = 8;
    pixels.rgb.assign(std::size_t{8} * 8 * 3, 7);
    std::string bytes = *store::encode(pixels, store::picture_format::png);
    bytes.append(max_picture_bytes - bytes.size(), 'x');
    CHECK_FALSE(find_fault(bytes));
    CHECK(find_fault(bytes + 'x').value().en.find("10 MB") != std::string::npos);
}
