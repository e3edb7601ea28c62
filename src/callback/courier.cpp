#include "imagined/callback/courier.hpp"

#include "imagined/base/clock.hpp"
#include "imagined/base/failpoint.hpp"
#include "imagined/callback/signature.hpp"
#include "imagined/http/retry_after.hpp"

#include <chrono>
#include <utility>

namespace imagined::callback {

namespace {

constexpr std::string_view user_agent = "imagined-callback/1";

// An answer counts by its status alone. One that is short is read to its end all the same: its
// connection can be kept then.
constexpr std::size_t max_courtesy_bytes = 16 * std::size_t{1024};

failure named(std::string_view field, const failure& cause) {
    return failure{failure_kind::invalid, std::string(field).append(": ").append(cause.detail)};
}

attempt_result without_answer(const failure& cause) {
    attempt_result came;
    came.what = cause.kind == failure_kind::rejected ? attempt_result::kind::forbidden
                                                     : attempt_result::kind::failed;
    came.note = cause.detail;
    return came;
}

attempt_result from_answer(const http::response& answer, unix_millis now) {
    constexpr int gone = 410;
    attempt_result came;
    came.status = answer.status;
    came.note = std::to_string(answer.status);
    if (answer.status >= 200 && answer.status < 300) {
        came.what = attempt_result::kind::delivered;
    } else if (answer.status == gone) {
        came.what = attempt_result::kind::gone;
    } else {
        came.what = attempt_result::kind::failed;
        came.retry_after = http::retry_after_of(
            answer.headers,
            std::chrono::floor<seconds>(std::chrono::sys_time<milliseconds>(milliseconds(now))),
            std::chrono::floor<seconds>(max_retry_after)
        );
    }
    return came;
}

class http_courier final : public courier {
public:
    http_courier(
        courier_options options,
        signing_keys keys,
        http::egress_policy egress,
        std::unique_ptr<http::client> client
    )
        : options_(std::move(options)),
          keys_(std::move(keys)),
          key_set_(callback::key_set(keys_.own)),
          egress_(std::move(egress)),
          client_(std::move(client)) {}

    const courier_options& options() const override { return options_; }

    const std::string& key_set() const override { return key_set_; }

    result<void> judge(std::string_view hook) const override {
        const auto target = http::parse_url(hook);
        if (!target) {
            return named("notifyHook", target.error());
        }
        if (hook.find('#') != std::string_view::npos) {
            return failure{failure_kind::invalid, "notifyHook: the URL has a fragment"};
        }
        if (!egress_.may_permit(target->host, target->port)) {
            return failure{
                failure_kind::invalid,
                "notifyHook: " + target->authority()
                    + " is not a public address; the operator can permit it in callback.allow"
            };
        }
        return {};
    }

    awaitable<attempt_result> deliver(
        std::string hook, std::string event_id, std::string body, std::string traceparent
    ) override {
        auto target = http::parse_url(hook);
        if (!target) {
            co_return without_answer(target.error());
        }
        http::outgoing request = prepare(std::move(*target), event_id, std::move(body));
        request.headers.set("traceparent", traceparent);
        failpoint::hit("callback.deliver.before");
        const http::exchange ended = co_await client_->send(std::move(request));
        failpoint::hit("callback.deliver.after");
        if (!ended.outcome) {
            co_return without_answer(ended.outcome.error());
        }
        co_return from_answer(*ended.outcome, system_clock().now());
    }

private:
    http::outgoing prepare(http::url to, const std::string& event_id, std::string body) const {
        const std::int64_t timestamp = system_clock().now() / 1000;
        http::outgoing request;
        request.method = "POST";
        request.to = std::move(to);
        request.headers.set("Content-Type", "application/json");
        request.headers.set("User-Agent", user_agent);
        request.headers.set("webhook-id", event_id);
        request.headers.set("webhook-timestamp", std::to_string(timestamp));
        if (std::string all = sign(keys_, event_id, timestamp, body); !all.empty()) {
            request.headers.set("webhook-signature", std::move(all));
        }
        request.body = std::move(body);
        request.deadline = options_.timeout;
        request.max_body_bytes = max_courtesy_bytes;
        request.status_only = true;
        request.egress = &egress_;
        return request;
    }

    courier_options options_;
    signing_keys keys_;
    std::string key_set_;
    http::egress_policy egress_;
    std::unique_ptr<http::client> client_;
};

result<signing_keys> keys_of(const courier_options& options) {
    signing_keys keys;
    for (std::size_t i = 0; i < options.secrets.size(); ++i) {
        auto key = parse_secret(options.secrets[i]);
        if (!key) {
            return named("callback.secrets[" + std::to_string(i) + "]", key.error());
        }
        keys.secrets.push_back(std::move(*key));
    }
    if (!options.signing_key.empty()) {
        auto own = signing_key::parse(options.signing_key);
        if (!own) {
            return named("callback.signing_key", own.error());
        }
        keys.own = std::move(*own);
    }
    return keys;
}

result<http::egress_policy> egress_of(const courier_options& options) {
    auto policy = http::egress_policy::parse(options.allow);
    if (!policy) {
        return named("callback.allow", policy.error());
    }
    if (!options.default_url.empty()) {
        const auto target = http::parse_url(options.default_url);
        if (!target) {
            return named("callback.default_url", target.error());
        }
        policy->allow(target->host, target->port);
    }
    return policy;
}

} // namespace

result<std::unique_ptr<courier>> courier::create(executor on, courier_options options) {
    auto keys = keys_of(options);
    if (!keys) {
        return keys.error();
    }
    auto egress = egress_of(options);
    if (!egress) {
        return egress.error();
    }
    http::client_options connection;
    connection.connect_deadline = seconds(5); // a tarpit must not hold a delivery
    connection.out = options.out;
    connection.max_response_header_bytes = 16 * std::size_t{1024};
    auto client = http::client::create(std::move(on), connection);
    if (!client) {
        return client.error();
    }
    return std::unique_ptr<courier>(std::make_unique<http_courier>(
        std::move(options), std::move(*keys), std::move(*egress), std::move(*client)
    ));
}

} // namespace imagined::callback
