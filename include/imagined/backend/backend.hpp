// One configured backend: a dialect at an address with keys. The I/O around a dialect: send one
// call and say what became of it, and fetch the pictures it answered with. It never repeats a call;
// who may be asked next is the roster's and the queue's business.
#pragma once

#include "imagined/backend/form_dialect.hpp"
#include "imagined/backend/prices.hpp"
#include "imagined/base/async.hpp"
#include "imagined/http/client.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace imagined::backend {

inline constexpr std::string_view own_limits = "key";

// Whether the keys of one backend are one organisation, whose limits they share.
bool is_organisation(std::string_view dialect);

// Pictures that Ideogram lets an organisation have in progress.
inline constexpr int organisation_pictures = 10;

struct backend_options {
    std::string name;
    std::string dialect = "official";
    shared_dialect own_dialect = nullptr; // where `dialect` is none of the shipped ones
    dialect_change change = {};           // what this backend does otherwise
    std::string base_url;
    std::vector<std::string> keys;
    std::vector<std::string> key_names = {}; // "env:CAMEL_KEY" where a key came from there, else ""
    int concurrency = 10;                    // calls in flight per key, or limit_group
    int pictures = 0; // in progress likewise, a call taking as many as it asks for; 0: no limit
    // Keys and backends of one name share both limits; own_limits: each key has its own.
    std::string limit_group = std::string(own_limits);
    int priority = 0; // lower first
    int weight = 1;   // among equals
    milliseconds timeout{180000};
    std::vector<task::model> models;         // empty: all that the dialect has
    std::vector<task::operation> operations; // empty: all that the dialect has
    double max_spend_per_day = 0;            // USD; 0: no cap
    std::string ca_file;
    http::way_out out; // of calls and of downloads of their pictures
    price_overrides prices;
};

// What the backend speaks. Fails with `invalid`, naming backend and field: an unknown dialect, or
// a change that leaves nothing of it.
result<shared_dialect> spoken_by(const backend_options& options);

// What is probably wrong with the address of a backend, one sentence each: a path that its dialect
// adds itself, http:// where a redirect to https:// is to be expected.
std::vector<std::string> doubtful_address(const backend_options& options);

// A key of a backend, as the queue counts calls in flight on it. The name is the same in every
// process that has the key and reveals nothing of it: "<backend>:<first 12 hex digits of SHA-256>".
struct key_slot {
    std::string name;
    int limit = 10;
    // For people: "<backend>:env:CAMEL_KEY", or the key's tail ("<backend>:*1a2b"), or its place.
    std::string label = {};
    std::string group = {}; // shares the limits with this one's; "": the key's own
    int pictures = 0;       // 0: no limit
    int asks = 1;           // of candidates(): pictures that the first call would ask for
};

// What each key of a backend is called before people, each once: where it came from, else its last
// four characters if it has at least sixteen, else its place among the keys.
std::vector<std::string> key_labels(const backend_options& options);

class backend {
public:
    // Fails with `invalid`, naming backend and field: unknown dialect, bad base_url, no key, …
    // `fetch_rules` are fetch.allow; the backend's own host and port are allowed beside them.
    static result<std::unique_ptr<backend>>
    create(executor on, backend_options options, const http::egress_policy& fetch_rules);

    virtual ~backend() = default;

    virtual const backend_options& options() const = 0;
    virtual const dialect& speaks() const = 0;
    virtual const std::vector<key_slot>& slots() const = 0;
    virtual const price_table& prices() const = 0;

    // Dialect, models and operations allow it.
    virtual bool serves(task::operation what, task::model with) const = 0;

    // Sends the call that `body` (from dialect::encode) describes with the key of `slot`; its
    // answer has to come within `limit`. Never throws for network trouble, never repeats. What is
    // returned must not outlive this backend; nullptr: no key of this process has that name.
    virtual awaitable<std::shared_ptr<http::unanswered>>
    begin(wire_request body, const std::string& slot, milliseconds limit) = 0;

    // Downloads one result picture: from public hosts, from this backend's own host and port, and
    // from fetch.allow; at most 3 redirects, each judged again. `max_bytes` caps it. Fails with
    // `rejected` for a forbidden address, `unavailable` where a repetition may help, `corrupt` for
    // a link that is gone (403, 404, 410) or is no picture.
    virtual awaitable<result<std::string>>
    fetch_picture(std::string url, std::size_t max_bytes, milliseconds limit) = 0;

    // What became of a call: `made` is how the exchange ended that begin() began for `request`.
    virtual outcome judge(const task::render_request& request, http::exchange made) const = 0;
};

// When a paid link dies, as its `exp` parameter says (seconds since the epoch); nullopt without.
std::optional<std::int64_t> link_expiry(std::string_view url);

} // namespace imagined::backend
