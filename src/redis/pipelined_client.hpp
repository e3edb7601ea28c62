// The client behind client.hpp: one connection, one pipeline, one coroutine that connects, reads
// and reconnects until close().
//
// Who owns whom: the `client` handle and the anchor own the core. The anchor is held by the serving
// coroutine and by every posted delivery, that is, by the event loop. The core owns the waiters and
// a waiter's coroutine may own the client, so the core alone would be a cycle; when the loop lets
// the last anchor go (its io_context is destroyed) the waiters are destroyed with it.
#pragma once

#include "link.hpp"
#include "master_doubt.hpp"
#include "pipeline.hpp"

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/redis/client.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace imagined::redis {

class client_core : public std::enable_shared_from_this<client_core> {
public:
    using time_point = pipeline::time_point;

    client_core(const executor& on, client_options options);

    void start();
    void close();

    bool connected() const { return connection_ != nullptr; }

    std::string trouble() const { return connection_ ? std::string() : last_trouble_.detail; }

    unix_millis server_now() const;

    awaitable<result<void>> measure_clock(time_point deadline);

    time_point deadline_after(milliseconds wanted) const;

    enum class errors { as_failures, as_replies };

    // Queues the command that `encode` appends to a string and waits for its reply.
    template <class Encode>
    awaitable<result<reply>>
    submit(Encode encode, time_point deadline, errors shape = errors::as_failures);

    using kept_replies = std::vector<result<reply>>;

    // Queues a command that nobody waits for by itself: its reply is put to `at` of `into`.
    template <class Encode>
    void keep(
        const Encode& encode,
        time_point deadline,
        std::shared_ptr<kept_replies> into,
        std::size_t at
    );

    // Queues the load of a library that several found missing, unless it is under way; gives the
    // place of its reply.
    template <class Encode>
    std::shared_ptr<kept_replies>
    load(const std::string& library, const Encode& encode, time_point deadline);

private:
    struct connection {
        std::string writing;
        bool busy_writing = false;
        std::optional<failure> reason; // why we ended it, when we did
        bool retired = false;          // it ends when the last command that was sent is answered
    };

    struct anchor {
        explicit anchor(std::shared_ptr<client_core> core) : owner(std::move(core)) {}

        anchor(const anchor&) = delete;
        anchor& operator=(const anchor&) = delete;

        ~anchor() { owner->let_go(); }

        std::shared_ptr<client_core> owner;
    };

    struct cancel_wait {
        std::weak_ptr<client_core> core;
        waiter* who;

        void operator()(asio::cancellation_type type) const {
            if (const auto owner = core.lock(); owner && type != asio::cancellation_type::none) {
                owner->abandon(*who);
            }
        }
    };

    template <class Handler>
    class coroutine_waiter;
    class keeping_waiter;

    template <class Encode>
    void enqueue(std::unique_ptr<waiter> who, const Encode& encode, time_point deadline);

    static awaitable<> serve(std::shared_ptr<anchor> held);
    awaitable<> live_once();
    awaitable<failure> connect_and_receive();
    awaitable<failure> receive(link from);
    std::optional<failure> hand_out(reply_reader& reader, std::string_view piece);
    void lose_connection(failure why);
    void end_connection(failure why);
    void retire_connection(std::string_view error);
    void note_trouble(const failure& why);

    std::shared_ptr<anchor> anchored();
    void let_go();
    void abandon(waiter& who);
    void flush_soon();
    void flush();
    void deliver_soon();
    void deliver();
    void sweep_later();
    void sweep();

    executor on_;
    client_options options_;
    pipeline pipeline_;
    std::shared_ptr<transport> stream_; // also while it is being connected
    std::shared_ptr<connection> connection_;
    std::weak_ptr<kept_replies> load_; // the last one's reply
    std::string loaded_library_;
    std::weak_ptr<anchor> anchor_;
    steady_timer sweep_timer_;
    steady_timer retry_timer_;
    server_clock clock_;
    master_doubt doubt_;
    failure last_trouble_{failure_kind::unavailable, "redis: still connecting"};
    bool closed_ = false;
    bool let_go_ = false;
    bool sweeping_ = false;
    bool flush_posted_ = false;
    bool delivery_posted_ = false;
    bool delivering_ = false;
};

template <class Handler>
class client_core::coroutine_waiter final : public waiter {
public:
    explicit coroutine_waiter(Handler handler) : handler_(std::move(handler)) {}

    void deliver(result<reply> outcome) override {
        if (auto slot = asio::get_associated_cancellation_slot(handler_); slot.is_connected()) {
            slot.clear();
        }
        const auto target = asio::get_associated_executor(handler_);
        asio::dispatch(
            target,
            [handler = std::move(handler_), outcome = std::move(outcome)]() mutable {
                std::move(handler)(std::move(outcome));
            }
        );
    }

private:
    Handler handler_;
};

class client_core::keeping_waiter final : public waiter {
public:
    keeping_waiter(std::shared_ptr<kept_replies> into, std::size_t at)
        : into_(std::move(into)), at_(at) {}

    void deliver(result<reply> outcome) override { (*into_)[at_] = std::move(outcome); }

private:
    std::shared_ptr<kept_replies> into_;
    std::size_t at_;
};

template <class Encode>
void client_core::keep(
    const Encode& encode, time_point deadline, std::shared_ptr<kept_replies> into, std::size_t at
) {
    enqueue(std::make_unique<keeping_waiter>(std::move(into), at), encode, deadline);
}

template <class Encode>
std::shared_ptr<client_core::kept_replies>
client_core::load(const std::string& library, const Encode& encode, time_point deadline) {
    auto under_way = load_.lock();
    // It answers with the library's name.
    const bool answered = under_way && (!under_way->front() || under_way->front()->text());
    if (!under_way || answered || loaded_library_ != library) {
        under_way = std::make_shared<kept_replies>(1);
        load_ = under_way;
        loaded_library_ = library;
        keep(encode, deadline, under_way, 0);
    }
    return under_way;
}

template <class Encode>
void client_core::enqueue(std::unique_ptr<waiter> who, const Encode& encode, time_point deadline) {
    if (closed_) {
        pipeline_.refuse(
            std::move(who), failure{failure_kind::cancelled, "redis: the client is closed"}
        );
    } else {
        pipeline_.add(std::move(who), encode, deadline);
        flush_soon();
        sweep_later();
    }
    deliver_soon();
}

template <class Encode>
awaitable<result<reply>> client_core::submit(Encode encode, time_point deadline, errors shape) {
    using token = asio::use_awaitable_t<executor>;
    auto start =
        [self = shared_from_this(), encode = std::move(encode), deadline, shape](auto handler) {
            auto slot = asio::get_associated_cancellation_slot(handler);
            auto who = std::make_unique<coroutine_waiter<decltype(handler)>>(std::move(handler));
            who->wants_error_replies = shape == errors::as_replies;
            if (slot.is_connected()) {
                slot.assign(cancel_wait{self, who.get()});
            }
            self->enqueue(std::move(who), encode, deadline);
        };
    return asio::async_initiate<const token, void(result<reply>)>(std::move(start), token{});
}

} // namespace imagined::redis
