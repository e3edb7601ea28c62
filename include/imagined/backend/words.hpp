// The closed sets of values that the documents list (ideogram-api.md §4). Aspects and resolutions
// are task/framing's; here is the rest.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::backend {

using word_list = std::span<const std::string_view>;

inline bool contains(word_list words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

inline bool contains(const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

namespace words {

inline constexpr std::array<std::string_view, 11> legacy_aspects{
    "ASPECT_10_16",
    "ASPECT_16_10",
    "ASPECT_9_16",
    "ASPECT_16_9",
    "ASPECT_3_2",
    "ASPECT_2_3",
    "ASPECT_4_3",
    "ASPECT_3_4",
    "ASPECT_1_1",
    "ASPECT_1_3",
    "ASPECT_3_1"
};
inline constexpr std::array<std::string_view, 15> v3_aspects{
    "1x3",
    "3x1",
    "1x2",
    "2x1",
    "9x16",
    "16x9",
    "10x16",
    "16x10",
    "2x3",
    "3x2",
    "3x4",
    "4x3",
    "4x5",
    "5x4",
    "1x1"
};

inline constexpr std::array<std::string_view, 3> magic{"AUTO", "ON", "OFF"};

inline constexpr std::array<std::string_view, 4> speeds{"FLASH", "TURBO", "DEFAULT", "QUALITY"};
// What every relay lists, and what Ideogram takes where FLASH answers 400.
inline constexpr std::array<std::string_view, 3> speeds_without_flash{
    "TURBO", "DEFAULT", "QUALITY"
};

inline constexpr std::array<std::string_view, 7> all_styles{
    "AUTO", "GENERAL", "REALISTIC", "DESIGN", "RENDER_3D", "ANIME", "FICTION"
};
inline constexpr std::array<std::string_view, 6> legacy_styles{
    "AUTO", "GENERAL", "REALISTIC", "DESIGN", "RENDER_3D", "ANIME"
};
inline constexpr std::array<std::string_view, 4> v3_styles{
    "AUTO", "GENERAL", "REALISTIC", "DESIGN"
};

inline constexpr std::array<std::string_view, 3> upscale_factors{"X1", "X2", "X4"};
inline constexpr std::array<std::string_view, 2> describe_models{"V_2", "V_3"};
inline constexpr std::array<std::string_view, 2> booleans{"true", "false"};
inline constexpr std::array<std::string_view, 8> palettes{
    "EMBER", "FRESH", "JUNGLE", "MAGIC", "MELON", "MOSAIC", "PASTEL", "ULTRAMARINE"
};

// clang-format off
inline constexpr std::array<std::string_view, 62> v3_presets{
    "80S_ILLUSTRATION", "90S_NOSTALGIA", "ABSTRACT_ORGANIC", "ANALOG_NOSTALGIA", "ART_BRUT",
    "ART_DECO", "ART_POSTER", "AURA", "AVANT_GARDE", "BAUHAUS", "BLUEPRINT", "BLURRY_MOTION",
    "BRIGHT_ART", "C4D_CARTOON", "CHILDRENS_BOOK", "COLLAGE", "COLORING_BOOK_I",
    "COLORING_BOOK_II", "CUBISM", "DARK_AURA", "DOODLE", "DOUBLE_EXPOSURE", "DRAMATIC_CINEMA",
    "EDITORIAL", "EMOTIONAL_MINIMAL", "ETHEREAL_PARTY", "EXPIRED_FILM", "FLAT_ART", "FLAT_VECTOR",
    "FOREST_REVERIE", "GEO_MINIMALIST", "GLASS_PRISM", "GOLDEN_HOUR", "GRAFFITI_I", "GRAFFITI_II",
    "HALFTONE_PRINT", "HIGH_CONTRAST", "HIPPIE_ERA", "ICONIC", "JAPANDI_FUSION", "JAZZY",
    "LONG_EXPOSURE", "MAGAZINE_EDITORIAL", "MINIMAL_ILLUSTRATION", "MIXED_MEDIA", "MONOCHROME",
    "NIGHTLIFE", "OIL_PAINTING", "OLD_CARTOONS", "PAINT_GESTURE", "POP_ART", "RETRO_ETCHING",
    "RIVIERA_POP", "SPOTLIGHT_80S", "STYLIZED_RED", "SURREAL_COLLAGE", "TRAVEL_POSTER",
    "VINTAGE_GEO", "VINTAGE_POSTER", "WATERCOLOR", "WEIRD", "WOODBLOCK_PRINT"
};
// clang-format on

} // namespace words

} // namespace imagined::backend
