#include "sandbox_command.hpp"

#include "exit_codes.hpp"

#include "imagined/base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <exception>
#include <utility>

namespace imagined::app {

namespace {

using signal_set = asio::basic_signal_set<executor>;

awaitable<> serve_until_signal(signal_set& signals, sandbox::sandbox& opened) {
    opened.start();
    log::info(
        "ready",
        {{"url", "http://" + opened.address()},
         {"ledger", "http://" + opened.address() + "/__ledger"}}
    );
    co_await signals.async_wait(as_outcome);
    co_await opened.stop();
}

} // namespace

int run_sandbox(sandbox::sandbox_options options) {
    options.fetch_links = true;
    asio::io_context context(1);
    auto opened = sandbox::sandbox::open(context.get_executor(), std::move(options));
    if (!opened) {
        log::error("the sandbox cannot start", {{"reason", opened.error().detail}});
        const bool usage = opened.error().kind == failure_kind::invalid;
        return usage ? exit_code::usage : exit_code::failed;
    }
    signal_set signals(context.get_executor(), SIGINT, SIGTERM);
    std::exception_ptr error;
    asio::co_spawn(
        context.get_executor(),
        serve_until_signal(signals, **opened),
        [&](std::exception_ptr thrown) {
            error = std::move(thrown);
            context.stop();
        }
    );
    context.run();
    if (error) {
        std::rethrow_exception(error);
    }
    return exit_code::ok;
}

} // namespace imagined::app
