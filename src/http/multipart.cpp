#include "imagined/http/multipart.hpp"

#include "grammar.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/text.hpp"
#include "imagined/http/message.hpp"

#include <algorithm>

namespace imagined::http {

namespace {

constexpr std::size_t boundary_random_bytes = 16;
constexpr std::size_t max_boundary_bytes = 70; // RFC 2046 §5.1.1
constexpr std::size_t max_part_head_bytes = std::size_t{8} * 1024;
constexpr std::string_view crlf = "\r\n";

failure damaged(std::string_view why) {
    return {failure_kind::invalid, "multipart body: " + std::string(why)};
}

// As browsers do (WHATWG "multipart/form-data encoding algorithm"); but they write a backslash as
// it is, and one at the end of a name then hides the closing quote from readers of quoted pairs.
std::string quoted(std::string_view text) {
    std::string escaped = "\"";
    for (const char c : text) {
        switch (c) {
        case '"':
            escaped += "%22";
            break;
        case '\\':
            escaped += R"(\\)";
            break;
        case '\r':
            escaped += "%0D";
            break;
        case '\n':
            escaped += "%0A";
            break;
        default:
            escaped += c;
        }
    }
    return escaped + '"';
}

std::string fresh_boundary(const std::vector<part>& parts) {
    while (true) {
        auto boundary = "imagined-" + random_hex(boundary_random_bytes);
        const bool occurs = std::any_of(parts.begin(), parts.end(), [&](const part& p) {
            return p.body.find(boundary) != std::string::npos;
        });
        if (!occurs) {
            return boundary;
        }
    }
}

void write_part(std::string& out, const part& p) {
    out += "Content-Disposition: form-data; name=" + quoted(p.name);
    if (!p.filename.empty()) {
        out += "; filename=" + quoted(p.filename);
    }
    out += crlf;
    if (!p.content_type.empty() && is_field_value(p.content_type)) {
        out += "Content-Type: " + p.content_type;
        out += crlf;
    }
    out += crlf;
    out += p.body;
    out += crlf;
}

// Undoes quoted(), and the backslash of older clients before a quote or a backslash.
std::string unescape(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto escape = text.substr(i, 3);
        if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\')) {
            plain += text[++i];
        } else if (escape == "%22" || iequals(escape, "%0d") || iequals(escape, "%0a")) {
            plain += *percent_decode(escape);
            i += 2;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

// Takes a quoted string or a plain value off the front of `rest`; nullopt if a quote never closes.
std::optional<std::string> take_value(std::string_view& rest) {
    if (!rest.starts_with('"')) {
        const auto end = std::min(rest.find(';'), rest.size());
        std::string value(trim(rest.substr(0, end)));
        rest.remove_prefix(end);
        return value;
    }
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if (rest[i] == '\\') {
            ++i;
        } else if (rest[i] == '"') {
            auto value = unescape(rest.substr(1, i - 1));
            rest.remove_prefix(i + 1);
            return value;
        }
    }
    return std::nullopt;
}

// RFC 8187, as urllib3 writes names beyond ASCII: filename*=utf-8''na%C3%AFve.png
std::optional<std::string> extended_parameter(std::string_view header, std::string_view name) {
    const auto raw = parameter(header, name);
    if (!raw || !to_lower(*raw).starts_with("utf-8'")) {
        return std::nullopt;
    }
    const auto text = raw->find('\'', 6);
    return text == std::string::npos ? std::nullopt
                                     : percent_decode(std::string_view(*raw).substr(text + 1));
}

result<fields> read_part_head(std::string_view head) {
    fields read;
    while (!head.empty()) {
        const auto end = std::min(head.find(crlf), head.size());
        const auto line = head.substr(0, end);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
            return damaged("a part's header is malformed");
        }
        read.add(line.substr(0, colon), trim(line.substr(colon + 1)));
        head.remove_prefix(std::min(end + crlf.size(), head.size()));
    }
    return read;
}

// `text` is one part: header lines, a blank line, the body.
result<part> read_part(std::string_view text) {
    // A part without any header starts with the blank line itself.
    const auto blank = text.starts_with(crlf) ? 0 : text.find("\r\n\r\n");
    if (blank == std::string_view::npos || blank > max_part_head_bytes) {
        return damaged("a part's headers do not end");
    }
    const auto headers = read_part_head(text.substr(0, blank));
    if (!headers) {
        return headers.error();
    }
    const auto disposition = headers->get("Content-Disposition");
    auto name = parameter(disposition, "name");
    if (!to_lower(disposition).starts_with("form-data") || !name || name->empty()) {
        return damaged("a part has no name");
    }
    const auto encoding = to_lower(headers->get("Content-Transfer-Encoding"));
    if (encoding == "base64" || encoding == "quoted-printable") {
        return damaged("a part has a Content-Transfer-Encoding");
    }
    auto filename = extended_parameter(disposition, "filename*");
    if (!filename) {
        filename = parameter(disposition, "filename");
    }
    return part{
        std::move(*name),
        std::move(filename).value_or(""),
        std::string(headers->get("Content-Type")),
        std::string(text.substr(blank == 0 ? crlf.size() : blank + 2 * crlf.size())),
    };
}

// Steps over the rest of a boundary line. True if a part follows, false after the final one.
result<bool> step_over_boundary(std::string_view& rest) {
    if (rest.starts_with("--")) {
        return false;
    }
    const auto end = rest.find(crlf);
    if (end == std::string_view::npos || !trim(rest.substr(0, end)).empty()) {
        return damaged("it is truncated");
    }
    rest.remove_prefix(end + crlf.size());
    return true;
}

} // namespace

std::optional<std::string> parameter(std::string_view header, std::string_view name) {
    auto rest = header.substr(std::min(header.find(';'), header.size()));
    while (rest.starts_with(';')) {
        rest.remove_prefix(1);
        const auto equals = rest.find_first_of("=;");
        if (equals == std::string_view::npos) {
            return std::nullopt;
        }
        if (rest[equals] == ';') {
            rest.remove_prefix(equals);
            continue;
        }
        const auto key = trim(rest.substr(0, equals));
        rest.remove_prefix(equals + 1);
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        auto value = take_value(rest);
        if (!value || iequals(key, name)) {
            return value;
        }
        rest.remove_prefix(std::min(rest.find(';'), rest.size()));
    }
    return std::nullopt;
}

multipart write_multipart(const std::vector<part>& parts) {
    const auto boundary = fresh_boundary(parts);
    multipart written{"multipart/form-data; boundary=" + boundary, {}};
    for (const auto& p : parts) {
        written.body += "--" + boundary;
        written.body += crlf;
        write_part(written.body, p);
    }
    written.body += "--" + boundary + "--";
    written.body += crlf;
    return written;
}

result<std::vector<part>>
read_multipart(std::string_view content_type, std::string_view body, std::size_t max_parts) {
    const auto type = trim(content_type.substr(0, content_type.find(';')));
    const auto boundary = parameter(content_type, "boundary");
    if (!iequals(type, "multipart/form-data") || !boundary || boundary->empty()
        || boundary->size() > max_boundary_bytes) {
        return damaged("the Content-Type names no boundary");
    }
    const std::string delimiter = "\r\n--" + *boundary;
    auto rest = body;
    if (rest.starts_with(std::string_view(delimiter).substr(crlf.size()))) {
        rest.remove_prefix(delimiter.size() - crlf.size());
    } else if (const auto first = rest.find(delimiter); first != std::string_view::npos) {
        rest.remove_prefix(first + delimiter.size());
    } else {
        return damaged("its boundary does not occur");
    }
    std::vector<part> parts;
    while (true) {
        const auto more = step_over_boundary(rest);
        if (!more) {
            return more.error();
        }
        if (!*more) {
            return parts;
        }
        if (parts.size() == max_parts) {
            return damaged("it has too many parts");
        }
        const auto end = rest.find(delimiter);
        if (end == std::string_view::npos) {
            return damaged("it is truncated");
        }
        auto read = read_part(rest.substr(0, end));
        if (!read) {
            return read.error();
        }
        parts.push_back(std::move(*read));
        rest.remove_prefix(end + delimiter.size());
    }
}

} // namespace imagined::http
