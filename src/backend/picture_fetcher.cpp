#include "imagined/backend/picture_fetcher.hpp"

#include "imagined/backend/backend.hpp"
#include "imagined/backend/picture_facts.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace imagined::backend {

namespace {

using steady = std::chrono::steady_clock;

failure gone(std::string why) {
    return {failure_kind::corrupt, "picture: " + std::move(why)};
}

failure later(std::string why) {
    return {failure_kind::unavailable, "picture: " + std::move(why)};
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

failure of_exchange(const failure& error) {
    if (error.kind == failure_kind::rejected) {
        return {failure_kind::rejected, "picture: " + error.detail};
    }
    if (error.kind == failure_kind::throttled) {
        return gone("longer than is accepted"); // a second download is as long
    }
    return later(error.detail);
}

// The end of a hop that is no redirect.
result<std::string> picture_in(http::response response) {
    const int status = response.status;
    if (status == 408 || status == 425 || status == 429 || status >= 500) {
        return later(fmt::format("HTTP {}", status));
    }
    if (status != 200) {
        return gone(fmt::format("HTTP {}", status));
    }
    if (picture_type(response.text()).empty()) {
        return gone("the answer is not JPEG, PNG or WebP");
    }
    auto* whole = std::get_if<std::string>(&response.body);
    return whole == nullptr ? std::string() : std::move(*whole);
}

} // namespace

result<http::url> redirected(const http::url& at, std::string_view location) {
    const auto scheme_end = location.find("://");
    const auto path_start = location.find_first_of("/?#");
    if (scheme_end != std::string_view::npos && scheme_end < path_start) {
        return http::parse_url(location);
    }
    const auto fragment = location.find('#');
    location = location.substr(0, fragment);
    const std::string origin = fmt::format("http{}://{}", at.tls ? "s" : "", at.authority());
    if (location.starts_with("//")) {
        return http::parse_url(fmt::format("http{}:{}", at.tls ? "s" : "", location));
    }
    if (location.starts_with('/')) {
        return http::parse_url(origin + std::string(location));
    }
    const std::string path = at.target.substr(0, at.target.find('?'));
    if (location.empty() || location.starts_with('?')) {
        return http::parse_url(origin + path + std::string(location));
    }
    return http::parse_url(origin + path.substr(0, path.rfind('/') + 1) + std::string(location));
}

unix_millis link_death(std::string_view url, unix_millis called) {
    constexpr unix_millis lifetime = 24LL * 3600 * 1000; // where a link states none
    constexpr unix_millis millis_per_second = 1000;
    const auto expiry = link_expiry(url);
    return expiry ? *expiry * millis_per_second : called + lifetime;
}

awaitable<result<std::string>> fetch(http::client& via, fetch_order order) {
    const auto end = steady::now() + order.limit;
    auto next = http::parse_url(order.from);
    for (int hop = 0; hop <= max_redirects; ++hop) {
        if (!next) {
            co_return gone("no usable address: " + next.error().detail);
        }
        const auto left = std::chrono::duration_cast<milliseconds>(end - steady::now());
        if (left <= milliseconds(0)) {
            co_return later("took too long");
        }
        http::outgoing out;
        out.to = *next;
        out.headers.set("Accept", "image/png, image/jpeg, image/webp, */*;q=0.1");
        out.deadline = left;
        out.max_body_bytes = order.max_bytes;
        out.egress = order.rules;
        http::exchange made = co_await via.send(std::move(out));
        if (!made.outcome) {
            co_return of_exchange(made.outcome.error());
        }
        if (!is_redirect(made.outcome->status)) {
            co_return picture_in(std::move(*made.outcome));
        }
        const std::string location(made.outcome->headers.get("Location"));
        if (location.empty()) {
            co_return gone("a redirect that leads nowhere");
        }
        next = redirected(*next, location);
    }
    co_return gone(fmt::format("more than {} redirects", max_redirects));
}

} // namespace imagined::backend
