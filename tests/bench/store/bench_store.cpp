// What picture work costs: CPU time and memory of the grid in each format and of thumbnails. Build
// it Release (src/store/README.md has the commands); every case runs in a process of its own, so
// that its memory peak is its own.
#include "imagined/store/picture.hpp"

#include <isa-l/igzip_lib.h>
#include <spng.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace imagined;

constexpr std::uint32_t side = 1024;

double cpu_ms() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// A line of /proc/self/status, in MiB: what is resident now ("VmRSS"), or was at most ("VmHWM").
double resident_mib(const std::string& wanted) {
    std::ifstream status("/proc/self/status");
    std::string name;
    std::string rest;
    while (status >> name && std::getline(status, rest)) {
        if (name == wanted + ':') {
            return std::strtod(rest.c_str(), nullptr) / 1024.0;
        }
    }
    return 0;
}

// Gives what the parent had freed back to the system and forgets its peak.
void reset_peak() {
    malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << "5";
}

// Like a photograph for a codec: large soft shapes, mid-sized texture and a little sensor noise.
store::bitmap photograph(unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> noise(0.0, 2.0);
    std::uniform_real_distribution<double> any(0.0, 6.28);
    double phase[9];
    for (double& p : phase) {
        p = any(random);
    }
    store::bitmap pixels{side, side, std::vector<std::uint8_t>(std::size_t{side} * side * 3)};
    std::size_t at = 0;
    for (std::uint32_t y = 0; y < side; ++y) {
        for (std::uint32_t x = 0; x < side; ++x) {
            const double u = x / double{side};
            const double v = y / double{side};
            const double texture = 12 * std::sin(90 * u + phase[6] + 9 * std::sin(20 * v))
                                   * std::sin(70 * v + phase[7]);
            const double grain = noise(random);
            for (int c = 0; c < 3; ++c) {
                const double shape =
                    60 * std::sin(5 * u + phase[c]) * std::cos(4 * v + phase[3 + c]);
                const double value = 120 + 40 * v + shape + texture + grain + noise(random) * 0.5;
                pixels.rgb[at++] = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
            }
        }
    }
    return pixels;
}

// As backends send them: level 6, every filter tried, often with an alpha channel that is full.
std::string backend_png(const store::bitmap& pixels) {
    spng_ctx* context = spng_ctx_new(SPNG_CTX_ENCODER);
    spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1);
    spng_set_option(context, SPNG_IMG_COMPRESSION_LEVEL, 6);
    spng_set_option(context, SPNG_FILTER_CHOICE, SPNG_FILTER_CHOICE_ALL);
    spng_ihdr header{side, side, 8, SPNG_COLOR_TYPE_TRUECOLOR, 0, 0, 0};
    spng_set_ihdr(context, &header);
    spng_encode_image(
        context, pixels.rgb.data(), pixels.rgb.size(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE
    );
    std::size_t length = 0;
    int error = 0;
    void* buffer = spng_get_png_buffer(context, &length, &error);
    std::string bytes(static_cast<const char*>(buffer), length);
    std::free(buffer);
    spng_ctx_free(context);
    return bytes;
}

// What all IDAT chunks of a PNG hold.
std::string packed_pixels(const std::string& png) {
    constexpr std::size_t signature = 8;
    constexpr std::size_t frame = 12; // length, type, CRC
    std::string packed;
    for (std::size_t at = signature; at + frame <= png.size();) {
        std::size_t length = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            length = length << 8 | static_cast<unsigned char>(png[at + i]);
        }
        if (png.compare(at + 4, 4, "IDAT") == 0) {
            packed.append(png, at + 8, length);
        }
        at += frame + length;
    }
    return packed;
}

// The library alone, all at once: no picture can be read in less.
std::size_t unpack(const std::string& packed, std::string& into) {
    const auto state = std::make_unique_for_overwrite<inflate_state>();
    isal_inflate_init(state.get());
    state->crc_flag = ISAL_ZLIB;
    state->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(packed.data()));
    state->avail_in = static_cast<std::uint32_t>(packed.size());
    state->next_out = reinterpret_cast<std::uint8_t*>(into.data());
    state->avail_out = static_cast<std::uint32_t>(into.size());
    if (isal_inflate_stateless(state.get()) != ISAL_DECOMP_OK) {
        std::fprintf(stderr, "a picture could not be unpacked\n");
        std::_Exit(1);
    }
    return state->total_out;
}

void measure(const char* name, const std::function<std::size_t()>& work, int rounds) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child != 0) {
        int status = 0;
        waitpid(child, &status, 0);
        return;
    }
    reset_peak();
    const double before = resident_mib("VmRSS");
    std::size_t bytes = work();
    const double peak = resident_mib("VmHWM") - before;
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i) {
        const double start = cpu_ms();
        bytes = work();
        times.push_back(cpu_ms() - start);
    }
    std::sort(times.begin(), times.end());
    std::printf(
        "%-34s %8.1f %8.1f %9.1f %9.0f\n",
        name,
        times.front(),
        times[times.size() / 2],
        peak,
        static_cast<double>(bytes) / 1024.0
    );
    std::fflush(stdout);
    std::_Exit(0);
}

std::size_t size_or_exit(const result<std::string>& made) {
    if (!made) {
        std::fprintf(stderr, "%s\n", made.error().detail.c_str());
        std::_Exit(1);
    }
    return made->size();
}

} // namespace

int main(int argc, char** argv) {
    using store::picture_format;
    const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 15;
    std::vector<std::string> sources;
    for (unsigned i = 0; i < 4; ++i) {
        sources.push_back(backend_png(photograph(i)));
        std::printf("source %u: %zu KiB of PNG\n", i + 1, sources.back().size() / 1024);
    }
    const std::vector<std::string_view> views(sources.begin(), sources.end());
    const std::string grid_jpeg = *store::compose_grid(views, picture_format::jpeg);
    const store::bitmap grid = *store::decode(*store::compose_grid(views, picture_format::png));

    std::printf("%-34s %8s %8s %9s %9s\n", "", "best ms", "median", "+peak MiB", "KiB out");
    const auto bench = [&](const char* name, auto work) {
        measure(name, [&] { return size_or_exit(work()); }, rounds);
    };
    bench("grid of 4 PNG 1024x1024 -> jpeg", [&] {
        return store::compose_grid(views, picture_format::jpeg);
    });
    bench("grid of 4 PNG 1024x1024 -> png", [&] {
        return store::compose_grid(views, picture_format::png);
    });
    bench("grid of 4 PNG 1024x1024 -> webp", [&] {
        return store::compose_grid(views, picture_format::webp);
    });
    std::vector<std::string> packed;
    for (const std::string& source : sources) {
        packed.push_back(packed_pixels(source));
    }
    std::string unpacked(std::size_t{side} * (side * 3 + 1), '\0');
    const auto unpack_all = [&] {
        std::size_t bytes = 0;
        for (const std::string& one : packed) {
            bytes += unpack(one, unpacked);
        }
        return bytes;
    };
    measure("unpack 4 PNG 1024x1024", unpack_all, rounds);
    measure(
        "floor: unpack 4, encode 2048x2048",
        [&] {
            unpack_all();
            return size_or_exit(store::encode(grid, picture_format::jpeg));
        },
        rounds
    );
    bench("encode 2048x2048 jpeg", [&] { return store::encode(grid, picture_format::jpeg); });
    bench("encode 2048x2048 png", [&] { return store::encode(grid, picture_format::png); });
    bench("encode 2048x2048 webp", [&] { return store::encode(grid, picture_format::webp); });
    bench("thumbnail of a PNG 1024x1024", [&] { return store::make_thumbnail(sources[0], 512); });
    bench("thumbnail of a JPEG 2048x2048", [&] { return store::make_thumbnail(grid_jpeg, 512); });
    measure("decode PNG 1024x1024", [&] { return store::decode(sources[0])->rgb.size(); }, rounds);
}
