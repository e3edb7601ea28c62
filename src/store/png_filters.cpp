#include "png_filters.hpp"

#include "pixel_area.hpp"

#include <algorithm>
#include <cstring>

namespace imagined::store {

namespace {

enum filter : std::uint8_t { none, sub, up, average, paeth };

// The samples of one pixel side by side, in vector registers of whatever machine this is.
using samples = std::int16_t __attribute__((vector_size(8)));
using packed = std::uint8_t __attribute__((vector_size(4)));

template <std::size_t Pixel>
samples load(const std::uint8_t* from) {
    packed bytes{};
    std::memcpy(&bytes, from, Pixel);
    return __builtin_convertvector(bytes, samples);
}

template <std::size_t Pixel>
samples store(samples value, std::uint8_t* to) {
    const packed bytes = __builtin_convertvector(value, packed); // modulo 256, as PNG has it
    std::memcpy(to, &bytes, Pixel);
    return __builtin_convertvector(bytes, samples);
}

samples distance(samples value) {
    return value < 0 ? -value : value;
}

// Of left, up and upper left the one next to left + up - upper left.
samples nearest_sample(samples left, samples above, samples corner) {
    const samples from_left = distance(above - corner);
    const samples from_above = distance(left - corner);
    const samples from_corner = distance(left + above - corner - corner);
    const samples vertical = from_above <= from_corner ? above : corner;
    const auto is_left = (from_left <= from_above) & (from_left <= from_corner);
    return is_left ? left : vertical;
}

template <std::size_t Pixel, class Predict>
void undo_row(const filtered_row& row, Predict predict) {
    samples left{};
    samples corner{};
    for (std::size_t i = 0; i < row.bytes; i += Pixel) {
        const samples above = load<Pixel>(row.above + i);
        left = store<Pixel>(load<Pixel>(row.raw + i) + predict(left, above, corner), row.out + i);
        corner = above;
    }
}

template <std::size_t Pixel>
bool undo_filter_of(std::uint8_t filter, const filtered_row& row) {
    switch (filter) {
    case none:
        std::copy_n(row.raw, row.bytes, row.out);
        return true;
    case sub:
        undo_row<Pixel>(row, [](samples left, samples, samples) { return left; });
        return true;
    case up:
        for (std::size_t i = 0; i < row.bytes; ++i) {
            row.out[i] = static_cast<std::uint8_t>(row.raw[i] + row.above[i]);
        }
        return true;
    case average:
        undo_row<Pixel>(row, [](samples left, samples above, samples) {
            return (left + above) >> 1;
        });
        return true;
    case paeth:
        undo_row<Pixel>(row, nearest_sample);
        return true;
    default:
        return false;
    }
}

// The same in bytes, without room for a sum of two.
template <class Lanes>
Lanes average_of(Lanes left, Lanes above) {
    return (left & above) + ((left ^ above) >> 1);
}

template <class Lanes>
Lanes least(Lanes a, Lanes b) {
    return a < b ? a : b;
}

template <class Lanes>
Lanes most(Lanes a, Lanes b) {
    return a > b ? a : b;
}

// With `corner` pulled between the other two no difference leaves a byte: the guess, low + high -
// corner, lies as far from `high` as `corner` does from `low`. A corner that was outside is at one
// of them, and the other one is the guess itself. Where the guess is as far from low as from high
// it is the corner, so which of the two comes first in a tie does not matter.
template <class Lanes>
Lanes nearest_of(Lanes left, Lanes above, Lanes corner) {
    const Lanes low = least(left, above);
    const Lanes high = most(left, above);
    const Lanes inside = most(low, least(high, corner));
    const Lanes from_high = inside - low;
    const Lanes from_low = high - inside;
    const Lanes nearer = least(from_high, from_low);
    const Lanes from_corner = most(from_high, from_low) - nearer;
    const Lanes side = from_high == nearer ? high : low;
    return nearer <= from_corner ? side : inside;
}

} // namespace

bool undo_filter(std::uint8_t filter, std::size_t pixel, const filtered_row& row) {
    return pixel == rgb_channels ? undo_filter_of<rgb_channels>(filter, row)
                                 : undo_filter_of<rgba_channels>(filter, row);
}

// Which filter each lane has: all bits of its bytes, or none.
struct four_pictures::kinds {
    lanes left{};
    lanes above{};
    lanes average{};
    lanes nearest{};
    bool mixed = false;
    std::uint8_t all = none; // when not mixed
};

struct four_pictures::rows {
    const std::array<const std::uint8_t*, abreast>& raw;
    const std::array<std::uint8_t*, abreast>& out;
};

four_pictures::four_pictures(std::size_t width, std::size_t pixel, instructions by)
    : pixel_(pixel), by_(by), above_(width) {}

// Both are compiled once for each kind of instructions, as a part of who calls them.
template <std::size_t Pixel, class Predict>
[[gnu::always_inline]] inline void four_pictures::undo_by(const rows& row, Predict predict) {
    // The pointers by themselves: as far as a compiler can tell, a byte that is written might
    // change an array of them.
    const auto raw = row.raw;
    const auto out = row.out;
    std::uint32_t pixels[abreast];
    const auto load = [&](std::size_t at) {
        for (std::size_t k = 0; k < abreast; ++k) {
            std::memcpy(&pixels[k], raw[k] + at, sizeof(pixels[k]));
        }
        lanes bytes;
        std::memcpy(&bytes, pixels, sizeof(bytes));
        return bytes;
    };
    const auto store = [&](const lanes& bytes, std::size_t at, std::size_t count) {
        std::memcpy(pixels, &bytes, sizeof(bytes));
        for (std::size_t k = 0; k < abreast; ++k) {
            std::memcpy(out[k] + at, &pixels[k], count);
        }
    };
    lanes left{};
    lanes corner{};
    const std::size_t last = above_.size() - 1;
    lanes* above = above_.data();
    for (std::size_t x = 0; x <= last; ++x) {
        const lanes up = above[x];
        left = load(x * Pixel) + predict(left, up, corner);
        above[x] = left;
        corner = up;
        if (x < last) {
            store(left, x * Pixel, sizeof(pixels[0])); // the next pixel covers what is too much
        }
    }
    store(left, last * Pixel, Pixel);
}

template <std::size_t Pixel>
[[gnu::always_inline]] inline void four_pictures::undo_as(const kinds& of, const rows& row) {
    if (of.mixed) {
        undo_by<Pixel>(row, [&](lanes left, lanes above, lanes corner) {
            return (left & of.left) | (above & of.above) | (average_of(left, above) & of.average)
                   | (nearest_of(left, above, corner) & of.nearest);
        });
        return;
    }
    switch (of.all) {
    case none:
        undo_by<Pixel>(row, [](lanes, lanes, lanes) { return lanes{}; });
        return;
    case sub:
        undo_by<Pixel>(row, [](lanes left, lanes, lanes) { return left; });
        return;
    case up:
        undo_by<Pixel>(row, [](lanes, lanes above, lanes) { return above; });
        return;
    case average:
        undo_by<Pixel>(row, [](lanes left, lanes above, lanes) { return average_of(left, above); });
        return;
    default:
        undo_by<Pixel>(row, [](lanes left, lanes above, lanes corner) {
            return nearest_of(left, above, corner);
        });
        return;
    }
}

void four_pictures::undo_by_any(const kinds& of, const rows& row) {
    if (pixel_ == rgb_channels) {
        undo_as<rgb_channels>(of, row);
    } else {
        undo_as<rgba_channels>(of, row);
    }
}

#ifdef __x86_64__

instructions best_instructions() {
    return __builtin_cpu_supports("avx2") ? instructions::avx2 : instructions::any;
}

[[gnu::target("avx2")]] void four_pictures::undo_by_avx2(const kinds& of, const rows& row) {
    if (pixel_ == rgb_channels) {
        undo_as<rgb_channels>(of, row);
    } else {
        undo_as<rgba_channels>(of, row);
    }
}

#else

instructions best_instructions() {
    return instructions::any;
}

void four_pictures::undo_by_avx2(const kinds& of, const rows& row) {
    undo_by_any(of, row);
}

#endif

bool four_pictures::undo(
    const std::array<const std::uint8_t*, abreast>& packed,
    const std::array<std::uint8_t*, abreast>& out
) {
    kinds of;
    of.all = *packed[0];
    std::array<const std::uint8_t*, abreast> raw{};
    for (std::size_t k = 0; k < abreast; ++k) {
        const std::uint8_t filter = *packed[k];
        if (filter > paeth) {
            return false;
        }
        of.mixed = of.mixed || filter != of.all;
        for (std::size_t i = k * abreast; i < (k + 1) * abreast; ++i) {
            of.left[i] = filter == sub ? 255 : 0;
            of.above[i] = filter == up ? 255 : 0;
            of.average[i] = filter == average ? 255 : 0;
            of.nearest[i] = filter == paeth ? 255 : 0;
        }
        raw[k] = packed[k] + 1;
    }
    if (by_ == instructions::avx2) {
        undo_by_avx2(of, {raw, out});
    } else {
        undo_by_any(of, {raw, out});
    }
    return true;
}

} // namespace imagined::store
