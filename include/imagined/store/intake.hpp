// What is to be known of a picture that a stranger sends, before anything is made of it: whether it
// is a kind that we do not take, whether all of it is there, and which way up it is shown.
#pragma once

#include "imagined/base/failure.hpp"
#include "imagined/store/picture.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace imagined::store {

// "AVIF", "HEIC", "GIF", …: the kind of a file that sniff() does not know, as people call it; ""
// when it is nothing that is known here either.
std::string_view foreign_kind(std::string_view bytes);

// Fails with `corrupt` when data is missing or damaged: a JPEG without its end or with a cut scan,
// a PNG without IEND or with too few pixels in it, a WebP shorter than it states. Fails with
// `invalid` for what is no picture. Decodes, but keeps few pixels: call it on an offload_pool.
result<void> check_whole(std::string_view bytes);

// EXIF's orientation, 1 to 8, of a JPEG, PNG or WebP; 1, upright, where none is stated.
int orientation_of(std::string_view bytes);

// More is not turned: the pixels are held twice for it. A larger JPEG is turned at half its size.
inline constexpr std::uint64_t max_turned_pixels = 32ULL * 1024 * 1024;

// The picture as every viewer shows it, in at most `most_bytes`: as it is, byte for byte, when its
// orientation is 1. Else turned and written anew, without EXIF: as PNG what was one or has alpha
// (and fits), as JPEG anything else. Fails as decode() does, and with `invalid` beyond
// max_turned_pixels or most_bytes. CPU work: call it on an offload_pool.
result<std::string> upright(std::string bytes, std::size_t most_bytes);

} // namespace imagined::store
