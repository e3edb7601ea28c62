#include "scale.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace imagined::store {

namespace {

// Weights are fixed-point fractions of `one`. Two axes of 14 bits and 8 bits of colour would need
// 36, so 6 are dropped in between: 30 bits remain.
constexpr std::uint32_t weight_bits = 14;
constexpr std::uint32_t one = 1U << weight_bits;
constexpr std::uint32_t dropped_bits = 6;
constexpr std::uint32_t final_bits = 2 * weight_bits - dropped_bits;

// Which source positions make up one target position, and by how much.
struct mixture {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    std::size_t weights = 0; // where its weights start
};

struct axis {
    std::vector<mixture> mixtures;
    std::vector<std::uint32_t> weights;
};

// Rounding must not make a flat area lighter or darker: the weights of a mixture add up to `one`.
void settle_rounding(axis& made, const mixture& last) {
    std::uint32_t sum = 0;
    std::size_t largest = last.weights;
    for (std::size_t i = last.weights; i < last.weights + last.count; ++i) {
        sum += made.weights[i];
        largest = made.weights[i] > made.weights[largest] ? i : largest;
    }
    made.weights[largest] += one - sum; // wraps around for a negative difference, as intended
}

mixture add_average(axis& made, std::uint64_t from, std::uint64_t to, std::uint64_t i) {
    // In units of 1/to of a source pixel, target pixel i covers [i * from, (i + 1) * from).
    const std::uint64_t begin = i * from;
    const std::uint64_t end = begin + from;
    mixture mixed{static_cast<std::uint32_t>(begin / to), 0, made.weights.size()};
    for (std::uint64_t j = begin / to; j * to < end; ++j) {
        const std::uint64_t covered = std::min(end, (j + 1) * to) - std::max(begin, j * to);
        made.weights.push_back(static_cast<std::uint32_t>((covered * one + from / 2) / from));
        ++mixed.count;
    }
    return mixed;
}

mixture add_interpolation(axis& made, std::uint32_t from, std::uint32_t to, std::uint32_t i) {
    const double centre = (i + 0.5) * from / to - 0.5;
    const double clamped = std::clamp(centre, 0.0, static_cast<double>(from - 1));
    const auto left = static_cast<std::uint32_t>(clamped);
    const auto right_share = static_cast<std::uint32_t>(std::lround((clamped - left) * one));
    mixture mixed{left, 1, made.weights.size()};
    made.weights.push_back(one - right_share);
    if (right_share > 0) {
        made.weights.push_back(right_share);
        ++mixed.count;
    }
    return mixed;
}

axis make_axis(std::uint32_t from, std::uint32_t to) {
    axis made;
    made.mixtures.reserve(to);
    for (std::uint32_t i = 0; i < to; ++i) {
        made.mixtures.push_back(
            to < from ? add_average(made, from, to, i) : add_interpolation(made, from, to, i)
        );
        settle_rounding(made, made.mixtures.back());
    }
    return made;
}

void mix_rows(
    const pixel_area& source, const axis& rows, std::uint32_t y, std::vector<std::uint32_t>& sums
) {
    std::fill(sums.begin(), sums.end(), 0);
    const mixture& mixed = rows.mixtures[y];
    for (std::uint32_t j = 0; j < mixed.count; ++j) {
        const std::uint32_t weight = rows.weights[mixed.weights + j];
        const std::uint8_t* row = source.row(mixed.first + j);
        for (std::size_t i = 0; i < sums.size(); ++i) {
            sums[i] += weight * row[i];
        }
    }
}

void mix_columns(const std::vector<std::uint32_t>& sums, const axis& columns, std::uint8_t* out) {
    constexpr std::uint32_t half = 1U << (final_bits - 1);
    for (const mixture& mixed : columns.mixtures) {
        std::uint32_t red = half;
        std::uint32_t green = half;
        std::uint32_t blue = half;
        const std::uint32_t* sum = sums.data() + mixed.first * rgb_channels;
        for (std::uint32_t j = 0; j < mixed.count; ++j, sum += rgb_channels) {
            const std::uint32_t weight = columns.weights[mixed.weights + j];
            red += (sum[0] >> dropped_bits) * weight;
            green += (sum[1] >> dropped_bits) * weight;
            blue += (sum[2] >> dropped_bits) * weight;
        }
        *out++ = static_cast<std::uint8_t>(red >> final_bits);
        *out++ = static_cast<std::uint8_t>(green >> final_bits);
        *out++ = static_cast<std::uint8_t>(blue >> final_bits);
    }
}

} // namespace

void scale(const pixel_area& source, const pixel_area& target) {
    const axis rows = make_axis(source.height, target.height);
    const axis columns = make_axis(source.width, target.width);
    std::vector<std::uint32_t> sums(source.width * rgb_channels);
    for (std::uint32_t y = 0; y < target.height; ++y) {
        mix_rows(source, rows, y, sums);
        mix_columns(sums, columns, target.row(y));
    }
}

picture_size fitted(std::uint32_t width, std::uint32_t height, std::uint32_t max_side) {
    const std::uint64_t longer = std::max(width, height);
    const auto shrink = [&](std::uint32_t side) {
        const std::uint64_t wanted = (side * std::uint64_t{max_side} + longer / 2) / longer;
        return static_cast<std::uint32_t>(std::max<std::uint64_t>(wanted, 1));
    };
    return {shrink(width), shrink(height)};
}

} // namespace imagined::store
