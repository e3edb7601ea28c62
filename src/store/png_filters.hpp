// PNG's filters, undone: a row of one picture, or a row of four pictures side by side in the lanes
// of a vector. A byte depends on the one before it, so a processor that undoes one picture mostly
// waits for itself; of four it does four times as much in that time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace imagined::store {

struct filtered_row {
    const std::uint8_t* raw;   // behind its filter's number
    const std::uint8_t* above; // the row above it, undone; all 0 for the first
    std::uint8_t* out;
    std::size_t bytes; // whole pixels
};

// `pixel` is rgb_channels or rgba_channels. False for a filter that does not exist.
bool undo_filter(std::uint8_t filter, std::size_t pixel, const filtered_row& row);

inline constexpr std::size_t abreast = 4;

// The vector instructions that the lanes are worked on with. AVX2 takes a quarter fewer of them for
// the same sixteen bytes than what every processor has.
enum class instructions { any, avx2 };
instructions best_instructions();

// Four pictures of the same width and bytes a pixel, row by row from the top.
class four_pictures {
public:
    // `by` must be something that this processor has.
    four_pictures(std::size_t width, std::size_t pixel, instructions by = best_instructions());

    // Each of `packed` is a row behind its filter's number, and has another readable byte at its
    // end; into each of `out` go width * pixel bytes. False for a filter that does not exist.
    bool undo(
        const std::array<const std::uint8_t*, abreast>& packed,
        const std::array<std::uint8_t*, abreast>& out
    );

private:
    // Byte 4 * k + s is sample s of picture k; RGB leaves each fourth byte to chance.
    using lanes = std::uint8_t __attribute__((vector_size(16)));

    struct kinds;
    struct rows;
    template <std::size_t Pixel, class Predict>
    void undo_by(const rows& row, Predict predict);
    template <std::size_t Pixel>
    void undo_as(const kinds& of, const rows& row);
    void undo_by_any(const kinds& of, const rows& row);
    void undo_by_avx2(const kinds& of, const rows& row);

    std::size_t pixel_;
    instructions by_;
    std::vector<lanes> above_; // a pixel of each picture
};

} // namespace imagined::store
