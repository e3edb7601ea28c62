#include "imagined/backend/dialect.hpp"

#include <array>

namespace imagined::backend {

namespace {

struct header_row {
    key_header is;
    std::string_view word;
    std::string_view field;
    std::string_view scheme; // with its space
};

constexpr std::array header_rows{
    header_row{key_header::api_key, "api-key", "Api-Key", ""},
    header_row{key_header::bearer, "bearer", "Authorization", "Bearer "},
    header_row{key_header::key, "key", "Authorization", "Key "}
};

const header_row& row_of(key_header wanted) {
    return header_rows.at(static_cast<std::size_t>(wanted));
}

} // namespace

std::optional<key_header> parse_key_header(std::string_view text) {
    for (const header_row& row : header_rows) {
        if (row.word == text) {
            return row.is;
        }
    }
    return std::nullopt;
}

std::string_view to_string(key_header value) {
    return row_of(value).word;
}

void put_key(http::fields& headers, key_header in, std::string_view key) {
    const header_row& row = row_of(in);
    headers.set(row.field, std::string(row.scheme) + std::string(key));
}

std::string_view key_among(const http::fields& headers, key_header in) {
    const header_row& row = row_of(in);
    const std::string_view value = headers.get(row.field);
    const bool schemed = value.size() > row.scheme.size()
                         && http::iequals(value.substr(0, row.scheme.size()), row.scheme);
    return schemed ? value.substr(row.scheme.size()) : std::string_view();
}

} // namespace imagined::backend
