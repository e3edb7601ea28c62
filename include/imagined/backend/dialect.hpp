// How one family of servers speaks Ideogram's API, as pure functions: request out, outcome in. No
// Asio and no clock here. One dialect is one small file; what all of them share lives in wire.hpp.
// Sources: ideogram-api.md §2 (the table of dialects), §5 to §9, §12.
#pragma once

#include "imagined/base/failure.hpp"
#include "imagined/http/message.hpp"
#include "imagined/task/bilingual.hpp"
#include "imagined/task/render_request.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::backend {

// One paid call of a task: the pictures [first, first + count) of it, 1-based.
struct call_plan {
    int first = 1;
    int count = 1;
    std::optional<std::int64_t> seed{}; // of this call; set when the request has one

    friend bool operator==(const call_plan&, const call_plan&) = default;
};

// What goes over the wire, relative to the backend's base_url.
struct wire_request {
    std::string path;     // "/ideogram/v1/ideogram-v3/generate"
    http::fields headers; // Content-Type and the like; never the key
    std::string body;
};

// How the key is presented: "Api-Key: …", "Authorization: Bearer …", "Authorization: Key …".
enum class key_header { api_key, bearer, key };

// "api-key", "bearer", "key".
std::optional<key_header> parse_key_header(std::string_view text);
std::string_view to_string(key_header value);

// Puts the key where its header wants it.
void put_key(http::fields& headers, key_header in, std::string_view key);
// The key that a request carries there; "" where it is missing or in another header.
std::string_view key_among(const http::fields& headers, key_header in);

// How the address of a picture begins that came with the answer itself; base64 follows.
inline constexpr std::string_view held_picture = "data:;base64,";

// One entry of Ideogram's `data`.
struct answered_picture {
    std::string url; // "" when withheld; held_picture and the picture itself
    bool safe = true;
    std::optional<std::int64_t> seed;
    std::string prompt;
    std::string resolution;
};

// A paid answer, understood as far as it could be; `raw` is the body as it came.
struct answer {
    std::vector<answered_picture> pictures;
    std::vector<std::string> descriptions; // describe
    std::string raw;                       // "" where it is not in Ideogram's shape
};

std::string to_text(const answer& value); // for the queue's record
result<answer> answer_from_text(std::string_view text);

// What a call's end means (contract §4, "Outcome of a call").
enum class verdict {
    answered,    // paid, and a usable answer
    not_started, // surely not started: another key or backend may be asked
    refused,     // refused for good; nobody else is asked
    unknowable   // it may have been done and billed: never repeated by itself
};

// What it means for the key that was used.
enum class key_effect {
    none,
    cool,    // rate limited or unreachable: leave it alone for retry_after or 5 -> 60 s
    disable, // bad, unpaid or forbidden key: one real task tries it every 5 min
    absent,  // not the key's fault: nothing of the kind is at this address (3xx, 404, 405, 410)
    full     // it works, but its organisation has more pictures in progress than it may
};

struct outcome {
    verdict what = verdict::unknowable;
    key_effect key = key_effect::none;
    // The backend itself is in trouble (no connection, 503), whatever key was used: what its
    // breaker counts beside unknowable outcomes.
    bool backend_failed = false;
    // Its own complete answer came, so it is not working on the call any more.
    bool heard = false;
    std::optional<std::chrono::seconds> retry_after;
    int allowed_pictures = 0; // where the key is full, as the upstream names it; 0: it does not
    std::optional<backend::answer> answer;                              // exactly when answered
    task::fail_code code = task::fail_code::ambiguous_upstream_outcome; // unless answered
    task::bilingual reason; // for people; holds the upstream's own words where they help
    std::string detail;     // for log and history: "HTTP 422 Prompt provided failed safety check"
};

// The bytes of a picture that a request refers to.
using picture_source = std::function<result<std::string>(const task::picture_ref&)>;

class dialect {
public:
    virtual ~dialect() = default;

    virtual std::string_view name() const = 0;
    virtual key_header key_goes_in() const = 0;

    // Whether the dialect documents this operation for this model.
    virtual bool serves(task::operation what, task::model with) const = 0;

    // The fields of `request` that this dialect cannot express, by the name a person would use
    // ("--no", "seed", "style_type ANIME"); empty when all can. Requires serves().
    virtual std::vector<std::string> inexpressible(const task::render_request& request) const = 0;

    // The calls that bring request.images pictures: one with num_images, or one a picture where a
    // seed or a missing num_images demands it (contract §4).
    virtual std::vector<call_plan> plan(const task::render_request& request) const = 0;

    // The wire form of one planned call. Sends only what this dialect documents for the operation
    // and model: an inexpressible field is left out. `links` gives a picture an address that the
    // upstream can read (needs_links() tells where it must). Fails with `invalid` when a field that
    // the operation requires is missing, and as `pictures` or `links` fail.
    virtual result<wire_request> encode(
        const task::render_request& request,
        const call_plan& call,
        const picture_source& pictures,
        const picture_source& links = {}
    ) const = 0;

    // True where the input picture travels as a link and not as bytes (crazyrouter's older API).
    virtual bool needs_links(task::operation what, task::model with) const = 0;

    // What a complete HTTP answer means. Tolerant where money was spent (every `created`, null or
    // absent fields, fewer pictures), strict where it was not.
    virtual outcome
    decode(const task::render_request& request, const http::response& response) const = 0;
};

// The shipped dialects; nullptr for an unknown name. The objects live as long as the program.
const dialect* find_dialect(std::string_view name);
std::span<const std::string_view> dialect_names();

} // namespace imagined::backend
