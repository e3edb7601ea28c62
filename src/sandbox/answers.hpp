// What the simulated upstreams say, in each dialect's own manner: the paid answer with its way of
// writing `created` and its missing fields, and the shape of an error.
#pragma once

#include "rules.hpp"
#include "script.hpp"

#include "imagined/base/clock.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::sandbox {

// How a link to a picture is made.
struct link_maker {
    std::string origin; // "http://127.0.0.1:8081"
    std::string picture_key;
    std::int64_t expires = 0; // seconds since the epoch

    // `suffix` is what the link ends in, "" for the format's own; the bytes are of the format.
    std::string
    link_to(const drawing& what, picture_format format, const std::string& suffix) const;
};

// The signature over a picture's word and its expiry.
std::string picture_signature(std::string_view key, std::string_view word, std::string_view exp);

struct answer_facts {
    std::string_view dialect;
    unix_millis now = 0;
    std::vector<std::int64_t> seeds; // one a picture
    std::uint64_t base = 0;          // of the drawings
};

nlohmann::json paid_answer(
    const accepted_call& call,
    const answer_facts& facts,
    const link_maker& links,
    const scripted_outcome& ordered
);

// {"error":"…"} at Ideogram and its namesakes, {"error":{"message":…}} at the token relays.
nlohmann::json error_body(std::string_view dialect, int status, std::string_view text);

} // namespace imagined::sandbox
