#include "health_command.hpp"

#include "exit_codes.hpp"

#include "imagined/http/client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <exception>
#include <optional>
#include <utility>

namespace imagined::app {

namespace {

constexpr milliseconds answer_limit{4000};

// "127.0.0.1:8080" is a URL to whoever types it.
std::string question_of(std::string base, bool ready) {
    if (base.find("://") == std::string::npos) {
        base = "http://" + base;
    }
    while (base.ends_with('/')) {
        base.pop_back();
    }
    if (base.ends_with("/healthz") || base.ends_with("/readyz")) {
        return base;
    }
    return base + (ready ? "/readyz" : "/healthz");
}

http::exchange ask(asio::io_context& context, http::client& client, http::outgoing request) {
    std::optional<http::exchange> told;
    std::exception_ptr error;
    asio::co_spawn(
        context.get_executor(),
        client.send(std::move(request)),
        [&](std::exception_ptr thrown, http::exchange answered) {
            error = std::move(thrown);
            told = std::move(answered);
            context.stop();
        }
    );
    context.run();
    if (error) {
        std::rethrow_exception(error);
    }
    return *std::move(told);
}

int fail(const std::string& what, int code) {
    fmt::print(stderr, "imagined: {}\n", what);
    return code;
}

} // namespace

int ask_health(const std::string& base, bool ready) {
    const std::string question = question_of(base, ready);
    const auto to = http::parse_url(question);
    if (!to) {
        return fail(fmt::format("{}: {}", base, to.error().detail), exit_code::usage);
    }
    asio::io_context context(1);
    const auto client = http::client::create(context.get_executor(), {});
    if (!client) {
        return fail(client.error().detail, exit_code::failed);
    }
    http::outgoing request;
    request.to = *to;
    request.deadline = answer_limit;
    const auto told = ask(context, **client, std::move(request));
    if (!told.outcome) {
        return fail(
            fmt::format("{}: {}", question, told.outcome.error().detail), exit_code::failed
        );
    }
    const auto body = nlohmann::json::parse(told.outcome->text(), nullptr, false);
    const int status = told.outcome->status;
    if (status != 200) {
        const std::string why =
            body.is_object() && body.contains("reason") && body["reason"].is_string()
                ? ": " + body["reason"].get<std::string>()
                : "";
        return fail(fmt::format("{} answers {}{}", question, status, why), exit_code::failed);
    }
    fmt::print("{} answers 200\n", question);
    if (body.is_object() && body.contains("warnings") && body["warnings"].is_array()) {
        for (const auto& warning : body["warnings"]) {
            fmt::print("warning: {}\n", warning.is_string() ? warning.get<std::string>() : "");
        }
    }
    return exit_code::ok;
}

} // namespace imagined::app
