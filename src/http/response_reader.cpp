#include "response_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <limits>

namespace imagined::http {

namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

// A declared length is a claim: believe this much of it before the bytes are there. It is enough
// for a picture, which then is never moved, and takes no memory until the bytes are written.
constexpr std::uint64_t max_reserved_bytes = std::uint64_t{8} * 1024 * 1024;

// "HTTP/1.1 200" and what ends the number.
constexpr std::size_t status_bytes = 13;

} // namespace

class response_reader::parser final : public beast_http::basic_parser<false> {
public:
    parser(limits chosen, bool to_head) : limits_(chosen) {
        into.status = 0;
        eager(true);
        skip(to_head);
        header_limit(static_cast<std::uint32_t>(
            std::min<std::size_t>(chosen.header_bytes, std::numeric_limits<std::uint32_t>::max())
        ));
        body_limit(boost::none); // counted here: Beast counts chunks before their bytes
    }

    const limits& allowed() const { return limits_; }

    response into;
    std::string body;

private:
    void on_response_impl(int status, string_view, int, error_code&) override {
        into.status = status;
    }

    void
    on_field_impl(beast_http::field, string_view name, string_view value, error_code&) override {
        if (!in_body_) { // trailers are dropped
            into.headers.add({name.data(), name.size()}, {value.data(), value.size()});
        }
    }

    void on_header_impl(error_code& ec) override {
        // Beast ignores codings that it does not know and would read the coded bytes as the body.
        if (into.headers.has("Transfer-Encoding") && !chunked()) {
            ec = beast_http::error::bad_transfer_encoding;
        }
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) override {
        in_body_ = true;
        if (length && *length > limits_.body_bytes) {
            ec = beast_http::error::body_limit;
            return;
        }
        body.reserve(static_cast<std::size_t>(std::min(length.value_or(0), max_reserved_bytes)));
    }

    std::size_t on_body_impl(string_view bytes, error_code& ec) override {
        if (bytes.size() > limits_.body_bytes - body.size()) {
            ec = beast_http::error::body_limit;
            return 0;
        }
        body.append(bytes.data(), bytes.size());
        return bytes.size();
    }

    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& ec) override {
        return on_body_impl(bytes, ec);
    }

    void on_request_impl(beast_http::verb, string_view, string_view, int, error_code&) override {}

    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}

    void on_finish_impl(error_code&) override {}

    limits limits_;
    bool in_body_ = false;
};

int status_at(std::string_view text) {
    constexpr std::string_view name = "HTTP/";
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const bool whole = text.size() >= status_bytes && text.starts_with(name) && is_digit(text[5])
                       && text[6] == '.' && is_digit(text[7]) && text[8] == ' '
                       && std::all_of(text.begin() + 9, text.begin() + 12, is_digit)
                       && !is_digit(text[12]);
    return whole ? (text[9] - '0') * 100 + (text[10] - '0') * 10 + (text[11] - '0') : 0;
}

response_reader::response_reader(limits chosen, bool to_head)
    : parser_(std::make_unique<parser>(chosen, to_head)) {}

response_reader::~response_reader() = default;

result<std::size_t> response_reader::feed(std::string_view bytes) {
    std::size_t taken = 0;
    if (!taken_) {
        start_ = bytes.substr(0, status_bytes);
    }
    while (taken < bytes.size() && !parser_->is_done()) {
        error_code ec;
        const auto rest = bytes.substr(taken);
        taken += parser_->put(boost::asio::buffer(rest), ec);
        taken_ = taken_ || taken > 0;
        if (ec == beast_http::error::need_more) {
            break;
        }
        if (ec == beast_http::error::body_limit) {
            return failure{failure_kind::throttled, "the answer is too long"};
        }
        if (ec) {
            return failure{failure_kind::corrupt, "the answer is not HTTP: " + ec.message()};
        }
    }
    // What the parser leaves while it is not done is a line without end.
    if (!parser_->is_done() && bytes.size() - taken > parser_->allowed().header_bytes) {
        return failure{failure_kind::corrupt, "the answer is not HTTP: a line does not end"};
    }
    return taken;
}

std::optional<failure> response_reader::end_of_stream() {
    error_code ec = beast_http::error::partial_message;
    if (parser_->is_header_done()) {
        parser_->put_eof(ec);
    }
    if (ec) {
        return failure{failure_kind::unavailable, "the connection was cut before the answer's end"};
    }
    return std::nullopt;
}

int response_reader::status() const {
    return parser_->into.status != 0 ? parser_->into.status : status_at(start_);
}

std::uint64_t response_reader::to_come() const {
    return parser_->is_header_done() ? parser_->content_length_remaining().value_or(0) : 0;
}

bool response_reader::is_complete() const {
    return parser_->is_done();
}

bool response_reader::is_interim() const {
    return status() / 100 == 1;
}

bool response_reader::is_upgrade() const {
    return parser_->into.status == 101;
}

bool response_reader::keeps_connection() const {
    return parser_->keep_alive();
}

response response_reader::take() {
    parser_->into.status = status();
    parser_->into.body = std::move(parser_->body);
    return std::move(parser_->into);
}

} // namespace imagined::http
