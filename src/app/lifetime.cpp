#include "lifetime.hpp"

#include "disk_health.hpp"
#include "exit_codes.hpp"
#include "hang_up.hpp"
#include "memory.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/log.hpp"

#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <utility>

namespace imagined::app {

namespace {

constexpr seconds http_farewell{5};
constexpr std::size_t link_secret_bytes = 32;

using signal_set = asio::basic_signal_set<executor>;

} // namespace

lifetime::lifetime(lifetime_options options, const lifetime_parts& parts)
    : options_(std::move(options)),
      parts_(parts),
      exit_code_(exit_code::ok),
      group_(parts.loop.get_executor()) {}

int lifetime::run() {
    group_.spawn("signals", [this] { return wait_for_signals(); });
    group_.spawn("hang_up", [this, ends = ends_by_hang_up()] { return wait_for_hang_up(ends); });
    group_.spawn("redis_watch", [this] {
        return watch(
            parts_.redis,
            parts_.operating,
            parts_.redis_now,
            [this] { redis_came(); },
            [this](const std::string& why) {
                log::error(why);
                stop_now(exit_code::usage);
            }
        );
    });
    group_.spawn("disk_watch", [this] { return watch_disk(parts_.disk); });
    if (parts_.embedded != nullptr) {
        group_.spawn("redis_supervisor", [this] { return parts_.embedded->supervise(); });
    }
    parts_.server.start();
    log::debug("listening", {{"url", parts_.generations.now().public_url}});
    run_short_of_memory(parts_.loop);
    return exit_code_;
}

// Redis is writable (again): the first time the process gets to work.
void lifetime::redis_came() {
    parts_.generations.register_callers();
    for (const auto& warning : parts_.redis_now.warnings) {
        log::warning(warning);
    }
    group_.spawn("picture addresses", [this] { return learn_addresses(); });
}

// Without the secret no address can be told, to clients and in callbacks: nothing starts before.
// Redis may be another one each time that it comes.
awaitable<> lifetime::learn_addresses() {
    const std::string drawn = options_.signs_links ? random_hex(link_secret_bytes) : "";
    auto told = co_await parts_.door.links(drawn);
    while (!told) {
        log::warning(
            "the secret of the pictures' addresses cannot be read",
            {{"reason", told.error().detail}}
        );
        co_await pause_for(seconds(1));
        told = co_await parts_.door.links(drawn);
    }
    parts_.pictures.learn(told->text, told->since);
    start_work();
}

void lifetime::start_work() {
    if (parts_.generations.works()) {
        return;
    }
    parts_.generations.start_work();
    const std::string& url = parts_.generations.now().public_url;
    log::info("ready", {{"url", url}, {"console", url + "/console/"}});
}

awaitable<> lifetime::wait_for_signals() {
    signal_set signals(parts_.loop.get_executor(), SIGTERM, SIGINT);
    co_await signals.async_wait(as_outcome);
    const bool second = parts_.readiness.draining();
    begin_drain();
    if (!second) {
        co_await signals.async_wait(as_outcome);
    }
    log::warning("cut by a second signal");
    stop_now(exit_code::ok);
}

// A terminal that closes may send it more than once, so it never cuts.
awaitable<> lifetime::wait_for_hang_up(bool ends) {
    signal_set signals(parts_.loop.get_executor(), SIGHUP);
    while (true) {
        const auto [ec, number] = co_await signals.async_wait(as_outcome);
        if (ec) {
            co_return;
        }
        if (ends) {
            begin_drain();
        } else if (!parts_.readiness.draining()) {
            parts_.reload();
        }
    }
}

void lifetime::begin_drain() {
    if (parts_.readiness.begin_drain()) {
        log::info("draining: calls in flight may finish, nothing new is started");
        group_.spawn("drain", [this] { return drain(); });
    }
}

awaitable<> lifetime::drain() {
    co_await parts_.generations.drain();
    parts_.server.drain();
    co_await parts_.server.join(http_farewell);
    log::info("stopped");
    stop_now(exit_code::ok);
}

void lifetime::stop_now(int code) {
    exit_code_ = code;
    parts_.loop.stop();
}

} // namespace imagined::app
