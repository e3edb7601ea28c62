// Masks: which part of a picture is to be painted anew. Clients of Midjourney send white = repaint
// in any size and format (mj-api.md §8); Ideogram wants black = edit, exactly as large as its
// picture, and nothing between black and white (ideogram-api.md §5.3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace imagined::store {

struct drawn_mask {
    enum class verdict {
        usable,
        unreadable,  // not a PNG, JPEG or WebP, damaged, or more than max_mask_pixels
        keeps_all,   // marks nothing: there would be nothing to paint
        repaints_all // marks everything: there would be nothing to keep
    } what = verdict::usable;
    std::string png; // exactly when usable: RGB without alpha, every value 0 or 255
};

// The most that a client's mask may have.
inline constexpr std::uint64_t max_mask_pixels = 16ULL * 1024 * 1024;

// A client's mask as Ideogram has it, for a picture of `width` x `height`. A pixel counts as marked
// when its luminance is 128 or more; what is transparent is not marked. A mask of one colour that
// is transparent in parts speaks by its alpha alone: opaque is marked. Scaled to the nearest pixel,
// so that no grey comes in. CPU work: call it on an offload_pool.
drawn_mask to_ideogram_mask(std::string_view mask, std::uint32_t width, std::uint32_t height);

// The same for a mask of OpenAI's clients: what is transparent is painted anew, whatever its colour
// (upstream-specs.md §5). A mask without alpha keeps all.
drawn_mask
transparent_to_ideogram_mask(std::string_view mask, std::uint32_t width, std::uint32_t height);

} // namespace imagined::store
