#include "link.hpp"

#include "imagined/base/clock.hpp"

#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace imagined::redis {

namespace {

// A server that was stopped or paused answers TIME long after it was asked, and the middle of such
// a wait says little about its clock: then it is asked again, and the quickest answer counts.
constexpr milliseconds telling_round_trip{200};
constexpr int max_time_questions = 3;

awaitable<result<reply>> next_reply(link& on) {
    std::array<char, 1024> bytes;
    for (;;) {
        auto parsed = on.reader.next();
        if (!parsed) {
            co_return parsed.error();
        }
        if (parsed->has_value()) {
            co_return std::move(**parsed);
        }
        const auto count = co_await on.stream->read_some(bytes);
        if (!count) {
            co_return count.error();
        }
        on.reader.feed({bytes.data(), *count});
    }
}

// Reads the reply of one step of the handshake. An answer to AUTH is never quoted: some servers
// repeat arguments in error texts.
awaitable<result<reply>> step(link& on, bool secret) {
    auto answer = co_await next_reply(on);
    if (!answer || answer->failed() == nullptr) {
        co_return answer;
    }
    const std::string& text = answer->failed()->text;
    if (secret) {
        const auto kind = error_reply(text).kind == failure_kind::unavailable
                              ? failure_kind::unavailable
                              : failure_kind::rejected;
        co_return failure{
            kind, "redis: AUTH was refused (" + std::string(error_code_of(text)) + ")"
        };
    }
    failure refused = error_reply(text);
    // Answered to whatever came first, by a server that has no place for us.
    if (text.find("max number of clients") != std::string::npos) {
        refused.kind = failure_kind::unavailable;
    }
    co_return refused;
}

result<milliseconds> offset_from(const reply& time, unix_millis asked, unix_millis answered) {
    const auto* parts = time.items();
    if (parts == nullptr || parts->size() != 2) {
        return failure{failure_kind::corrupt, "redis: TIME was not answered with a time"};
    }
    const auto whole = (*parts)[0].integer();
    const auto micros = (*parts)[1].integer();
    if (!whole || !micros) {
        return failure{failure_kind::corrupt, "redis: TIME was not answered with a time"};
    }
    // The server read its clock about half way between question and answer.
    return milliseconds(*whole * 1000 + *micros / 1000 - (asked + answered) / 2);
}

std::string hello(const endpoint& to) {
    std::string request;
    if (!to.password.empty()) {
        if (to.user.empty()) {
            append_command(request, {"AUTH", to.password});
        } else {
            append_command(request, {"AUTH", to.user, to.password});
        }
    }
    if (to.database != 0) {
        append_command(request, {"SELECT", std::to_string(to.database)});
    }
    return request;
}

void send(link& on, std::string words) {
    if (words.empty()) {
        return;
    }
    const auto request = std::make_shared<const std::string>(std::move(words));
    on.stream->write(*request, [request, stream = on.stream](const result<void>& written) {
        if (!written) {
            stream->close(); // the read that follows ends with it
        }
    });
}

awaitable<result<milliseconds>> read_clock(link& on) {
    std::optional<milliseconds> offset;
    milliseconds shortest = milliseconds::max();
    for (int i = 0; i < max_time_questions && shortest > telling_round_trip; ++i) {
        std::string question;
        append_command(question, {"TIME"});
        const unix_millis asked = system_clock().now();
        send(on, std::move(question));
        auto time = co_await step(on, false);
        if (!time) {
            co_return time.error();
        }
        const unix_millis answered = system_clock().now();
        auto told = offset_from(*time, asked, answered);
        if (!told) {
            co_return told.error();
        }
        const milliseconds took(std::abs(answered - asked));
        if (!offset || took < shortest) {
            offset = *told;
            shortest = took;
        }
    }
    co_return *offset;
}

awaitable<result<void>> shake_hands(link& on, const endpoint& to) {
    if (auto connected = co_await on.stream->connect(); !connected) {
        co_return connected;
    }
    send(on, hello(to));
    if (!to.password.empty()) {
        if (auto answer = co_await step(on, true); !answer) {
            co_return answer.error();
        }
    }
    if (to.database != 0) {
        if (auto answer = co_await step(on, false); !answer) {
            co_return answer.error();
        }
    }
    const auto offset = co_await read_clock(on);
    if (!offset) {
        co_return offset.error();
    }
    on.clock_offset = *offset;
    co_return result<void>{};
}

} // namespace

awaitable<result<link>>
establish(executor on, std::shared_ptr<transport> stream, client_options options) {
    link made{std::move(stream), {}, {}};
    enum class phase { running, expired, over };
    auto state = std::make_shared<phase>(phase::running);
    steady_timer limit(on, options.connect_deadline);
    limit.async_wait([state, weak = std::weak_ptr(made.stream)](boost::system::error_code error) {
        const auto target = weak.lock();
        if (!error && target && *state == phase::running) {
            *state = phase::expired;
            target->close();
        }
    });
    auto shaken = co_await shake_hands(made, options.to);
    const bool expired = std::exchange(*state, phase::over) == phase::expired;
    if (expired) {
        co_return failure{
            failure_kind::unavailable,
            "redis: no connection within " + std::to_string(options.connect_deadline.count())
                + " ms"
        };
    }
    if (!shaken) {
        made.stream->close();
        co_return shaken.error();
    }
    co_return std::move(made);
}

} // namespace imagined::redis
