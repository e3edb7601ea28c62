#include "imagined/sandbox/sandbox.hpp"

#include "faulty_server.hpp"
#include "simulator.hpp"

#include "imagined/backend/dialect.hpp"
#include "imagined/http/client.hpp"

#include <fmt/format.h>

#include <utility>

namespace imagined::sandbox {

namespace {

constexpr milliseconds longest_goodbye{500}; // for answers under way when it is stopped

class http_sandbox final : public sandbox {
public:
    explicit http_sandbox(sandbox_options options)
        : fetches_(options.fetch_links), simulator_(std::move(options)) {}

    result<void> listen(executor on, const std::string& address) {
        auto opened = faulty_server::open(on, address, simulator_);
        if (!opened) {
            return opened.error();
        }
        server_ = std::move(*opened);
        simulator_.set_address(server_->address());
        if (fetches_) {
            auto client = http::client::create(on, {});
            if (!client) {
                return client.error();
            }
            simulator_.set_client(std::move(*client));
        }
        return {};
    }

    std::string address() const override { return server_->address(); }

    void start() override { server_->start(); }

    awaitable<> stop() override {
        co_await server_->stop(longest_goodbye);
        simulator_.stop();
    }

private:
    bool fetches_;
    simulator simulator_;
    std::unique_ptr<faulty_server> server_;
};

} // namespace

result<std::unique_ptr<sandbox>> sandbox::open(executor on, sandbox_options options) {
    if (backend::find_dialect(options.dialect) == nullptr) {
        return failure{
            failure_kind::invalid,
            fmt::format(
                "sandbox: dialect \"{}\" is none of {}",
                options.dialect,
                fmt::join(backend::dialect_names(), ", ")
            )
        };
    }
    const std::string address = options.listen;
    auto made = std::make_unique<http_sandbox>(std::move(options));
    if (const auto listening = made->listen(on, address); !listening) {
        return listening.error();
    }
    return result<std::unique_ptr<sandbox>>(std::move(made));
}

} // namespace imagined::sandbox
