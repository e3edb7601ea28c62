#include "imagined/api/api.hpp"

#include "answers/answers.hpp"
#include "answers/texts.hpp"
#include "context/context.hpp"
#include "context/visitors.hpp"
#include "error_words.hpp"
#include "http/body_form.hpp"
#include "http/cors.hpp"
#include "imagined/submit/texts.hpp"
#include "routing.hpp"

#include "imagined/base/log.hpp"

#include <any>
#include <exception>
#include <map>
#include <utility>

namespace imagined::api {

namespace {

// new-api sends a JSON `null` with GET; nobody sends more. Nor has a stranger more to say than a
// key.
constexpr std::size_t max_small_body_bytes = 4096;
constexpr seconds drain_retry{5};
constexpr seconds unavailable_retry{1};

const task::bilingual& text_of(int status) {
    switch (status) {
    case 401:
        return texts::unauthorized;
    case 404:
        return texts::no_route;
    case 405:
        return texts::no_method;
    case 408:
        return texts::too_slow;
    case 413:
        return texts::too_large;
    case 431:
        return texts::headers_too_large;
    case 503:
        return texts::crowded;
    default:
        return status < 500 ? texts::bad_request : submit::texts::system_error;
    }
}

class api_handler final : public http::handler {
public:
    api_handler(api_options options, api_parts parts)
        : cors_(options), context_(std::move(options), std::move(parts)) {}

    std::variant<http::admission, http::response> admit(const http::request_head& head) override {
        routed found = find_route(head.method, head.path);
        identity who;
        if (auto refused = refuse_at_the_door(head, found, who)) {
            return complete(found, std::move(*refused), head.headers.get("Origin"));
        }
        http::admission admitted;
        const bool small = found.to->method == "GET" || found.to->who == access::anybody;
        admitted.max_body_bytes = small ? max_small_body_bytes : context_.options.max_body_bytes;
        admitted.note = visitor{std::move(found), std::move(who), std::chrono::steady_clock::now()};
        return admitted;
    }

    awaitable<http::response> handle(http::request incoming) override {
        visitor from = std::any_cast<visitor>(std::move(incoming.noted));
        incoming.noted.reset();
        const routed& found = from.found;
        const auto in = language_of(incoming, found);
        const std::string origin(incoming.headers.get("Origin"));
        http::response answer;
        if (is_closed(*found.to)) { // since it was admitted: a body takes its time
            answer = in_words_of(found, closed(), in);
        } else if (auto refused = co_await refuse_signed_out(found, from.who, in)) {
            answer = std::move(*refused);
        } else {
            const auto session = from.who.session;
            try {
                call made = open_call(std::move(incoming), from, in);
                answer = co_await found.to->handle(context_, std::move(made));
            } catch (const std::exception& e) {
                answer = in_words_of(found, broken(*found.to, e), in);
            }
            if (auto* stream = std::get_if<std::shared_ptr<http::body_stream>>(&answer.body);
                stream != nullptr && session) {
                *stream = until_signed_out(context_.parts.door, *session, std::move(*stream));
            }
        }
        // Refusals with HTTP 200 have been held by their handler.
        if (!origin.empty() && found.to->pattern.starts_with("mj/submit/")
            && answer.status >= 400) {
            co_await context_.late.hold(from.arrived);
        }
        co_return complete(found, std::move(answer), origin);
    }

    http::response
    refuse(int status, std::string_view reason, const http::request_head& head) override {
        task::bilingual why = text_of(status);
        if (status == 400 && !reason.empty()) {
            why.zh.append(": ").append(reason);
            why.en.append(": ").append(reason);
        }
        const routed found = find_route(head.method, head.path);
        refusal refused = refuse_with_status(status, why);
        if (status == 503) {
            refused.retry_after = unavailable_retry;
        }
        http::response answer = in_words_of(found, refused, language_of(head, found));
        cors_.mark(answer, head.headers.get("Origin"));
        mark_private(answer);
        return answer;
    }

private:
    // Everything that can be said before the body: unknown key, path or method, and draining.
    // Without an answer, `who` is who is calling.
    std::optional<http::response>
    refuse_at_the_door(const http::request_head& head, const routed& found, identity& who) {
        const auto in = language_of(head, found);
        if (head.method == "OPTIONS") {
            return cors_.preflight(head.headers);
        }
        told_keys told;
        if (found.open) {
            told.who.emplace();
        } else {
            told = context_.keys.identify(head.headers);
        }
        auto known = told.who ? std::move(told.who) : context_.keys.identify_session(head);
        if (!known) {
            return unknown_visitor(found, head.peer, told.wrong, in);
        }
        if (auto forbidden = refuse_right(found, *known, in)) {
            return forbidden;
        }
        if (found.to == nullptr && found.allowed.empty()) {
            return in_words_of(found, refuse_with_status(404, texts::no_route), in);
        }
        if (found.to == nullptr) {
            http::response answer =
                in_words_of(found, refuse_with_status(405, texts::no_method), in);
            answer.headers.set("Allow", found.allowed + ", OPTIONS");
            return answer;
        }
        if (is_closed(*found.to)) {
            return in_words_of(found, closed(), in);
        }
        if (!found.open && !context_.parts.pictures.ready()) {
            // No address is known.
            return in_words_of(
                found, refuse_for_now(submit::texts::unavailable, unavailable_retry), in
            );
        }
        if (const auto unreadable = find_foreign_form(head)) {
            return in_words_of(found, refuse_with_status(415, *unreadable), in);
        }
        who = std::move(*known);
        return std::nullopt;
    }

    http::response unknown_visitor(
        const routed& found, std::string_view peer, std::size_t wrong_keys, task::language in
    ) {
        http::response answer =
            in_words_of(found, refuse_with_status(401, texts::unauthorized), in);
        answer.headers.set("WWW-Authenticate", "Bearer");
        const auto late =
            context_.guesses.refused(peer, wrong_keys, std::chrono::steady_clock::now());
        if (late > milliseconds(0)) {
            answer.hold = late;
        }
        return answer;
    }

    // Callers' keys may do all but look at what is counted over all of them; keys for that may do
    // nothing else. A viewer may read.
    static std::optional<http::response>
    refuse_right(const routed& found, const identity& who, task::language in) {
        const bool counting = found.to != nullptr && found.to->who == access::counting;
        if (who.only_metrics && !counting) {
            return in_words_of(found, refuse_with_status(403, texts::metrics_only), in);
        }
        if (counting && !who.only_metrics && !who.is_operator()) {
            return in_words_of(found, refuse_with_status(403, texts::operators_only), in);
        }
        if (who.reads_only && found.to != nullptr && found.to->does != effect::reads) {
            return in_words_of(found, refuse_with_status(403, texts::viewers_read), in);
        }
        return std::nullopt;
    }

    awaitable<std::optional<http::response>>
    refuse_signed_out(const routed& found, const identity& who, task::language in) {
        if (!who.session) {
            co_return std::nullopt;
        }
        const auto out = co_await context_.parts.door.is_signed_out(*who.session);
        if (!out) {
            co_return in_words_of(found, failed(out.error(), "look up a session"), in);
        }
        if (*out) {
            co_return unknown_visitor(found, "", 0, in);
        }
        co_return std::nullopt;
    }

    // The last that is done to every answer.
    http::response complete(const routed& found, http::response answer, std::string_view origin) {
        cors_.mark(answer, origin);
        mark_private(answer);
        count(found, answer.status);
        return answer;
    }

    // What admit() knows of a request. std::any wants to be able to copy it.
    struct visitor {
        routed found;
        identity who;
        std::chrono::steady_clock::time_point arrived;
    };

    static call open_call(http::request incoming, visitor& from, task::language in) {
        call made;
        made.lang = in;
        made.who = std::move(from.who);
        made.integer_ids = from.found.path.integer_ids;
        made.mode = from.found.path.mode;
        made.arrived = from.arrived;
        made.values = std::move(from.found.values);
        made.request = std::move(incoming);
        return made;
    }

    static refusal broken(const route& at, const std::exception& why) {
        log::error(
            "a request could not be handled",
            {{"route", std::string(at.pattern)}, {"reason", why.what()}}
        );
        return refuse_with_status(500, submit::texts::system_error);
    }

    bool is_closed(const route& to) const {
        if (to.does != effect::submits) {
            return false;
        }
        const readiness now = context_.parts.ready();
        return now.draining || now.closed;
    }

    refusal closed() const {
        return context_.parts.ready().draining
                   ? refuse_for_now(texts::draining, drain_retry)
                   : refuse_for_now(submit::texts::unavailable, unavailable_retry);
    }

    void count(const routed& found, int status) {
        const auto key = std::pair(found.to, status);
        auto known = requests_.find(key);
        if (known == requests_.end()) {
            const std::string_view route = found.to == nullptr ? "none" : found.to->pattern;
            const auto counter = context_.parts.metrics.counter_of(
                "imagined_http_requests_total",
                "HTTP requests that were handled, by route and status.",
                {{"route", std::string(route)}, {"status", std::to_string(status)}}
            );
            known = requests_.emplace(key, counter).first;
        }
        known->second.add();
    }

    cors_policy cors_;
    context context_;
    std::map<std::pair<const route*, int>, metrics::counter> requests_;
};

} // namespace

std::unique_ptr<http::handler> make_api(api_options options, api_parts parts) {
    return std::make_unique<api_handler>(std::move(options), std::move(parts));
}

} // namespace imagined::api
