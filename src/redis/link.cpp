#include "link.hpp"

#include "imagined/base/clock.hpp"

#include <array>
#include <string>
#include <utility>

namespace imagined::redis {

namespace {

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
    append_command(request, {"TIME"});
    return request;
}

awaitable<result<void>> shake_hands(link& on, const endpoint& to) {
    if (auto connected = co_await on.stream->connect(); !connected) {
        co_return connected;
    }
    const unix_millis asked = system_clock().now();
    const auto request = std::make_shared<const std::string>(hello(to));
    on.stream->write(*request, [request, stream = on.stream](const result<void>& written) {
        if (!written) {
            stream->close(); // the read below ends with it
        }
    });
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
    auto time = co_await step(on, false);
    if (!time) {
        co_return time.error();
    }
    auto offset = offset_from(*time, asked, system_clock().now());
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
