#include "imagined/redis/client.hpp"

#include "pipelined_client.hpp"
#include "resp.hpp"

#include <string>
#include <utility>

namespace imagined::redis {

namespace {

// Once is the rule. More happens when FUNCTION FLUSH, or a server without its data, comes between
// loading and running again.
constexpr int max_loads = 3;

// It has no code of its own.
bool is_missing_function(const reply& answer) {
    const auto* error = answer.failed();
    return error != nullptr && error->text.starts_with("ERR Function not found");
}

result<reply> checked(result<reply> answer) {
    if (answer && answer->failed() != nullptr) {
        return error_reply(answer->failed()->text);
    }
    return answer;
}

// A free function, because the handle may be destroyed while this waits.
awaitable<result<reply>> run_function(
    std::shared_ptr<client_core> on,
    const function& what,
    arguments keys,
    arguments values,
    client_core::time_point deadline
) {
    using errors = client_core::errors;
    auto evaluate = [&](std::string& out) {
        command_encoder encoder(out, 3 + keys.size() + values.size());
        encoder.add("FCALL");
        encoder.add(what.called);
        encoder.add(std::to_string(keys.size()));
        for (const auto& key : keys) {
            encoder.add(key);
        }
        for (const auto& value : values) {
            encoder.add(value);
        }
    };
    auto load = [&](std::string& out) {
        append_command(out, {"FUNCTION", "LOAD", "REPLACE", what.from->source});
    };
    std::shared_ptr<client_core::kept_replies> loaded;
    for (int loads = 0;; ++loads) {
        auto answer = co_await on->submit(evaluate, deadline, errors::as_replies);
        if (!answer || !is_missing_function(*answer)) {
            co_return checked(std::move(answer));
        }
        if (loaded && !loaded->front()) {
            co_return loaded->front().error();
        }
        if (loads == max_loads) {
            co_return failure{
                failure_kind::unavailable,
                "redis: library " + what.from->name + " does not stay loaded"
            };
        }
        // The call goes right behind: nothing that others ask meanwhile comes in between.
        loaded = on->load(what.from->name, load, deadline);
    }
}

auto encoder_of(arguments command) {
    return [command = std::move(command)](std::string& out) { append_command(out, command); };
}

awaitable<result<array>> run_together(
    std::shared_ptr<client_core> on,
    std::vector<arguments> commands,
    client_core::time_point deadline
) {
    if (commands.empty()) {
        co_return array{};
    }
    auto last = encoder_of(std::move(commands.back()));
    commands.pop_back();
    const auto kept = std::make_shared<client_core::kept_replies>(commands.size());
    for (std::size_t i = 0; i < commands.size(); ++i) {
        on->keep(encoder_of(std::move(commands[i])), deadline, kept, i);
    }
    // Replies come in order: with the last one all are here, or have failed.
    auto answer = co_await on->submit(std::move(last), deadline);
    array all;
    all.reserve(kept->size() + 1);
    for (auto& one : *kept) {
        if (!one) {
            co_return one.error();
        }
        all.push_back(std::move(*one));
    }
    if (!answer) {
        co_return answer.error();
    }
    all.push_back(std::move(*answer));
    co_return all;
}

class pipelined_client final : public client {
public:
    pipelined_client(const executor& on, client_options options)
        : core_(std::make_shared<client_core>(on, std::move(options))) {
        core_->start();
    }

    ~pipelined_client() override { core_->close(); }

    pipelined_client(const pipelined_client&) = delete;
    pipelined_client& operator=(const pipelined_client&) = delete;

    awaitable<result<reply>> execute(arguments command, milliseconds deadline) override {
        return core_->submit(encoder_of(std::move(command)), core_->deadline_after(deadline));
    }

    awaitable<result<array>>
    execute_together(std::vector<arguments> commands, milliseconds deadline) override {
        return run_together(core_, std::move(commands), core_->deadline_after(deadline));
    }

    awaitable<result<reply>>
    run(const function& what, arguments keys, arguments values, milliseconds deadline) override {
        return run_function(
            core_, what, std::move(keys), std::move(values), core_->deadline_after(deadline)
        );
    }

    bool connected() const override { return core_->connected(); }

    std::string trouble() const override { return core_->trouble(); }

    unix_millis server_now() const override { return core_->server_now(); }

    awaitable<result<void>> measure_clock(milliseconds deadline) override {
        return core_->measure_clock(core_->deadline_after(deadline));
    }

    void close() override { core_->close(); }

private:
    std::shared_ptr<client_core> core_;
};

} // namespace

std::unique_ptr<client> client::create(const executor& on, client_options options) {
    return std::make_unique<pipelined_client>(on, std::move(options));
}

} // namespace imagined::redis
