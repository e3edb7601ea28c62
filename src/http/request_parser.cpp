#include "request_parser.hpp"

#include "grammar.hpp"

#include "imagined/base/bytes.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <limits>

namespace imagined::http {

namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

// Collects the head straight into our own values. It never sees a body.
class head_parser final : public beast_http::basic_parser<true> {
public:
    explicit head_parser(request_head& into) : into_(into) {
        header_limit(std::numeric_limits<std::uint32_t>::max()); // the server has its own limit
        body_limit(boost::none);
    }

private:
    void on_request_impl(beast_http::verb, string_view method, string_view target, int, error_code&)
        override {
        into_.method.assign(method.data(), method.size());
        into_.target.assign(target.data(), target.size());
    }

    void
    on_field_impl(beast_http::field, string_view name, string_view value, error_code&) override {
        into_.headers.add({name.data(), name.size()}, {value.data(), value.size()});
    }

    void on_response_impl(int, string_view, int, error_code&) override {}

    void on_header_impl(error_code&) override {}

    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}

    std::size_t on_body_impl(string_view, error_code&) override { return 0; }

    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}

    std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }

    void on_finish_impl(error_code&) override {}

    request_head& into_;
};

// Visible ASCII with nothing to decode.
bool is_plain(std::string_view path) {
    bool plain = true;
    for (const char c : path) {
        plain &= c > ' ' && c < '\x7f' && c != '%';
    }
    return plain;
}

// What follows scheme and authority of an absolute-form target.
std::string_view origin_form(std::string_view target) {
    const auto scheme = target.find("://");
    if (target.empty() || target.front() == '/' || scheme == std::string_view::npos) {
        return target;
    }
    const auto start = target.find_first_of("/?", scheme + 3);
    return start == std::string_view::npos ? std::string_view{"/"} : target.substr(start);
}

} // namespace

std::optional<parsed_head> parse_request_head(std::string_view bytes) {
    parsed_head parsed;
    head_parser parser(parsed.head);
    error_code ec;
    const auto used = parser.put(boost::asio::buffer(bytes), ec);
    if (ec || used != bytes.size() || !parser.is_header_done()) {
        return std::nullopt;
    }
    parsed.length = parser.content_length().value_or(0);
    parsed.chunked = parser.chunked();
    parsed.http_1_0 = bytes.substr(0, bytes.find('\r')).ends_with("HTTP/1.0");
    parsed.keep_alive = parser.keep_alive();
    parsed.head.path = path_of(parsed.head.target);
    parsed.head.query = query_of(parsed.head.target);
    return parsed;
}

std::string path_of(std::string_view target) {
    const auto origin = origin_form(target);
    const auto raw = origin.substr(0, origin.find_first_of("?#"));
    if (!raw.empty() && is_plain(raw)) {
        return std::string(raw);
    }
    const auto decoded = percent_decode(raw.empty() ? "/" : raw);
    if (!decoded || !is_utf8(*decoded) || decoded->find('\0') != std::string::npos) {
        return {};
    }
    return *decoded;
}

std::string_view query_of(std::string_view target) {
    target = target.substr(0, target.find('#'));
    const auto mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

} // namespace imagined::http
