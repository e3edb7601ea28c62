#include "styles.hpp"

#include <algorithm>
#include <string>

namespace imagined::task {

namespace {

constexpr std::string_view presets[] = {
    "80S_ILLUSTRATION",
    "90S_NOSTALGIA",
    "ABSTRACT_ORGANIC",
    "ANALOG_NOSTALGIA",
    "ART_BRUT",
    "ART_DECO",
    "ART_POSTER",
    "AURA",
    "AVANT_GARDE",
    "BAUHAUS",
    "BLUEPRINT",
    "BLURRY_MOTION",
    "BRIGHT_ART",
    "C4D_CARTOON",
    "CHILDRENS_BOOK",
    "COLLAGE",
    "COLORING_BOOK_I",
    "COLORING_BOOK_II",
    "CUBISM",
    "DARK_AURA",
    "DOODLE",
    "DOUBLE_EXPOSURE",
    "DRAMATIC_CINEMA",
    "EDITORIAL",
    "EMOTIONAL_MINIMAL",
    "ETHEREAL_PARTY",
    "EXPIRED_FILM",
    "FLAT_ART",
    "FLAT_VECTOR",
    "FOREST_REVERIE",
    "GEO_MINIMALIST",
    "GLASS_PRISM",
    "GOLDEN_HOUR",
    "GRAFFITI_I",
    "GRAFFITI_II",
    "HALFTONE_PRINT",
    "HIGH_CONTRAST",
    "HIPPIE_ERA",
    "ICONIC",
    "JAPANDI_FUSION",
    "JAZZY",
    "LONG_EXPOSURE",
    "MAGAZINE_EDITORIAL",
    "MINIMAL_ILLUSTRATION",
    "MIXED_MEDIA",
    "MONOCHROME",
    "NIGHTLIFE",
    "OIL_PAINTING",
    "OLD_CARTOONS",
    "PAINT_GESTURE",
    "POP_ART",
    "RETRO_ETCHING",
    "RIVIERA_POP",
    "SPOTLIGHT_80S",
    "STYLIZED_RED",
    "SURREAL_COLLAGE",
    "TRAVEL_POSTER",
    "VINTAGE_GEO",
    "VINTAGE_POSTER",
    "WATERCOLOR",
    "WEIRD",
    "WOODBLOCK_PRINT"
};

constexpr std::string_view legacy_style_types[] = {
    "AUTO", "GENERAL", "REALISTIC", "DESIGN", "RENDER_3D", "ANIME"
};

constexpr std::string_view v3_style_types[] = {"AUTO", "GENERAL", "REALISTIC", "DESIGN", "FICTION"};

} // namespace

std::span<const std::string_view> style_presets() {
    return presets;
}

std::optional<std::string_view> find_style_preset(std::string_view text) {
    std::string wanted(text);
    for (char& c : wanted) {
        if (c >= 'a' && c <= 'z') {
            c = static_cast<char>(c - 'a' + 'A');
        } else if (c == '-') {
            c = '_';
        }
    }
    const auto found = std::lower_bound(std::begin(presets), std::end(presets), wanted);
    if (found == std::end(presets) || *found != wanted) {
        return std::nullopt;
    }
    return *found;
}

bool takes_style_type(model m, std::string_view style_type) {
    const auto among = [style_type](std::span<const std::string_view> words) {
        return std::find(words.begin(), words.end(), style_type) != words.end();
    };
    switch (base_of(m)) {
    case model::v1:
        return false;
    case model::v3:
        return among(v3_style_types);
    default:
        return among(legacy_style_types);
    }
}

bool takes_negative_prompt(model m) {
    return base_of(m) != model::v2a;
}

bool takes_resolution(model m) {
    return base_of(m) == model::v2 || m == model::v3;
}

} // namespace imagined::task
