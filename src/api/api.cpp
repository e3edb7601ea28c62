#include "imagined/api/api.hpp"

#include "answers.hpp"
#include "context.hpp"
#include "door/routes.hpp"
#include "live/problem.hpp"
#include "native/ideogram_words.hpp"
#include "texts.hpp"

#include "imagined/base/log.hpp"

#include <any>
#include <exception>
#include <map>
#include <utility>

namespace imagined::api {

namespace {

// new-api sends a JSON `null` with GET; nobody sends more.
constexpr std::size_t max_get_body_bytes = 4096;
constexpr int drain_retry_seconds = 5;
constexpr int unavailable_retry_seconds = 1;

task::language language_of(const http::request_head& head) {
    return task::preferred_language(head.headers.get("Accept-Language"));
}

// Ideogram's clients read English.
task::language language_of(const http::request_head& head, const routed& found) {
    return found.errors == speech::ideograms ? task::language::en : language_of(head);
}

http::response in_words_of(const routed& found, http::response answer) {
    switch (found.errors) {
    case speech::ideograms:
        return in_ideograms_words(std::move(answer));
    case speech::problems:
        return in_problem_words(std::move(answer));
    case speech::midjourneys:
        break;
    }
    return answer;
}

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
        return texts::unavailable;
    default:
        return status < 500 ? texts::bad_request : texts::system_error;
    }
}

class api_handler final : public http::handler {
public:
    api_handler(api_options options, api_parts parts)
        : context_(std::move(options), std::move(parts)) {}

    std::variant<http::admission, http::response> admit(const http::request_head& head) override {
        routed found = find_route(head.method, head.path);
        identity who;
        if (auto refused = refuse_at_the_door(head, found, who)) {
            *refused = in_words_of(found, std::move(*refused));
            context_.cors.mark(*refused, head.headers.get("Origin"));
            count(found, refused->status);
            return std::move(*refused);
        }
        http::admission admitted;
        admitted.max_body_bytes =
            found.to->method == "GET" ? max_get_body_bytes : context_.options.max_body_bytes;
        admitted.note = visitor{std::move(found), std::move(who)};
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
            answer = in_words_of(found, closed(in));
        } else {
            try {
                call made = open_call(std::move(incoming), from, in);
                answer = co_await found.to->handle(context_, std::move(made));
            } catch (const std::exception& e) {
                answer = in_words_of(found, broken(*found.to, e, in));
            }
        }
        context_.cors.mark(answer, origin);
        count(found, answer.status);
        co_return answer;
    }

    http::response
    refuse(int status, std::string_view reason, const http::request_head& head) override {
        task::bilingual why = text_of(status);
        if (status == 400 && !reason.empty()) {
            why.zh.append(": ").append(reason);
            why.en.append(": ").append(reason);
        }
        const routed found = find_route(head.method, head.path);
        http::response answer = problem(status, why, language_of(head, found));
        if (status == 503) {
            answer.headers.set("Retry-After", "1");
        }
        answer = in_words_of(found, std::move(answer));
        context_.cors.mark(answer, head.headers.get("Origin"));
        return answer;
    }

private:
    // Everything that can be said before the body: unknown key, path or method, and draining.
    // Without an answer, `who` is who is calling.
    std::optional<http::response>
    refuse_at_the_door(const http::request_head& head, const routed& found, identity& who) {
        const auto in = language_of(head, found);
        if (head.method == "OPTIONS") {
            return context_.cors.preflight(head.headers);
        }
        auto known = found.open ? identity{} : context_.keys.identify(head.headers);
        if (!known) {
            known = context_.keys.identify_session(head);
        }
        if (!known) {
            http::response answer = problem(401, texts::unauthorized, in);
            answer.headers.set("WWW-Authenticate", "Bearer");
            return answer;
        }
        if (found.to == nullptr && found.allowed.empty()) {
            return problem(404, texts::no_route, in);
        }
        if (found.to == nullptr) {
            http::response answer = problem(405, texts::no_method, in);
            answer.headers.set("Allow", found.allowed + ", OPTIONS");
            return answer;
        }
        if (is_closed(*found.to)) {
            return closed(in);
        }
        who = std::move(*known);
        return std::nullopt;
    }

    // What admit() knows of a request. std::any wants to be able to copy it.
    struct visitor {
        routed found;
        identity who;
    };

    static call open_call(http::request incoming, visitor& from, task::language in) {
        call made;
        made.lang = in;
        made.who = std::move(from.who);
        made.integer_ids = from.found.path.integer_ids;
        made.mode = from.found.path.mode;
        made.values = std::move(from.found.values);
        made.request = std::move(incoming);
        return made;
    }

    static http::response broken(const route& at, const std::exception& why, task::language in) {
        log::error(
            "a request could not be handled",
            {{"route", std::string(at.pattern)}, {"reason", why.what()}}
        );
        return problem(500, texts::system_error, in);
    }

    bool is_closed(const route& to) const {
        if (to.does != effect::submits) {
            return false;
        }
        const readiness now = context_.parts.ready();
        return now.draining || now.closed;
    }

    http::response closed(task::language in) const {
        return context_.parts.ready().draining
                   ? try_later(texts::draining, drain_retry_seconds, in)
                   : try_later(texts::unavailable, unavailable_retry_seconds, in);
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

    context context_;
    std::map<std::pair<const route*, int>, metrics::counter> requests_;
};

} // namespace

std::unique_ptr<http::handler> make_api(api_options options, api_parts parts) {
    return std::make_unique<api_handler>(std::move(options), std::move(parts));
}

} // namespace imagined::api
