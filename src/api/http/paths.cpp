#include "http/paths.hpp"

#include "imagined/submit/loose_text.hpp"

#include <vector>

namespace imagined::api {

namespace {

constexpr std::string_view base = "mj";
constexpr std::string_view ideograms = "ideogram";

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        if (end > 0) {
            segments.push_back(path.substr(0, end));
        }
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return segments;
}

// The usual case: "/mj/…" with nothing before it, nothing doubled and no slash at the end.
bool is_canonical(std::string_view path) {
    constexpr std::string_view root = "/mj/";
    if (!path.starts_with(root) || path.ends_with('/') || path.find("//") != path.npos) {
        return false;
    }
    const auto second = path.substr(root.size(), path.find('/', root.size()) - root.size());
    return second != base && second != ideograms;
}

} // namespace

canonical_path canonical(std::string_view path) {
    if (is_canonical(path)) {
        canonical_path found;
        found.text = path.substr(1);
        return found;
    }
    const auto segments = segments_of(path);
    canonical_path found;
    std::size_t first = 0;
    if (segments.size() > 1 && segments[0] != base && segments[1] == base) {
        found.integer_ids = segments[0] == "v1";
        found.mode = task::parse_speed_mode(segments[0]);
        first = 1;
    }
    if (segments.size() > 1 && segments[0] != ideograms && segments[1] == ideograms) {
        first = 1;
    }
    while (first + 1 < segments.size() && segments[first] == base && segments[first + 1] == base) {
        ++first;
    }
    found.text.reserve(path.size());
    for (std::size_t i = first; i < segments.size(); ++i) {
        found.text.append(i == first ? "" : "/").append(segments[i]);
    }
    return found;
}

bool matches(std::string_view pattern, std::string_view path, path_values& values) {
    std::size_t taken = 0;
    while (!pattern.empty() && !path.empty()) {
        const auto pattern_end = std::min(pattern.find('/'), pattern.size());
        const auto path_end = std::min(path.find('/'), path.size());
        const auto wanted = pattern.substr(0, pattern_end);
        const auto given = path.substr(0, path_end);
        if (wanted == "{}" && taken < values.size()) {
            values[taken++] = submit::trimmed(given); // of an id that was pasted
        } else if (wanted != given) {
            return false;
        }
        pattern.remove_prefix(std::min(pattern_end + 1, pattern.size()));
        path.remove_prefix(std::min(path_end + 1, path.size()));
    }
    return pattern.empty() && path.empty();
}

} // namespace imagined::api
