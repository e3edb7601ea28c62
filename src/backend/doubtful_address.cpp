// What is probably wrong with a backend's base_url. Both make every call meet a redirect or 404.
#include "imagined/backend/backend.hpp"
#include "imagined/http/egress.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace imagined::backend {

namespace {

std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        if (end > 0) {
            segments.emplace_back(path.substr(0, end));
        }
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return segments;
}

// The longest end of `base` that `path` begins with.
std::vector<std::string>
repeated(const std::vector<std::string>& base, const std::vector<std::string>& path) {
    for (std::size_t count = std::min(base.size(), path.size()); count > 0; --count) {
        const auto tail = base.end() - static_cast<std::ptrdiff_t>(count);
        if (std::equal(tail, base.end(), path.begin())) {
            return {tail, base.end()};
        }
    }
    return {};
}

// A name that the world knows, or a public address; one without a dot, or under a name that only a
// local network has, is not.
bool is_public_host(const http::url& base) {
    static constexpr std::array<std::string_view, 7> local_ends{
        ".local", ".internal", ".lan", ".localdomain", ".home.arpa", ".test", ".svc"
    };
    const bool local = std::any_of(local_ends.begin(), local_ends.end(), [&](auto end) {
        return base.host.ends_with(end);
    });
    const bool dotted = base.host.find_first_of(".:") != std::string::npos;
    return dotted && !local && http::egress_policy().may_permit(base.host, base.port);
}

} // namespace

std::vector<std::string> doubtful_address(const backend_options& options) {
    std::vector<std::string> doubts;
    const auto base = http::parse_url(options.base_url);
    const auto speaks = spoken_by(options);
    if (!base || !speaks) {
        return doubts;
    }
    const auto own = segments_of(base->target);
    std::vector<std::string> twice;
    std::string called;
    for (const form& one : (*speaks)->forms()) {
        auto found = repeated(own, segments_of(one.path));
        if (found.size() > twice.size()) {
            twice = std::move(found);
            called = one.path;
        }
    }
    if (!twice.empty()) {
        doubts.push_back(fmt::format(
            "base_url ends in \"/{0}\", which the dialect {1} adds itself: it would call {2}{3}; "
            "leave \"/{0}\" out",
            fmt::join(twice, "/"),
            options.dialect,
            fmt::format("/{}", fmt::join(own, "/")),
            called
        ));
    }
    if (!base->tls && is_public_host(*base)) {
        doubts.push_back(fmt::format(
            "base_url is http:// at the public host {}: the key goes there unprotected, and a "
            "redirect to https:// is never followed",
            base->host
        ));
    }
    return doubts;
}

} // namespace imagined::backend
