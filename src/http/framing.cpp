#include "framing.hpp"

#include "grammar.hpp"

#include "imagined/base/text.hpp"
#include "imagined/http/message.hpp"

#include <algorithm>
#include <array>

namespace imagined::http::framing {

namespace {

constexpr std::string_view line_end = "\r\n";

// Takes the next line off `rest`. The caller has made sure that every line ends in CR LF.
std::string_view take_line(std::string_view& rest) {
    const auto end = std::min(rest.find(line_end), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + line_end.size(), rest.size()));
    return line;
}

bool has_bare_line_feed(std::string_view head) {
    for (auto at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at + 1)) {
        if (at == 0 || head[at - 1] != '\r') {
            return true;
        }
    }
    return false;
}

struct request_line {
    bool valid = false;
    bool http_1_0 = false;
};

request_line read_request_line(std::string_view line) {
    const auto first = line.find(' ');
    const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos || !is_token(line.substr(0, first))) {
        return {};
    }
    const auto target = line.substr(first + 1, second - first - 1);
    const auto version = line.substr(second + 1);
    const bool clean =
        !target.empty() && is_field_value(target) && target.find('\t') == std::string_view::npos;
    return {
        .valid = clean && (version == "HTTP/1.1" || version == "HTTP/1.0"),
        .http_1_0 = version == "HTTP/1.0",
    };
}

bool is_host(std::string_view text) {
    constexpr std::string_view others = ".-_:[]%~!$&'()*+,;=";
    return std::all_of(text.begin(), text.end(), [&](char c) {
        const char lower = to_lower(c);
        return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9')
               || others.find(c) != std::string_view::npos;
    });
}

// What the field lines say about framing, gathered line by line.
struct framing_fields {
    std::optional<flaw> take(std::string_view name, std::string_view value) {
        if (iequals(name, "Content-Length")) {
            ++lengths;
            if (lengths > 1) {
                return flaw::repeated_length;
            }
            if (!parse_decimal(value)) {
                return flaw::bad_length;
            }
        } else if (iequals(name, "Transfer-Encoding")) {
            ++codings;
            if (codings > 1) {
                return flaw::repeated_coding;
            }
            if (!iequals(value, "chunked")) {
                return flaw::foreign_coding;
            }
        } else if (iequals(name, "Host")) {
            ++hosts;
            if (hosts > 1) {
                return flaw::several_hosts;
            }
            if (!is_host(value)) {
                return flaw::bad_host;
            }
        }
        if (lengths > 0 && codings > 0) {
            return flaw::length_and_coding;
        }
        return std::nullopt;
    }

    int lengths = 0;
    int codings = 0;
    int hosts = 0;
};

struct field_line {
    std::string_view name;
    std::string_view value;
};

// Splits "name: value"; nullopt when the line is not of that form.
std::optional<field_line> split_field(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
        return std::nullopt;
    }
    const auto value = line.substr(colon + 1);
    if (!is_field_value(value)) {
        return std::nullopt;
    }
    return field_line{line.substr(0, colon), trim(value)};
}

bool is_folded(std::string_view line) {
    return line.front() == ' ' || line.front() == '\t';
}

} // namespace

std::string_view describe(flaw found) {
    switch (found) {
    case flaw::bare_line_feed:
        return "a line ends in a bare line feed";
    case flaw::folded_line:
        return "a header line is folded";
    case flaw::bad_request_line:
        return "the request line is malformed";
    case flaw::bad_field:
        return "a header line is malformed";
    case flaw::bad_length:
        return "Content-Length is not a number";
    case flaw::repeated_length:
        return "Content-Length is repeated";
    case flaw::length_and_coding:
        return "Content-Length and Transfer-Encoding are both given";
    case flaw::repeated_coding:
        return "Transfer-Encoding is repeated";
    case flaw::foreign_coding:
        return "the only transfer coding understood is chunked";
    case flaw::chunked_in_http_1_0:
        return "HTTP/1.0 knows no transfer coding";
    case flaw::no_host:
        return "the Host header is missing";
    case flaw::several_hosts:
        return "the Host header is repeated";
    case flaw::bad_host:
        return "the Host header is malformed";
    case flaw::bad_chunk:
        return "the chunked body is malformed";
    case flaw::framing_in_trailer:
        return "a trailer names a framing field";
    }
    return "the request is malformed";
}

head_end find_head_end(std::string_view bytes, std::size_t seen) {
    for (auto at = bytes.find('\n', seen); at != std::string_view::npos;
         at = bytes.find('\n', at + 1)) {
        if (at == 0 || bytes[at - 1] != '\r') {
            return {.length = {}, .broken = flaw::bare_line_feed};
        }
        if (at == 1 || (at >= 3 && bytes.substr(at - 3, 2) == line_end)) {
            return {.length = at + 1, .broken = {}};
        }
    }
    return {};
}

std::optional<flaw> first_flaw(std::string_view head) {
    if (has_bare_line_feed(head)) {
        return flaw::bare_line_feed;
    }
    const auto start = read_request_line(take_line(head));
    if (!start.valid) {
        return flaw::bad_request_line;
    }
    framing_fields seen;
    for (auto line = take_line(head); !line.empty(); line = take_line(head)) {
        if (is_folded(line)) {
            return flaw::folded_line;
        }
        const auto field = split_field(line);
        if (!field) {
            return flaw::bad_field;
        }
        if (const auto found = seen.take(field->name, field->value)) {
            return found;
        }
    }
    if (start.http_1_0 && seen.codings > 0) {
        return flaw::chunked_in_http_1_0;
    }
    if (!start.http_1_0 && seen.hosts == 0) {
        return flaw::no_host;
    }
    return std::nullopt;
}

std::size_t field_count(std::string_view head) {
    std::size_t lines = 0;
    for (auto line = take_line(head); !line.empty(); line = take_line(head)) {
        ++lines;
    }
    return lines == 0 ? 0 : lines - 1; // without the request line
}

std::optional<flaw> trailer_flaw(std::string_view line) {
    constexpr std::array<std::string_view, 3> framing_names{
        "Content-Length", "Transfer-Encoding", "Host"
    };
    if (line.empty() || is_folded(line)) {
        return flaw::folded_line;
    }
    const auto field = split_field(line);
    if (!field) {
        return flaw::bad_field;
    }
    const bool frames = std::any_of(framing_names.begin(), framing_names.end(), [&](auto name) {
        return iequals(field->name, name);
    });
    return frames ? std::optional(flaw::framing_in_trailer) : std::nullopt;
}

} // namespace imagined::http::framing
