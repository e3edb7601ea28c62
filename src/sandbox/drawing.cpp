#include "drawing.hpp"

#include "lettering.hpp"

#include "imagined/base/bytes.hpp"

#include <spng.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <vector>

namespace imagined::sandbox {

namespace {

struct colour {
    std::uint8_t r = 0;
    std::uint8_t g = 0;
    std::uint8_t b = 0;
};

constexpr colour ink{250, 250, 245};
constexpr colour shade{20, 24, 40};

colour from_hue(double hue, double saturation, double value) {
    const auto channel = [&](double n) {
        const double k = std::fmod(n + hue * 6, 6.0);
        const double level = value - value * saturation * std::max(0.0, std::min({k, 4 - k, 1.0}));
        return static_cast<std::uint8_t>(std::lround(level * 255));
    };
    return {channel(5), channel(3), channel(1)};
}

colour between(colour a, colour b, double t) {
    const auto mix = [&](int x, int y) {
        return static_cast<std::uint8_t>(std::lround(x + (y - x) * t));
    };
    return {mix(a.r, b.r), mix(a.g, b.g), mix(a.b, b.b)};
}

class canvas {
public:
    canvas(int width, int height)
        : width_(width),
          height_(height),
          dots_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}

    int width() const { return width_; }

    int height() const { return height_; }

    dots take() const {
        dots made{width_, height_, std::vector<std::uint8_t>(dots_.size() * sizeof(colour))};
        static_assert(sizeof(colour) == 3);
        std::memcpy(made.rgb.data(), dots_.data(), made.rgb.size());
        return made;
    }

    // Fills [from, to) of a row, clipped.
    void span(int y, int from, int to, colour with) {
        from = std::max(from, 0);
        to = std::min(to, width_);
        if (y < 0 || y >= height_ || from >= to) {
            return;
        }
        const auto row = dots_.begin() + static_cast<std::ptrdiff_t>(y) * width_;
        std::fill(row + from, row + to, with);
    }

    void block(int x, int y, int side, colour with) {
        for (int row = y; row < y + side; ++row) {
            span(row, x, x + side, with);
        }
    }

private:
    int width_;
    int height_;
    std::vector<colour> dots_;
};

// Numbers in [0, 1) that depend on everything the picture is of.
class dice_of {
public:
    explicit dice_of(const drawing& what)
        : digest_(sha256(
              what.text + '\n' + std::to_string(what.seed) + '\n' + std::to_string(what.index)
          )) {}

    double at(std::size_t i) const {
        const auto high = static_cast<unsigned char>(digest_[2 * i]);
        const auto low = static_cast<unsigned char>(digest_[2 * i + 1]);
        return (high * 256 + low) / 65536.0;
    }

private:
    std::string digest_;
};

void draw_sky(canvas& on, colour top, colour bottom) {
    constexpr int bands = 24; // flat bands compress well and look like poster colours
    for (int y = 0; y < on.height(); ++y) {
        const int band = y * bands / on.height();
        on.span(y, 0, on.width(), between(top, bottom, band / static_cast<double>(bands - 1)));
    }
}

void draw_disk(canvas& on, double cx, double cy, double radius, colour with) {
    const int top = static_cast<int>(cy - radius);
    const int end = static_cast<int>(cy + radius);
    for (int y = top; y <= end; ++y) {
        const double dy = y - cy;
        const double half = std::sqrt(std::max(0.0, radius * radius - dy * dy));
        on.span(y, static_cast<int>(cx - half), static_cast<int>(cx + half), with);
    }
}

void draw_hill(canvas& on, double base, double wave, double phase, colour with) {
    std::vector<int> crest(static_cast<std::size_t>(on.width()));
    int highest = on.height();
    for (int x = 0; x < on.width(); ++x) {
        const double turn = (x * 2.0 / on.width() + phase) * 3.14159265358979;
        const double y = on.height() * (base + wave * std::sin(turn * 1.5));
        crest[static_cast<std::size_t>(x)] = static_cast<int>(y);
        highest = std::min(highest, static_cast<int>(y));
    }
    for (int y = std::max(highest, 0); y < on.height(); ++y) {
        int x = 0;
        while (x < on.width()) {
            while (x < on.width() && crest[static_cast<std::size_t>(x)] > y) {
                ++x;
            }
            const int from = x;
            while (x < on.width() && crest[static_cast<std::size_t>(x)] <= y) {
                ++x;
            }
            on.span(y, from, x, with);
        }
    }
}

void write_text(canvas& on, const std::u32string& text, int x, int y, int dot, colour with) {
    for (const char32_t character : text) {
        const glyph& rows = glyph_of(character);
        for (int r = 0; r < glyph_height; ++r) {
            for (int c = 0; c < glyph_width; ++c) {
                if ((rows[static_cast<std::size_t>(r)] >> (glyph_width - 1 - c) & 1) != 0) {
                    on.block(x + c * dot, y + r * dot, dot, with);
                }
            }
        }
        x += (glyph_width + 1) * dot;
    }
}

void write_shaded(canvas& on, const std::u32string& text, int x, int y, int dot) {
    const int drop = std::max(1, dot / 3);
    write_text(on, text, x + drop, y + drop, dot, shade);
    write_text(on, text, x, y, dot, ink);
}

// Broken at spaces where a line would grow beyond `longest`; a longer word is cut.
std::vector<std::u32string> wrapped(const std::u32string& text, std::size_t longest) {
    std::vector<std::u32string> lines(1);
    std::u32string word;
    const auto flush = [&] {
        while (word.size() > longest) {
            lines.push_back(word.substr(0, longest));
            word.erase(0, longest);
        }
        auto& line = lines.back();
        if (line.empty()) {
            line = word;
        } else if (line.size() + 1 + word.size() <= longest) {
            line += U' ' + word;
        } else if (!word.empty()) {
            lines.push_back(word);
        }
        word.clear();
    };
    for (const char32_t character : text) {
        if (character == U' ') {
            flush();
        } else {
            word += character;
        }
    }
    flush();
    std::erase_if(lines, [](const auto& line) { return line.empty(); });
    return lines;
}

void draw_labels(canvas& on, const drawing& what) {
    constexpr std::size_t letters_a_line = 16;
    const auto cells = static_cast<int>(letters_a_line) * (glyph_width + 1);
    const int dot = std::max(1, on.width() * 9 / 10 / cells);
    const int line_height = (glyph_height + 3) * dot;
    int y = on.height() / 12;
    for (const auto& line : wrapped(characters_of(what.text), letters_a_line)) {
        if (y + line_height > on.height() * 2 / 3) {
            break;
        }
        write_shaded(on, line, on.width() / 20, y, dot);
        y += line_height;
    }
    const int big = std::max(1, std::min(on.width(), on.height()) / 40);
    const auto number = characters_of(std::to_string(what.index + 1));
    const int advance = static_cast<int>(number.size()) * (glyph_width + 1) * big;
    write_shaded(
        on, number, on.width() - advance - big, on.height() - (glyph_height + 1) * big, big
    );
    const int small = std::max(1, dot / 3);
    const auto seed = characters_of("seed " + std::to_string(what.seed));
    write_shaded(on, seed, on.width() / 20, on.height() - (glyph_height + 3) * small, small);
}

struct spng_deleter {
    void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};

constexpr std::size_t fixed_bytes = 17; // width, height, seed, index, base

void put(std::string& out, std::int64_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
        out += static_cast<char>(static_cast<std::uint64_t>(value) >> static_cast<unsigned>(shift));
    }
}

std::int64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char c : bytes) {
        value = value * 256 + static_cast<unsigned char>(c);
    }
    return static_cast<std::int64_t>(value);
}

} // namespace

std::string encode_dots(const dots& picture) {
    const std::unique_ptr<spng_ctx, spng_deleter> context(spng_ctx_new(SPNG_CTX_ENCODER));
    if (context == nullptr) {
        throw std::bad_alloc();
    }
    spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1);
    // Speed over size: these pictures are looked at once.
    spng_set_option(context.get(), SPNG_IMG_COMPRESSION_LEVEL, 1);
    spng_set_option(context.get(), SPNG_FILTER_CHOICE, SPNG_FILTER_CHOICE_UP);
    spng_ihdr header{};
    header.width = static_cast<std::uint32_t>(picture.width);
    header.height = static_cast<std::uint32_t>(picture.height);
    header.bit_depth = 8;
    header.color_type = SPNG_COLOR_TYPE_TRUECOLOR;
    spng_set_ihdr(context.get(), &header);
    const int encode_error = spng_encode_image(
        context.get(), picture.rgb.data(), picture.rgb.size(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE
    );
    std::size_t length = 0;
    int error = encode_error;
    const std::unique_ptr<void, void (*)(void*)> bytes(
        spng_get_png_buffer(context.get(), &length, &error), &std::free
    );
    if (encode_error != 0 || bytes == nullptr) {
        throw std::runtime_error(spng_strerror(error));
    }
    return {static_cast<const char*>(bytes.get()), length};
}

dots draw(const drawing& what) {
    canvas on(
        std::clamp(what.width, 1, max_drawn_side), std::clamp(what.height, 1, max_drawn_side)
    );
    const dice_of dice(what);
    const double hue = dice.at(0);
    const double other = std::fmod(hue + 0.35 + 0.3 * dice.at(1), 1.0);
    draw_sky(on, from_hue(hue, 0.75, 0.55), from_hue(other, 0.45, 0.95));
    const double side = std::min(on.width(), on.height());
    draw_disk(
        on,
        on.width() * (0.2 + 0.6 * dice.at(2)),
        on.height() * (0.35 + 0.25 * dice.at(3)),
        side * (0.1 + 0.1 * dice.at(4)),
        from_hue(std::fmod(hue + 0.5, 1.0), 0.35, 1.0)
    );
    draw_hill(on, 0.68, 0.08, dice.at(5) * 2, from_hue(other, 0.6, 0.45));
    draw_hill(on, 0.82, 0.06, dice.at(6) * 2, from_hue(hue, 0.7, 0.3));
    draw_labels(on, what);
    return on.take();
}

std::string draw_png(const drawing& what) {
    return encode_dots(draw(what));
}

std::string to_word(const drawing& what) {
    std::string bytes;
    put(bytes, what.width, 2);
    put(bytes, what.height, 2);
    put(bytes, what.seed, 4);
    put(bytes, what.index, 1);
    put(bytes, static_cast<std::int64_t>(what.base), 8);
    std::size_t end = std::min(what.text.size(), max_drawn_text);
    while (end < what.text.size() && end > 0
           && (static_cast<unsigned char>(what.text[end]) & 0xc0U) == 0x80U) {
        --end;
    }
    bytes += what.text.substr(0, end);
    std::string word = to_base64(bytes);
    std::replace(word.begin(), word.end(), '+', '-');
    std::replace(word.begin(), word.end(), '/', '_');
    word.erase(std::find(word.begin(), word.end(), '='), word.end());
    return word;
}

std::optional<drawing> drawing_from_word(std::string_view word) {
    const auto bytes = from_base64(word);
    if (!bytes || bytes->size() < fixed_bytes) {
        return std::nullopt;
    }
    const std::string_view all(*bytes);
    drawing read;
    read.width = static_cast<int>(big_endian(all.substr(0, 2)));
    read.height = static_cast<int>(big_endian(all.substr(2, 2)));
    read.seed = big_endian(all.substr(4, 4));
    read.index = static_cast<int>(big_endian(all.substr(8, 1)));
    read.base = static_cast<std::uint64_t>(big_endian(all.substr(9, 8)));
    read.text = std::string(all.substr(fixed_bytes));
    return read;
}

} // namespace imagined::sandbox
