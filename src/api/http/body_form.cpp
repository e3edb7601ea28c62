#include "http/body_form.hpp"

#include "imagined/base/charset.hpp"
#include "imagined/http/multipart.hpp"

namespace imagined::api {

namespace {

bool is_form(std::string_view content_type) {
    constexpr std::string_view form = "multipart/";
    return http::iequals(content_type.substr(0, form.size()), form);
}

bool has_body(const http::fields& headers) {
    const std::string_view length = headers.get("Content-Length");
    return headers.has("Transfer-Encoding") || (!length.empty() && length != "0");
}

// nullopt: one that is not read here. The charset of a form is that of its parts, each by itself.
std::optional<charset> charset_of(const http::fields& headers) {
    const auto named = http::parameter(headers.get("Content-Type"), "charset");
    return named && !named->empty() ? parse_charset(*named) : charset::utf_8;
}

} // namespace

std::optional<task::bilingual> find_foreign_form(const http::request_head& head) {
    if (!has_body(head.headers)) {
        return std::nullopt;
    }
    const std::string_view coding = head.headers.get("Content-Encoding");
    if (!coding.empty() && !http::iequals(coding, "identity")) {
        return task::bilingual{
            "Content-Encoding: 不支持压缩的请求体，请发送未压缩的内容",
            "Content-Encoding: an encoded body is not read; send it as it is"
        };
    }
    const std::string_view type = head.headers.get("Content-Type");
    const auto written = charset_of(head.headers);
    if (!written || (is_form(type) && *written != charset::utf_8)) {
        return task::bilingual{
            "Content-Type: 不支持该charset，请使用UTF-8", "Content-Type: charset: expected UTF-8"
        };
    }
    return std::nullopt;
}

std::optional<std::string> body_in_utf8(const http::request& from) {
    const auto written = charset_of(from.headers);
    if (!written || *written == charset::utf_8) {
        return std::nullopt;
    }
    return to_utf8(*written, from.body);
}

} // namespace imagined::api
