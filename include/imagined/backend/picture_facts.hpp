// What a picture's first bytes say of it, without decoding it.
#pragma once

#include <optional>
#include <string_view>

namespace imagined::backend {

// "image/png", "image/jpeg", "image/webp"; "" for anything else.
std::string_view picture_type(std::string_view bytes);

struct pixel_size {
    int width = 0;
    int height = 0;

    friend bool operator==(const pixel_size&, const pixel_size&) = default;
};

// The size that a PNG, JPEG or WebP states; nullopt when it cannot be found.
std::optional<pixel_size> size_of_picture(std::string_view bytes);

} // namespace imagined::backend
