// A sandbox and a client on one io_context, for tests that speak HTTP in process.
#pragma once

#include "tests/support/a_request.hpp"

#include "imagined/backend/backend.hpp"
#include "imagined/http/client.hpp"
#include "imagined/sandbox/sandbox.hpp"
#include "tests/support/run_coroutine.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace imagined::test {

class running_sandbox {
public:
    explicit running_sandbox(sandbox::sandbox_options options = {})
        : sandbox_(sandbox::sandbox::open(context_.get_executor(), std::move(options)).value()),
          client_(http::client::create(context_.get_executor(), {}).value()) {
        sandbox_->start();
    }

    ~running_sandbox() {
        client_.reset();
        run_on(context_, [this]() -> awaitable<> { co_await sandbox_->stop(); });
    }

    running_sandbox(const running_sandbox&) = delete;
    running_sandbox& operator=(const running_sandbox&) = delete;

    asio::io_context& context() { return context_; }

    std::string address() const { return sandbox_->address(); }

    http::exchange
    send(std::string method, std::string path, http::fields headers = {}, std::string body = {}) {
        return run_on<http::exchange>(context_, [&]() -> awaitable<http::exchange> {
            http::outgoing out;
            out.method = std::move(method);
            out.to = http::parse_url("http://" + address() + path).value();
            out.headers = std::move(headers);
            out.body = std::move(body);
            out.max_body_bytes = std::size_t{64} * 1024 * 1024;
            co_return co_await client_->send(std::move(out));
        });
    }

    http::response
    ask(std::string method, std::string path, http::fields headers = {}, std::string body = {}) {
        auto made = send(std::move(method), std::move(path), std::move(headers), std::move(body));
        return std::move(made.outcome).value();
    }

    void order(const nlohmann::json& script) {
        http::fields json;
        json.set("Content-Type", "application/json");
        const auto made = ask("POST", "/__script", json, script.dump());
        if (made.status != 200) {
            throw std::runtime_error(std::string(made.text()));
        }
    }

    nlohmann::json ledger() { return nlohmann::json::parse(ask("GET", "/__ledger").text()); }

    std::unique_ptr<backend::backend>
    a_backend(std::string dialect, std::string key = "sk-secret-0001") {
        backend::backend_options options;
        options.name = "sim";
        options.dialect = dialect;
        options.base_url = fmt::format("http://{}/{}", address(), dialect);
        options.keys = {std::move(key)};
        return backend::backend::create(context_.get_executor(), options, {}).value();
    }

    backend::outcome call(
        backend::backend& through,
        const task::render_request& request,
        backend::call_plan plan = {},
        milliseconds limit = milliseconds(20000)
    ) {
        const auto links = [](const task::picture_ref& ref) -> result<std::string> {
            return "http://pictures.example/" + ref.id;
        };
        auto body = through.speaks().encode(request, plan, all_pictures(), links).value();
        return run_on<backend::outcome>(context_, [&]() -> awaitable<backend::outcome> {
            const auto sent =
                co_await through.begin(std::move(body), through.slots().at(0).name, limit);
            co_return through.judge(request, co_await sent->end());
        });
    }

    result<std::string> fetch(
        backend::backend& through,
        std::string url,
        std::size_t max_bytes = 64 * 1024 * 1024,
        milliseconds limit = milliseconds(20000)
    ) {
        using fetched = std::optional<result<std::string>>;
        return run_on<fetched>(
                   context_,
                   [&]() -> awaitable<fetched> {
                       co_return co_await through.fetch_picture(std::move(url), max_bytes, limit);
                   }
        ).value();
    }

private:
    asio::io_context context_{1};
    std::unique_ptr<sandbox::sandbox> sandbox_;
    std::unique_ptr<http::client> client_;
};

} // namespace imagined::test
