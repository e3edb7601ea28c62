#include "background.hpp"
#include "backoff.hpp"
#include "link.hpp"

#include "imagined/base/log.hpp"
#include "imagined/redis/client.hpp"

#include <array>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace imagined::redis {

namespace {

// A channel may be silent for days, so the connection is asked for a sign of life now and then.
constexpr int stall_limits_between_pings = 3;

class listener : public std::enable_shared_from_this<listener> {
public:
    listener(
        const executor& on,
        client_options options,
        std::string channel,
        std::function<void(std::string_view)> on_message,
        std::function<void()> on_ready
    )
        : on_(on),
          options_(std::move(options)),
          channel_(std::move(channel)),
          on_message_(std::move(on_message)),
          on_ready_(std::move(on_ready)),
          retry_timer_(on),
          ping_timer_(on) {
        append_command(ping_, {"PING"});
        append_command(subscribe_, {"SUBSCRIBE", channel_});
    }

    void start() { run_in_background(on_, "redis subscription", serve(shared_from_this())); }

    void close() {
        closed_ = true;
        ping_timer_.cancel();
        retry_timer_.cancel();
        if (stream_) {
            stream_->close(); // with this or the timer serve() ends
        }
    }

private:
    static awaitable<> serve(std::shared_ptr<listener> self) {
        backoff pause(least_pause, most_pause);
        while (!self->closed_) {
            const auto begun = std::chrono::steady_clock::now();
            co_await self->live_once();
            if (self->closed_) {
                break;
            }
            if (std::chrono::steady_clock::now() - begun > most_pause) {
                pause.reset();
            }
            self->retry_timer_.expires_after(pause.next());
            co_await self->retry_timer_.async_wait(as_outcome);
        }
    }

    awaitable<> live_once() {
        failure why;
        try {
            why = co_await listen();
        } catch (const std::exception& error) {
            why = {failure_kind::unavailable, std::string("redis: ") + error.what()};
        }
        ping_timer_.cancel();
        if (stream_) {
            stream_->close();
            stream_.reset();
        }
        if (!closed_ && why.detail != last_trouble_) {
            log::warning(
                "no Redis subscription; trying on", {{"reason", named(options_.to, why).detail}}
            );
            last_trouble_ = why.detail;
        }
    }

    awaitable<failure> listen() {
        stream_ = transport::create(on_, options_);
        auto made = co_await establish(on_, stream_, options_);
        if (!made) {
            co_return made.error();
        }
        if (closed_) {
            co_return failure{failure_kind::cancelled, "redis: closed"};
        }
        writing_ = false;
        send(subscribe_);
        heard_ = true;
        ping_later();
        std::array<char, 4096> bytes;
        while (!closed_) {
            const auto count = co_await stream_->read_some(bytes);
            if (!count) {
                co_return count.error();
            }
            heard_ = true;
            made->reader.feed({bytes.data(), *count});
            for (;;) {
                const auto parsed = made->reader.next();
                if (!parsed) {
                    co_return parsed.error();
                }
                if (!parsed->has_value()) {
                    break;
                }
                if (const auto* error = (*parsed)->failed()) {
                    co_return error_reply(error->text);
                }
                receive(**parsed);
            }
        }
        co_return failure{failure_kind::cancelled, "redis: closed"};
    }

    // ["message", channel, payload], ["subscribe", channel, count] or ["pong", ""].
    void receive(const reply& what) {
        const auto* parts = what.items();
        const auto* kind = parts != nullptr && !parts->empty() ? parts->front().text() : nullptr;
        if (closed_ || kind == nullptr || parts->size() != 3) {
            return;
        }
        if (*kind == "subscribe") {
            last_trouble_.clear();
            on_ready_();
        } else if (const auto* payload = (*parts)[2].text(); *kind == "message" && payload) {
            on_message_(*payload);
        }
    }

    void send(const std::string& bytes) {
        // Not yet written means that the peer does not read; the next look will end it.
        if (std::exchange(writing_, true)) {
            return;
        }
        stream_->write(
            bytes,
            [self = shared_from_this(), on = stream_](const result<void>& written) {
                if (!written) {
                    on->close(); // ends listen()
                } else if (on == self->stream_) {
                    self->writing_ = false;
                }
            }
        );
    }

    void ping_later() {
        ping_timer_.expires_after(stall_limits_between_pings * options_.stall_limit);
        ping_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
            const auto self = weak.lock();
            if (error || !self || self->closed_ || !self->stream_) {
                return;
            }
            if (!std::exchange(self->heard_, false)) {
                self->stream_->close(); // the last PING was not answered; ends listen()
                return;
            }
            self->send(self->ping_);
            self->ping_later();
        });
    }

    executor on_;
    client_options options_;
    std::string channel_;
    std::function<void(std::string_view)> on_message_;
    std::function<void()> on_ready_;
    std::string ping_;
    std::string subscribe_;
    std::shared_ptr<transport> stream_;
    steady_timer retry_timer_;
    steady_timer ping_timer_;
    std::string last_trouble_;
    bool heard_ = false;
    bool writing_ = false;
    bool closed_ = false;
};

class open_subscription final : public subscription {
public:
    explicit open_subscription(std::shared_ptr<listener> behind) : behind_(std::move(behind)) {
        behind_->start();
    }

    ~open_subscription() override { behind_->close(); }

    open_subscription(const open_subscription&) = delete;
    open_subscription& operator=(const open_subscription&) = delete;

private:
    std::shared_ptr<listener> behind_;
};

} // namespace

std::unique_ptr<subscription> subscription::open(
    const executor& on,
    client_options options,
    std::string channel,
    std::function<void(std::string_view)> on_message,
    std::function<void()> on_ready
) {
    return std::make_unique<open_subscription>(std::make_shared<listener>(
        on, std::move(options), std::move(channel), std::move(on_message), std::move(on_ready)
    ));
}

} // namespace imagined::redis
