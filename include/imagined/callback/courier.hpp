// Delivers one callback: a signed POST to a receiver that somebody else named. It does not queue,
// retry or order; the outbox does (queue module), driven by the worker's delivery duty.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/callback/delivery_plan.hpp"
#include "imagined/http/client.hpp"
#include "imagined/http/egress.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::callback {

struct courier_options {
    std::vector<std::string> secrets; // whsec_…; all of them sign
    std::string signing_key;          // whsk_…, signs beside them; "": none
    std::vector<std::string> allow;   // egress rules beside "public"
    std::string default_url;          // used when a submit names none; implicitly allowed
    std::vector<milliseconds> schedule{
        milliseconds(0),
        seconds(5),
        std::chrono::minutes(5),
        std::chrono::minutes(30),
        std::chrono::hours(2),
        std::chrono::hours(5),
        std::chrono::hours(10),
        std::chrono::hours(14),
        std::chrono::hours(20),
        std::chrono::hours(24)
    };
    milliseconds timeout{15000};
    http::way_out out;
};

class courier {
public:
    // Fails with `invalid`, naming the field, for a bad secret or key, rule or default_url.
    static result<std::unique_ptr<courier>> create(executor on, courier_options options);

    virtual ~courier() = default;

    virtual const courier_options& options() const = 0;

    // What receivers check the signatures of `signing_key` with (callback::key_set).
    virtual const std::string& key_set() const = 0;

    // May this hook be accepted at submit? The failure's detail is for the client: it names
    // callback.allow. Names are not resolved here; deliver() judges the address it connects to.
    virtual result<void> judge(std::string_view hook) const = 0;

    // POSTs `body` as application/json with the Standard Webhooks headers (`event_id` is the same
    // on every retry, the timestamp is this attempt's) and the `traceparent`. The answer's status
    // decides, whatever stands behind it; redirects are failures. Never throws.
    virtual awaitable<attempt_result>
    deliver(std::string hook, std::string event_id, std::string body, std::string traceparent) = 0;
};

} // namespace imagined::callback
