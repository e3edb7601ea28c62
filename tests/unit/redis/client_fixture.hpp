// A client on its own event loop, and the few moves the tests of this module share.
#pragma once

#include "printing.hpp"

#include "tests/support/redis_server.hpp"
#include "tests/support/run_coroutine.hpp"

#include "imagined/base/async.hpp"
#include "imagined/redis/client.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace imagined::test {

// Resumes when `holds` does; looks once a millisecond.
inline awaitable<bool> until(std::function<bool()> holds) {
    while (!holds()) {
        co_await pause_for(milliseconds(1));
    }
    co_return true;
}

class client_fixture {
public:
    explicit client_fixture(redis::client_options options)
        : client_(redis::client::create(context_.get_executor(), std::move(options))) {}

    explicit client_fixture(const redis_server& server) : client_fixture(options_for(server)) {}

    static redis::client_options options_for(const redis_server& server) {
        redis::client_options options;
        options.to = server.where();
        return options;
    }

    redis::client& client() { return *client_; }

    asio::io_context& context() { return context_; }

    void drop_client() { client_.reset(); }

    void wait_until(std::function<bool()> holds) {
        run_on<bool>(context_, [holds] { return until(holds); });
    }

    void wait_until_connected() {
        wait_until([this] { return client_->connected(); });
    }

    result<redis::reply> ask(redis::arguments command, milliseconds deadline = {}) {
        return run_on<result<redis::reply>>(context_, [&] {
            return client_->execute(std::move(command), deadline);
        });
    }

    result<redis::array>
    ask_together(std::vector<redis::arguments> commands, milliseconds deadline = {}) {
        return run_on<result<redis::array>>(context_, [&] {
            return client_->execute_together(std::move(commands), deadline);
        });
    }

    // The text of the reply; fails the test when there is none.
    std::string text(redis::arguments command) {
        const auto answer = ask(std::move(command));
        if (!answer) {
            throw std::runtime_error(answer.error().detail);
        }
        const auto* text = answer->text();
        return text != nullptr ? *text : "(not a text)";
    }

    std::string info(const std::string& field) {
        const std::string all = text({"INFO"});
        const auto begin = all.find("\n" + field + ":") + field.size() + 2;
        return all.substr(begin, all.find('\r', begin) - begin);
    }

    // A command under way: filled in when it ends.
    struct question {
        std::optional<result<redis::reply>> outcome;
        asio::cancellation_signal cancel;
    };

    std::shared_ptr<question> start(redis::arguments command, milliseconds deadline = {}) {
        return start([this, command = std::move(command), deadline] {
            return client_->execute(command, deadline);
        });
    }

    std::shared_ptr<question> start(std::function<awaitable<result<redis::reply>>()> body) {
        auto asked = std::make_shared<question>();
        auto done = [asked](const std::exception_ptr& error, result<redis::reply> outcome) {
            if (error) {
                outcome = failure{failure_kind::corrupt, "an exception"};
            }
            asked->outcome = std::move(outcome);
        };
        asio::co_spawn(
            context_.get_executor(),
            body(),
            asio::bind_cancellation_slot(asked->cancel.slot(), std::move(done))
        );
        return asked;
    }

    const result<redis::reply>& finish(const std::shared_ptr<question>& asked) {
        wait_until([asked] { return asked->outcome.has_value(); });
        return *asked->outcome;
    }

    // Lets everything that is ready happen: commands are written, replies are read.
    void turn() {
        context_.restart();
        context_.poll();
    }

private:
    asio::io_context context_{1};
    std::unique_ptr<redis::client> client_;
};

} // namespace imagined::test
