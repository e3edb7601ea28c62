#include "imagined/task/framing.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>
#include <vector>

namespace imagined::task {

namespace {

struct size {
    int width;
    int height;
};

// Aspects in the order nearest to 1:1 first: among equally near members the first one wins.
constexpr size legacy_aspects[] = {
    {1, 1}, {4, 3}, {3, 4}, {3, 2}, {2, 3}, {16, 10}, {10, 16}, {16, 9}, {9, 16}, {3, 1}, {1, 3}
};

constexpr size v3_aspects[] = {
    {1, 1},
    {5, 4},
    {4, 5},
    {4, 3},
    {3, 4},
    {3, 2},
    {2, 3},
    {16, 10},
    {10, 16},
    {16, 9},
    {9, 16},
    {2, 1},
    {1, 2},
    {3, 1},
    {1, 3}
};

constexpr size legacy_resolutions[] = {
    {512, 1536}, {576, 1408}, {576, 1472}, {576, 1536},  {640, 1024}, {640, 1344}, {640, 1408},
    {640, 1472}, {640, 1536}, {704, 1152}, {704, 1216},  {704, 1280}, {704, 1344}, {704, 1408},
    {704, 1472}, {720, 1280}, {736, 1312}, {768, 1024},  {768, 1088}, {768, 1152}, {768, 1216},
    {768, 1232}, {768, 1280}, {768, 1344}, {832, 960},   {832, 1024}, {832, 1088}, {832, 1152},
    {832, 1216}, {832, 1248}, {864, 1152}, {896, 960},   {896, 1024}, {896, 1088}, {896, 1120},
    {896, 1152}, {960, 832},  {960, 896},  {960, 1024},  {960, 1088}, {1024, 640}, {1024, 768},
    {1024, 832}, {1024, 896}, {1024, 960}, {1024, 1024}, {1088, 768}, {1088, 832}, {1088, 896},
    {1088, 960}, {1120, 896}, {1152, 704}, {1152, 768},  {1152, 832}, {1152, 864}, {1152, 896},
    {1216, 704}, {1216, 768}, {1216, 832}, {1232, 768},  {1248, 832}, {1280, 704}, {1280, 720},
    {1280, 768}, {1280, 800}, {1312, 736}, {1344, 640},  {1344, 704}, {1344, 768}, {1408, 576},
    {1408, 640}, {1408, 704}, {1472, 576}, {1472, 640},  {1472, 704}, {1536, 512}, {1536, 576},
    {1536, 640}
};

constexpr size v3_resolutions[] = {
    {512, 1536}, {576, 1408}, {576, 1472}, {576, 1536}, {640, 1344},  {640, 1408}, {640, 1472},
    {640, 1536}, {704, 1152}, {704, 1216}, {704, 1280}, {704, 1344},  {704, 1408}, {704, 1472},
    {736, 1312}, {768, 1088}, {768, 1216}, {768, 1280}, {768, 1344},  {800, 1280}, {832, 960},
    {832, 1024}, {832, 1088}, {832, 1152}, {832, 1216}, {832, 1248},  {864, 1152}, {896, 960},
    {896, 1024}, {896, 1088}, {896, 1120}, {896, 1152}, {960, 832},   {960, 896},  {960, 1024},
    {960, 1088}, {1024, 832}, {1024, 896}, {1024, 960}, {1024, 1024}, {1088, 768}, {1088, 832},
    {1088, 896}, {1088, 960}, {1120, 896}, {1152, 704}, {1152, 832},  {1152, 864}, {1152, 896},
    {1216, 704}, {1216, 768}, {1216, 832}, {1248, 832}, {1280, 704},  {1280, 768}, {1280, 800},
    {1312, 736}, {1344, 640}, {1344, 704}, {1344, 768}, {1408, 576},  {1408, 640}, {1408, 704},
    {1472, 576}, {1472, 640}, {1472, 704}, {1536, 512}, {1536, 576},  {1536, 640}
};

static_assert(std::size(legacy_resolutions) == 78);
static_assert(std::size(v3_resolutions) == 69);

// Two distances closer than this are the same: far below the step between two members.
constexpr double same_distance = 1e-9;

// How far two shapes are apart: |ln(a) - ln(b)|, symmetric for portrait and landscape. Logarithms
// of the sides, not of the quotient, which could overflow.
double distance(const ratio& wanted, const size& member) {
    return std::abs(
        std::log(wanted.width) - std::log(wanted.height)
        - std::log(static_cast<double>(member.width) / member.height)
    );
}

std::string join(const size& s, char between) {
    return std::to_string(s.width) + between + std::to_string(s.height);
}

// How a list spells its members.
struct spelling {
    std::string_view before;
    char between;

    std::string operator()(const size& s) const { return std::string(before) + join(s, between); }
};

constexpr spelling legacy_aspect{"ASPECT_", '_'};
constexpr spelling legacy_resolution{"RESOLUTION_", '_'};
constexpr spelling version_3{"", 'x'};

// `members` without those that are not `among` the names; all of them where no name is theirs.
class narrowed {
public:
    narrowed(std::span<const size> members, name_list among, const spelling& spelled)
        : left_(members) {
        if (among.empty() || among.size() >= members.size()) {
            return;
        }
        for (const size& member : members) {
            if (std::find(among.begin(), among.end(), spelled(member)) != among.end()) {
                held_.push_back(member);
            }
        }
        if (!held_.empty()) {
            left_ = held_;
        }
    }

    narrowed(const narrowed&) = delete;
    narrowed& operator=(const narrowed&) = delete;

    std::span<const size> members() const { return left_; }

private:
    std::vector<size> held_;
    std::span<const size> left_;
};

// The member nearest to the wish; of several the first in the list's order.
size nearest(const narrowed& from, const ratio& wanted) {
    const auto members = from.members();
    const size* best = &members.front();
    double best_distance = distance(wanted, *best);
    for (const size& member : members.subspan(1)) {
        const double d = distance(wanted, member);
        if (d < best_distance - same_distance) {
            best = &member;
            best_distance = d;
        }
    }
    return *best;
}

// The same for pictures: of several that are equally near, the one with most pixels.
size nearest_resolution(const narrowed& from, const ratio& wanted) {
    const auto members = from.members();
    const size* best = &members.front();
    double best_distance = distance(wanted, *best);
    for (const size& member : members.subspan(1)) {
        const double d = distance(wanted, member);
        const bool equal = std::abs(d - best_distance) <= same_distance;
        const bool larger = member.width * member.height > best->width * best->height;
        if (equal ? larger : d < best_distance) {
            best = &member;
            best_distance = d;
        }
    }
    return *best;
}

double error_of(const size& member, const ratio& wanted) {
    return std::expm1(distance(wanted, member));
}

bool contains(std::span<const size> members, std::string_view width_x_height) {
    for (const size& member : members) {
        if (join(member, 'x') == width_x_height) {
            return true;
        }
    }
    return false;
}

// Digits with at most one point; no sign, exponent, "inf" or "nan".
std::optional<double> parse_side(std::string_view text) {
    for (const char c : text) {
        if ((c < '0' || c > '9') && c != '.') {
            return std::nullopt;
        }
    }
    double value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = stop == text.data() + text.size();
    if (error != std::errc{} || !whole || !(value > 0) || !std::isfinite(value)) {
        return std::nullopt;
    }
    return value;
}

} // namespace

std::string nearest_legacy_aspect(const ratio& wanted, name_list among) {
    return legacy_aspect(nearest({legacy_aspects, among, legacy_aspect}, wanted));
}

std::string nearest_v3_aspect(const ratio& wanted, name_list among) {
    return version_3(nearest({v3_aspects, among, version_3}, wanted));
}

std::string exact_legacy_resolution(const ratio& wanted, name_list among) {
    return legacy_resolution(
        nearest_resolution({legacy_resolutions, among, legacy_resolution}, wanted)
    );
}

std::string exact_v3_resolution(const ratio& wanted, name_list among) {
    return version_3(nearest_resolution({v3_resolutions, among, version_3}, wanted));
}

std::vector<std::string> legacy_resolution_names() {
    std::vector<std::string> names;
    for (const size& member : legacy_resolutions) {
        names.push_back(legacy_resolution(member));
    }
    return names;
}

std::vector<std::string> v3_resolution_names() {
    std::vector<std::string> names;
    for (const size& member : v3_resolutions) {
        names.push_back(version_3(member));
    }
    return names;
}

bool is_legacy_resolution(std::string_view width_x_height) {
    return contains(legacy_resolutions, width_x_height);
}

bool is_v3_resolution(std::string_view width_x_height) {
    return contains(v3_resolutions, width_x_height);
}

double legacy_aspect_error(const ratio& wanted, name_list among) {
    return error_of(nearest({legacy_aspects, among, legacy_aspect}, wanted), wanted);
}

double v3_aspect_error(const ratio& wanted, name_list among) {
    return error_of(nearest({v3_aspects, among, version_3}, wanted), wanted);
}

double legacy_resolution_error(const ratio& wanted) {
    return error_of(
        nearest_resolution({legacy_resolutions, {}, legacy_resolution}, wanted), wanted
    );
}

double v3_resolution_error(const ratio& wanted) {
    return error_of(nearest_resolution({v3_resolutions, {}, version_3}, wanted), wanted);
}

std::optional<ratio> parse_ratio(std::string_view text) {
    // The last two are what Chinese keyboards type for ':' and 'x'.
    for (const std::string_view between : {":", "x", "X", "/", "：", "×"}) {
        const std::size_t at = text.find(between);
        if (at == std::string_view::npos) {
            continue;
        }
        const auto width = parse_side(text.substr(0, at));
        const auto height = parse_side(text.substr(at + between.size()));
        if (!width || !height) {
            return std::nullopt;
        }
        return ratio{*width, *height};
    }
    return std::nullopt;
}

} // namespace imagined::task
