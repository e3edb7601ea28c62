#include "imagined/store/intake.hpp"

#include <algorithm>
#include <array>

namespace imagined::store {

namespace {

using namespace std::string_view_literals;

struct known_start {
    std::string_view bytes;
    std::string_view kind;
};

constexpr std::array starts{
    known_start{"GIF87a"sv, "GIF"},
    known_start{"GIF89a"sv, "GIF"},
    known_start{"II*\0"sv, "TIFF"},
    known_start{"MM\0*"sv, "TIFF"},
    known_start{"II+\0"sv, "TIFF"},
    known_start{"MM\0+"sv, "TIFF"},
    known_start{"8BPS"sv, "PSD"},
    known_start{"%PDF"sv, "PDF"},
    known_start{"\0\0\1\0"sv, "ICO"},
    known_start{"\xff\x0a"sv, "JPEG XL"},
    known_start{"\0\0\0\x0cJXL "sv, "JPEG XL"},
    known_start{"\0\0\0\x0cjP  "sv, "JPEG 2000"},
    known_start{"\xff\x4f\xff\x51"sv, "JPEG 2000"},
    known_start{"qoif"sv, "QOI"},
};

// The brands of ISO's base media format that are pictures. What states only that it is one of them
// may hold either codec: the others that it names decide.
constexpr std::array avif{"avif"sv, "avis"sv, "avio"sv};
constexpr std::array heif{
    "heic"sv,
    "heix"sv,
    "hevc"sv,
    "hevx"sv,
    "heim"sv,
    "heis"sv,
    "hevm"sv,
    "hevs"sv,
    "mif1"sv,
    "msf1"sv
};
constexpr std::size_t most_brands = 32;

template <class Brands>
bool names_any(std::string_view list, const Brands& wanted) {
    for (std::size_t i = 0; i < most_brands && list.size() >= 4; ++i, list.remove_prefix(4)) {
        if (std::find(wanted.begin(), wanted.end(), list.substr(0, 4)) != wanted.end()) {
            return true;
        }
    }
    return false;
}

// The kind of a file that begins with an `ftyp` box.
std::string_view media_kind(std::string_view bytes) {
    const auto length = static_cast<unsigned char>(bytes[3]);
    std::string brands(bytes.substr(8, 4));
    if (length > 16 && bytes.size() > 16) {
        brands += bytes.substr(16, length - 16U);
    }
    if (names_any(brands, avif)) {
        return "AVIF";
    }
    return names_any(brands, heif) ? "HEIC" : "MP4";
}

bool starts_with_word(std::string_view text, std::string_view word) {
    return text.size() >= word.size()
           && std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) {
                  return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
              });
}

// SVG begins with itself or with what XML puts first; a page is what a link that has died gives.
std::string_view text_kind(std::string_view bytes) {
    constexpr std::size_t looked_at = 2048;
    std::string_view text = bytes.substr(0, looked_at);
    if (text.starts_with("\xef\xbb\xbf")) {
        text.remove_prefix(3);
    }
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    if (starts_with_word(text, "<!doctype html") || starts_with_word(text, "<html")) {
        return "HTML";
    }
    const bool xml = starts_with_word(text, "<?xml") || starts_with_word(text, "<!doctype svg")
                     || starts_with_word(text, "<!--");
    return starts_with_word(text, "<svg") || (xml && text.find("<svg") != text.npos) ? "SVG" : "";
}

bool is_bmp(std::string_view bytes) {
    return bytes.size() > 26 && bytes.starts_with("BM") && bytes.substr(6, 4) == "\0\0\0\0"sv;
}

} // namespace

std::string_view foreign_kind(std::string_view bytes) {
    for (const known_start& one : starts) {
        if (bytes.starts_with(one.bytes)) {
            return one.kind;
        }
    }
    if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp") {
        return media_kind(bytes);
    }
    return is_bmp(bytes) ? "BMP" : text_kind(bytes);
}

} // namespace imagined::store
