#include "link.hpp"

#include <array>
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

// What a server says of itself to ROLE or, where that is not permitted, to INFO replication.
struct role {
    std::string name;
    std::string follows; // whom a replica follows
};

std::string text_at(const array& parts, std::size_t at) {
    if (at >= parts.size()) {
        return {};
    }
    const auto* text = parts[at].text();
    const auto number = parts[at].integer();
    return text != nullptr ? *text : number ? std::to_string(*number) : std::string();
}

role role_from(const array& parts) {
    return {text_at(parts, 0), text_at(parts, 1) + ':' + text_at(parts, 2)};
}

role role_from(std::string_view info) {
    const auto value_of = [info](std::string_view name) {
        const auto at = info.find(name);
        const auto from = at == std::string_view::npos ? info.size() : at + name.size();
        return std::string(info.substr(from, info.find('\r', from) - from));
    };
    return {value_of("role:"), value_of("master_host:") + ':' + value_of("master_port:")};
}

result<void> judge(const role& told) {
    if (told.name == "master") {
        return {};
    }
    return failure{
        failure_kind::unavailable,
        told.name == "slave" ? "redis: is a replica of " + told.follows
                             : "redis: is no master but \"" + told.name + "\""
    };
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
    append_command(request, {"ROLE"});
    return request;
}

void send(link& on, std::string words) {
    const auto request = std::make_shared<const std::string>(std::move(words));
    on.stream->write(*request, [request, stream = on.stream](const result<void>& written) {
        if (!written) {
            stream->close(); // the read that follows ends with it
        }
    });
}

awaitable<result<void>> check_role(link& on) {
    auto answer = co_await step(on, false);
    if (answer && answer->items() != nullptr) {
        co_return judge(role_from(*answer->items()));
    }
    if (answer) {
        co_return failure{failure_kind::corrupt, "redis: ROLE was not answered with a list"};
    }
    if (answer.error().kind != failure_kind::rejected) {
        co_return answer.error();
    }
    // A user without the rights of an administrator may still be allowed to ask this.
    const failure forbidden = answer.error();
    std::string question;
    append_command(question, {"INFO", "replication"});
    send(on, std::move(question));
    const auto info = co_await step(on, false);
    if (!info || info->text() == nullptr) {
        co_return forbidden;
    }
    co_return judge(role_from(*info->text()));
}

awaitable<result<void>> read_clock(link& on) {
    using steady = std::chrono::steady_clock;
    auto took = steady::duration::max();
    for (int i = 0; i < max_time_questions && took > telling_round_trip; ++i) {
        std::string question;
        append_command(question, {"TIME"});
        const auto asked = steady::now();
        send(on, std::move(question));
        const auto time = co_await step(on, false);
        if (!time) {
            co_return time.error();
        }
        const auto answered = steady::now();
        if (auto heard = hear_time(on.clock, *time, asked, answered); !heard) {
            co_return heard;
        }
        took = answered - asked;
    }
    co_return result<void>{};
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
    if (auto master = co_await check_role(on); !master) {
        co_return master;
    }
    co_return co_await read_clock(on);
}

} // namespace

failure named(const endpoint& to, failure why) {
    constexpr std::string_view start = "redis: ";
    if (why.detail.starts_with(start)) {
        why.detail = "redis at " + address_of(to) + ": " + why.detail.substr(start.size());
    }
    return why;
}

result<void> hear_time(
    server_clock& clock,
    const reply& time,
    server_clock::time_point asked,
    server_clock::time_point answered
) {
    const failure unknown{failure_kind::corrupt, "redis: TIME was not answered with a time"};
    const auto* parts = time.items();
    if (parts == nullptr || parts->size() != 2) {
        return unknown;
    }
    const auto whole = (*parts)[0].integer();
    const auto micros = (*parts)[1].integer();
    if (!whole || !micros) {
        return unknown;
    }
    clock.hear(*whole * 1000 + *micros / 1000, asked, answered);
    return {};
}

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
        failure late{
            failure_kind::unavailable,
            "redis: no connection within " + std::to_string(options.connect_deadline.count())
                + " ms"
        };
        co_return named(options.to, std::move(late));
    }
    if (!shaken) {
        made.stream->close();
        co_return named(options.to, shaken.error());
    }
    co_return std::move(made);
}

} // namespace imagined::redis
