// The Range header (RFC 9110 §14): one range of bytes, or the whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace imagined::api {

struct byte_range {
    enum class kind { whole, part, unsatisfiable } what = kind::whole;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

// What `header` asks of `size` bytes. What cannot be read, and several ranges at once, mean the
// whole, as the RFC lets a server choose.
byte_range choose_range(std::string_view header, std::uint64_t size);

// True if `header` (If-None-Match) names `etag`, weakly compared, or is "*".
bool names_etag(std::string_view header, std::string_view etag);

} // namespace imagined::api
