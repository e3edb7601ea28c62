// A simulated Ideogram (ideogram-api.md §14): strict about every documented rule, with real PNG
// pictures that a person can tell apart, a delay, scripted outcomes, and a ledger of what would
// have been billed. It spends nothing. It is shipped: the first picture of a new user comes from
// it.
//
// Routes: every dialect under /<dialect>/… (base_url = "http://host/camel"), the root speaks
// `dialect`; GET /__ledger; POST /__script, /__switches; pictures under /api/images/ephemeral/….
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"

#include <memory>
#include <string>

namespace imagined::sandbox {

struct sandbox_options {
    std::string listen = "127.0.0.1:0";
    milliseconds delay{0};
    std::string dialect = "official"; // spoken by the root
    std::size_t max_file_bytes = 10UL * 1024 * 1024;
    int max_in_flight_per_key = 10; // more: 429
    int org_pictures = 10;        // in progress over all keys of "official"; more: 429. 0: no limit
    std::string picture_key = ""; // signs picture links; "" draws a random one
    // Whether input pictures that are sent as links are really fetched, as an upstream would.
    bool fetch_links = false;
};

class sandbox {
public:
    // Fails with `unavailable` when the address cannot be bound, `invalid` for an unknown dialect.
    static result<std::unique_ptr<sandbox>> open(executor on, sandbox_options options);

    virtual ~sandbox() = default;

    virtual std::string address() const = 0; // "127.0.0.1:41234"
    virtual void start() = 0;
    // To be awaited before the object goes while its io_context still runs.
    virtual awaitable<> stop() = 0;
};

} // namespace imagined::sandbox
