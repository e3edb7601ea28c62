#include "imagined/backend/backend.hpp"

#include "key_scrubbing.hpp"
#include "verdicts.hpp"

#include "imagined/backend/picture_fetcher.hpp"
#include "imagined/base/bytes.hpp"
#include "imagined/base/failpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace imagined::backend {

namespace {

// JSON with links; of a dialect whose answers may hold the pictures themselves, more.
constexpr std::size_t max_answer_bytes = std::size_t{8} * 1024 * 1024;
constexpr std::size_t max_pictured_answer_bytes = std::size_t{64} * 1024 * 1024;
constexpr std::size_t slot_digits = 12;

failure
invalid_option(const backend_options& options, std::string_view field, std::string_view why) {
    return {failure_kind::invalid, fmt::format("backend \"{}\": {}: {}", options.name, field, why)};
}

bool is_header_safe(std::string_view key) {
    return std::all_of(key.begin(), key.end(), [](unsigned char c) { return c > ' ' && c < 0x7f; });
}

template <class T>
bool allows(const std::vector<T>& list, T wanted) {
    return list.empty() || std::find(list.begin(), list.end(), wanted) != list.end();
}

// What a proxy in front of the upstream says when it lost patience: the call may still be under way
// behind it.
bool is_gateways_own(int status) {
    constexpr int first_of_cdn = 520;
    constexpr int last_of_cdn = 524;
    return status == 502 || status == 504 || (status >= first_of_cdn && status <= last_of_cdn);
}

struct keyed_slot {
    std::string name;
    std::string key;
};

class http_backend final : public backend {
public:
    http_backend(
        backend_options options,
        shared_dialect speaks,
        price_table prices,
        http::url base,
        std::unique_ptr<http::client> client,
        http::egress_policy fetch_rules
    );

    const backend_options& options() const override { return options_; }

    const dialect& speaks() const override { return *speaks_; }

    const std::vector<key_slot>& slots() const override { return slots_; }

    const price_table& prices() const override { return prices_; }

    bool serves(task::operation what, task::model with) const override;

    awaitable<std::shared_ptr<http::unanswered>>
    begin(wire_request body, const std::string& slot, milliseconds limit) override;

    outcome judge(const task::render_request& request, http::exchange made) const override;

    awaitable<result<std::string>>
    fetch_picture(std::string url, std::size_t max_bytes, milliseconds limit) override;

private:
    http::outgoing written(wire_request body, const std::string& key, milliseconds limit) const;
    // Without any of our keys: some upstreams repeat one in their error texts.
    std::string without_keys(std::string text) const;

    backend_options options_;
    shared_dialect speaks_;
    price_table prices_;
    http::url base_;
    std::unique_ptr<http::client> client_;
    http::egress_policy fetch_rules_;
    std::vector<keyed_slot> keys_;
    std::vector<key_slot> slots_;
};

http_backend::http_backend(
    backend_options options,
    shared_dialect speaks,
    price_table prices,
    http::url base,
    std::unique_ptr<http::client> client,
    http::egress_policy fetch_rules
)
    : options_(std::move(options)),
      speaks_(std::move(speaks)),
      prices_(std::move(prices)),
      base_(std::move(base)),
      client_(std::move(client)),
      fetch_rules_(std::move(fetch_rules)) {
    fetch_rules_.allow(base_.host, base_.port);
    const auto labels = key_labels(options_);
    for (std::size_t i = 0; i < options_.keys.size(); ++i) {
        const std::string& key = options_.keys[i];
        keyed_slot slot{
            .name = fmt::format("{}:{}", options_.name, sha256_hex(key).substr(0, slot_digits)),
            .key = key
        };
        const bool known = std::any_of(keys_.begin(), keys_.end(), [&](const keyed_slot& k) {
            return k.name == slot.name;
        });
        if (!known) {
            slots_.push_back(
                {.name = slot.name,
                 .limit = options_.concurrency,
                 .label = fmt::format("{}:{}", options_.name, labels[i]),
                 .group = options_.limit_group == own_limits ? "" : options_.limit_group,
                 .pictures = options_.pictures}
            );
            keys_.push_back(std::move(slot));
        }
    }
}

bool http_backend::serves(task::operation what, task::model with) const {
    return speaks_->serves(what, with) && allows(options_.operations, what)
           && (!knows_models(what) || allows(options_.models, with));
}

http::outgoing
http_backend::written(wire_request body, const std::string& key, milliseconds limit) const {
    http::outgoing out;
    out.method = "POST";
    out.to = base_;
    std::string prefix = base_.target;
    while (prefix.ends_with('/')) {
        prefix.pop_back();
    }
    out.to.target = prefix + body.path;
    out.headers = std::move(body.headers);
    put_key(out.headers, speaks_->key_goes_in(), key);
    out.body = std::move(body.body);
    out.deadline = limit;
    out.max_body_bytes =
        speaks_->pictures_at().empty() ? max_answer_bytes : max_pictured_answer_bytes;
    return out;
}

std::string http_backend::without_keys(std::string text) const {
    for (const auto& known : keys_) {
        text = scrubbed(std::move(text), known.key);
    }
    return text;
}

awaitable<std::shared_ptr<http::unanswered>>
http_backend::begin(wire_request body, const std::string& slot, milliseconds limit) {
    const auto held = std::find_if(keys_.begin(), keys_.end(), [&](const keyed_slot& k) {
        return k.name == slot;
    });
    if (held == keys_.end()) {
        co_return nullptr;
    }
    co_return co_await client_->begin(written(std::move(body), held->key, limit));
}

outcome http_backend::judge(const task::render_request& request, http::exchange made) const {
    if (failpoint::hit("backend.call.answered") && made.outcome) {
        made.outcome = failure{failure_kind::unavailable, "the answer was lost"};
    }
    if (made.reached == http::progress::not_sent) {
        const std::string why = made.outcome ? "not sent" : made.outcome.error().detail;
        return unreachable(without_keys(why));
    }
    if (!made.outcome) {
        return unknowable(without_keys(made.outcome.error().detail));
    }
    outcome came = speaks_->decode(request, *made.outcome);
    if (came.answer) {
        came.answer->raw = without_keys(std::move(came.answer->raw));
    } else {
        // Log and history quote its words, cut short: a key must be gone before the cut, or the
        // part before it would stay.
        made.outcome->body = without_keys(std::string(made.outcome->text()));
        came = speaks_->decode(request, *made.outcome);
    }
    came.heard = !is_gateways_own(made.outcome->status);
    return came;
}

awaitable<result<std::string>>
http_backend::fetch_picture(std::string url, std::size_t max_bytes, milliseconds limit) {
    if (url.starts_with(held_picture)) {
        auto bytes = from_base64(std::string_view(url).substr(held_picture.size()));
        if (!bytes || bytes->size() > max_bytes) {
            co_return failure{failure_kind::corrupt, "picture: longer than is accepted"};
        }
        co_return std::move(*bytes);
    }
    fetch_order order{
        .from = std::move(url), .max_bytes = max_bytes, .limit = limit, .rules = &fetch_rules_
    };
    co_return co_await fetch(*client_, std::move(order));
}

result<http::url> base_of(const backend_options& options) {
    auto base = http::parse_url(options.base_url);
    if (!base) {
        return invalid_option(options, "base_url", base.error().detail);
    }
    if (base->target.find('?') != std::string::npos) {
        return invalid_option(options, "base_url", "a query does not belong here");
    }
    return base;
}

result<void> check(const backend_options& options) {
    if (options.keys.empty()) {
        return invalid_option(options, "keys", "at least one is needed");
    }
    for (const auto& key : options.keys) {
        if (key.empty() || !is_header_safe(key)) {
            return invalid_option(
                options, "keys", "a key is empty or has characters no header can carry"
            );
        }
    }
    if (options.concurrency < 1) {
        return invalid_option(options, "concurrency", "must be at least 1");
    }
    if (options.pictures < 0) {
        return invalid_option(options, "pictures", "must be 0 or more");
    }
    if (options.limit_group.empty()) {
        return invalid_option(options, "limit_group", "is empty");
    }
    if (options.weight < 1) {
        return invalid_option(options, "weight", "must be at least 1");
    }
    if (options.timeout <= milliseconds(0)) {
        return invalid_option(options, "timeout", "must be more than 0");
    }
    if (!(options.max_spend_per_day >= 0)) {
        return invalid_option(options, "max_spend_per_day", "must be 0 or more");
    }
    return {};
}

} // namespace

std::vector<std::string> key_labels(const backend_options& options) {
    constexpr std::size_t shortest_with_tail = 16;
    constexpr std::size_t tail = 4;
    std::vector<std::string> labels;
    for (std::size_t i = 0; i < options.keys.size(); ++i) {
        const std::string& key = options.keys[i];
        std::string label = i < options.key_names.size() ? options.key_names[i] : "";
        if (label.empty() && key.size() >= shortest_with_tail) {
            label = "*" + key.substr(key.size() - tail);
        }
        if (label.empty() || std::find(labels.begin(), labels.end(), label) != labels.end()) {
            label += fmt::format("{}key-{}", label.empty() ? "" : "-", i + 1);
        }
        labels.push_back(std::move(label));
    }
    return labels;
}

bool is_organisation(std::string_view dialect) {
    return dialect == "official" || dialect == "ideogram-v2";
}

result<shared_dialect> spoken_by(const backend_options& options) {
    const form_dialect* speaks = options.own_dialect != nullptr
                                     ? options.own_dialect.get()
                                     : find_form_dialect(options.dialect);
    if (speaks == nullptr) {
        return invalid_option(
            options,
            "dialect",
            fmt::format("\"{}\" is none of {}", options.dialect, fmt::join(dialect_names(), ", "))
        );
    }
    auto made = changed(*speaks, options.change);
    return made ? std::move(made) : invalid_option(options, "never_send", made.error().detail);
}

result<std::unique_ptr<backend>>
backend::create(executor on, backend_options options, const http::egress_policy& fetch_rules) {
    if (options.name.empty()) {
        return failure{failure_kind::invalid, "a backend has no name"};
    }
    auto speaks = spoken_by(options);
    if (!speaks) {
        return speaks.error();
    }
    auto base = base_of(options);
    if (!base) {
        return base.error();
    }
    if (const auto fine = check(options); !fine) {
        return fine.error();
    }
    auto prices = price_table::with(options.prices);
    if (!prices) {
        return invalid_option(options, "prices", prices.error().detail);
    }
    http::client_options connecting;
    connecting.ca_file = options.ca_file;
    connecting.out = options.out;
    auto client = http::client::create(on, std::move(connecting));
    if (!client) {
        return invalid_option(options, "ca_file", client.error().detail);
    }
    return std::make_unique<http_backend>(
        std::move(options),
        std::move(*speaks),
        std::move(*prices),
        std::move(*base),
        std::move(*client),
        fetch_rules
    );
}

std::optional<std::int64_t> link_expiry(std::string_view url) {
    const auto start = url.find('?');
    if (start == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view query = url.substr(start + 1, url.find('#', start) - start - 1);
    const auto text = http::query_value(query, "exp");
    std::int64_t seconds = 0;
    if (!text) {
        return std::nullopt;
    }
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
    const bool whole = error == std::errc() && end == text->data() + text->size();
    return whole && seconds > 0 ? std::optional(seconds) : std::nullopt;
}

} // namespace imagined::backend
