#include "operator_session.hpp"

#include "exit_codes.hpp"
#include "parts.hpp"

#include "imagined/redis/client.hpp"
#include "imagined/redis/embedded.hpp"

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <optional>
#include <utility>

namespace imagined::app {

namespace {

result<redis::endpoint> where_is_redis(const config::settings& settings) {
    if (!settings.redis_url.empty()) {
        return redis::parse_endpoint(settings.redis_url);
    }
    auto socket = redis::embedded_endpoint(settings.data_dir / "redis");
    if (!std::filesystem::exists(socket.path)) {
        return failure{
            failure_kind::unavailable,
            fmt::format(
                "no embedded Redis runs in {}: start `imagined serve`, or set redis.url",
                settings.data_dir.string()
            )
        };
    }
    return socket;
}

// Drives `context` until the command has ended; the connection then has nothing to do any more.
result<report>
drive(asio::io_context& context, const operator_command& command, operator_context with) {
    std::optional<result<report>> outcome;
    std::exception_ptr error;
    asio::co_spawn(
        context.get_executor(),
        command(with),
        [&](std::exception_ptr thrown, result<report> told) {
            error = std::move(thrown);
            outcome = std::move(told);
            context.stop();
        }
    );
    context.run();
    if (error) {
        std::rethrow_exception(error);
    }
    return *std::move(outcome);
}

int fail(const failure& why, int code = exit_code::failed) {
    fmt::print(stderr, "imagined: {}\n", why.detail);
    return code;
}

} // namespace

int run_operator_command(
    const config::settings& settings, bool json, const operator_command& command
) {
    const auto endpoint = where_is_redis(settings);
    if (!endpoint) {
        return fail(endpoint.error());
    }
    const auto fetch_rules = http::egress_policy::parse(settings.fetch_allow);
    if (!fetch_rules) {
        return fail(fetch_rules.error(), exit_code::usage);
    }
    asio::io_context context(1);
    const auto backends = open_roster(context.get_executor(), settings.backends, *fetch_rules);
    if (!backends) {
        return fail(backends.error(), exit_code::usage);
    }
    redis::client_options options;
    options.to = *endpoint;
    const auto connection = redis::client::create(context.get_executor(), options);
    const auto tasks = queue::open_redis_queue(*connection, queue_options_of(settings));
    const operator_context with{
        .tasks = *tasks.reading,
        .submission = *tasks.submission,
        .operating = *tasks.operating,
        .backends = *backends,
        .task_timeout = settings.api.task_timeout,
        .queue_limit = settings.api.queue_limit,
        .json = json,
        .changes = change_feed_of(context.get_executor(), options, settings.redis_prefix),
        .print =
            [](const std::string& line) {
                fmt::print("{}\n", line);
                std::fflush(stdout); // whoever follows a pipe waits for it
            },
    };
    const auto told = drive(context, command, with);
    connection->close();
    if (!told) {
        return fail(told.error());
    }
    if (!told->text.empty()) {
        fmt::print("{}\n", told->text);
    }
    return told->sound ? exit_code::ok : exit_code::failed;
}

} // namespace imagined::app
