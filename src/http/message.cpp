#include "imagined/http/message.hpp"

#include "grammar.hpp"

#include <algorithm>

namespace imagined::http {

namespace {

// What most heads need.
constexpr std::size_t usual_count = 8;
constexpr std::size_t usual_bytes = 256;

// A form-encoded component. A '%' that starts no escape stands for itself, as in every browser.
std::string form_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            decoded += ' ';
        } else if (auto escaped = percent_decode(text.substr(i, 3));
                   text[i] == '%' && escaped && escaped->size() == 1) {
            decoded += *escaped;
            i += 2;
        } else {
            decoded += text[i];
        }
    }
    return decoded;
}

} // namespace

bool iequals(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return to_lower(x) == to_lower(y);
           });
}

void fields::set(std::string_view name, std::string_view value) {
    // The text of what is replaced stays, so the arguments may point into it.
    std::erase_if(places_, [&](const place& held) {
        return iequals(std::string_view(text_).substr(held.start, held.name_size), name);
    });
    add(name, value);
}

void fields::add(std::string_view name, std::string_view value) {
    const std::size_t needed = text_.size() + name.size() + value.size();
    if (places_.empty()) {
        places_.reserve(usual_count);
    }
    places_.push_back(
        {static_cast<std::uint32_t>(text_.size()),
         static_cast<std::uint32_t>(name.size()),
         static_cast<std::uint32_t>(value.size())}
    );
    if (needed <= text_.capacity()) {
        text_.append(name).append(value);
        return;
    }
    // The arguments may point into the old text.
    std::string grown;
    grown.reserve(std::max(2 * needed, usual_bytes));
    grown.append(text_).append(name).append(value);
    text_.swap(grown);
}

std::string_view fields::get(std::string_view name) const {
    for (const auto& [held, value] : *this) {
        if (iequals(held, name)) {
            return value;
        }
    }
    return {};
}

bool fields::has(std::string_view name) const {
    return std::any_of(places_.begin(), places_.end(), [&](const place& held) {
        return iequals(std::string_view(text_).substr(held.start, held.name_size), name);
    });
}

std::optional<std::string> query_value(std::string_view query, std::string_view key) {
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        if (form_decode(pair.substr(0, equals)) == key) {
            return form_decode(pair.substr(std::min(equals + 1, pair.size())));
        }
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return std::nullopt;
}

std::string_view reason_phrase(int status) {
    switch (status) {
    case 100:
        return "Continue";
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 206:
        return "Partial Content";
    case 301:
        return "Moved Permanently";
    case 302:
        return "Found";
    case 303:
        return "See Other";
    case 304:
        return "Not Modified";
    case 307:
        return "Temporary Redirect";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 402:
        return "Payment Required";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 406:
        return "Not Acceptable";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 410:
        return "Gone";
    case 411:
        return "Length Required";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 416:
        return "Range Not Satisfiable";
    case 417:
        return "Expectation Failed";
    case 421:
        return "Misdirected Request";
    case 422:
        return "Unprocessable Content";
    case 425:
        return "Too Early";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Unknown";
    }
}

} // namespace imagined::http
