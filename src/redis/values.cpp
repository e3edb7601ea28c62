// The public value types: reply, and the endpoint's URL form.
#include "imagined/redis/client.hpp"

#include <boost/url.hpp>

#include <sys/un.h>

#include <charconv>

namespace imagined::redis {

namespace urls = boost::urls;

namespace {

constexpr std::size_t max_socket_path = sizeof(sockaddr_un::sun_path) - 1;
constexpr std::uint16_t default_port = 6379;

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const char* begin = text.data();
    const char* end = begin + text.size();
    const auto [stop, error] = std::from_chars(begin, end, number);
    if (error != std::errc{} || stop != end) {
        return std::nullopt;
    }
    return number;
}

std::optional<int> parse_database(std::string_view text) {
    const auto number = parse_number<int>(text);
    return number && *number >= 0 && text[0] != '-' ? number : std::nullopt;
}

// No text below repeats a part of the URL: any part may be a misplaced password.
failure bad_url(std::string_view why) {
    return {failure_kind::invalid, "the Redis URL " + std::string(why)};
}

result<endpoint> parse_unix(const urls::url_view& url, endpoint to) {
    if (!url.host().empty()) {
        return bad_url("must be unix:///absolute/path, with three slashes");
    }
    to.path = url.path();
    if (to.path.size() < 2 || to.path.find('\0') != std::string::npos) {
        return bad_url("names no socket path");
    }
    if (to.path.size() > max_socket_path) {
        return bad_url("has a socket path above " + std::to_string(max_socket_path) + " bytes");
    }
    for (const auto parameter : url.params()) {
        const auto number = parse_database(parameter.value);
        if (parameter.key != "db" || !number) {
            return bad_url("may have ?db=<number> after the path and nothing else");
        }
        to.database = *number;
    }
    return to;
}

result<endpoint> parse_network(const urls::url_view& url, endpoint to) {
    to.host = url.host_address();
    if (to.host.empty()) {
        return bad_url("names no host");
    }
    to.port = default_port;
    if (url.has_port() && !url.port().empty()) {
        to.port = url.port_number();
        if (to.port == 0) {
            return bad_url("has an impossible port");
        }
    }
    const std::string path = url.path();
    if (path.size() > 1) {
        const auto number = parse_database(std::string_view(path).substr(1));
        if (!number) {
            return bad_url("must end with /<database number>");
        }
        to.database = *number;
    }
    if (url.has_query()) {
        return bad_url("takes no query");
    }
    return to;
}

} // namespace

std::string address_of(const endpoint& to) {
    if (!to.path.empty()) {
        return to.path;
    }
    const bool six = to.host.find(':') != std::string::npos;
    return (six ? '[' + to.host + ']' : to.host) + ':' + std::to_string(to.port);
}

result<endpoint> parse_endpoint(std::string_view text) {
    constexpr std::string_view form = "must look like redis://[user:password@]host:port/db";
    // Without an authority an assertion of Boost.URL 1.81 may fail: "redis:^".
    if (text.find("://") == std::string_view::npos) {
        return bad_url(form);
    }
    const auto parsed = urls::parse_uri(text);
    if (!parsed) {
        return bad_url("cannot be read; percent-encode special characters of the password");
    }
    const urls::url_view& url = *parsed;
    if (!url.has_authority() || url.has_fragment()) {
        return bad_url(form);
    }
    endpoint to;
    to.user = url.user();
    to.password = url.password();
    if (!to.user.empty() && to.password.empty()) {
        return bad_url("has a user without a password; a password alone is written :password@");
    }
    if (url.scheme() == "unix") {
        return parse_unix(url, std::move(to));
    }
    to.tls = url.scheme() == "rediss";
    if (!to.tls && url.scheme() != "redis") {
        return bad_url("must start with redis://, rediss:// or unix://");
    }
    return parse_network(url, std::move(to));
}

std::optional<std::int64_t> reply::integer() const {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        return *number;
    }
    if (const auto* string = text()) {
        return parse_number<std::int64_t>(*string);
    }
    return std::nullopt;
}

} // namespace imagined::redis
