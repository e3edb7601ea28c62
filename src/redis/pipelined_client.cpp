#include "pipelined_client.hpp"

#include "background.hpp"
#include "backoff.hpp"

#include "imagined/base/clock.hpp"
#include "imagined/base/finally.hpp"
#include "imagined/base/log.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <vector>

namespace imagined::redis {

namespace {

// How late a deadline may be noticed. The timer runs only while commands wait.
constexpr milliseconds sweep_interval{25};
constexpr std::size_t read_size = 64UL * 1024;
// hiredis moves what it has not read yet to the front of its buffer after each reply or two, so it
// is given little at a time.
constexpr std::size_t feed_size = 4UL * 1024;

} // namespace

client_core::client_core(const executor& on, client_options options)
    : on_(on),
      options_(std::move(options)),
      pipeline_(options_.max_pending_bytes),
      sweep_timer_(on),
      retry_timer_(on) {}

void client_core::start() {
    run_in_background(on_, "redis client", serve(anchored()));
}

void client_core::close() {
    if (closed_) {
        return;
    }
    closed_ = true;
    const failure why{failure_kind::cancelled, "redis: the client was closed"};
    pipeline_.lose_sent(why);
    pipeline_.lose_unsent(why);
    connection_.reset();
    sweep_timer_.cancel();
    retry_timer_.cancel();
    if (stream_) {
        stream_->close(); // with this or the timer serve() ends
    }
    deliver_soon();
}

client_core::time_point client_core::deadline_after(milliseconds wanted) const {
    return std::chrono::steady_clock::now()
           + (wanted.count() > 0 ? wanted : options_.command_deadline);
}

unix_millis client_core::server_now() const {
    return clock_.known() ? clock_.at(std::chrono::steady_clock::now()) : system_clock().now();
}

awaitable<result<void>> client_core::measure_clock(time_point deadline) {
    const auto self = shared_from_this(); // the handle may be destroyed while this waits
    const auto encode = [](std::string& out) { append_command(out, {"TIME"}); };
    const auto of = connection_;
    const auto asked = std::chrono::steady_clock::now();
    const auto time = co_await submit(encode, deadline);
    if (!time) {
        co_return time.error();
    }
    if (of != connection_) { // another server's clock, or one that was asked late
        co_return result<void>{};
    }
    co_return hear_time(clock_, *time, asked, std::chrono::steady_clock::now());
}

awaitable<> client_core::serve(std::shared_ptr<anchor> held) {
    client_core& self = *held->owner;
    backoff pause(least_pause, most_pause);
    while (!self.closed_) {
        const auto begun = std::chrono::steady_clock::now();
        co_await self.live_once();
        if (self.closed_) {
            break;
        }
        // A server that accepts and hangs up at once must not be asked at the least pause for ever.
        if (std::chrono::steady_clock::now() - begun > most_pause) {
            pause.reset();
        }
        self.retry_timer_.expires_after(pause.next());
        co_await self.retry_timer_.async_wait(as_outcome);
    }
}

// One attempt, and when it succeeds the life of the connection. Whatever goes wrong, exceptions
// included, ends this life only: a client that stopped reconnecting would wedge its users.
awaitable<> client_core::live_once() {
    failure why;
    try {
        why = co_await connect_and_receive();
    } catch (const std::exception& error) {
        why = {failure_kind::unavailable, std::string("redis: ") + error.what()};
    }
    if (!closed_) {
        lose_connection(std::move(why));
    }
}

awaitable<failure> client_core::connect_and_receive() {
    stream_ = transport::create(on_, options_);
    auto made = co_await establish(on_, stream_, options_);
    if (!made) {
        co_return made.error();
    }
    if (closed_) {
        co_return failure{failure_kind::cancelled, "redis: closed"};
    }
    connection_ = std::make_shared<connection>();
    clock_ = made->clock;
    last_trouble_.detail.clear();
    log::info("connected to Redis");
    flush();
    co_return co_await receive(std::move(*made));
}

awaitable<failure> client_core::receive(link from) {
    std::vector<char> bytes(read_size);
    for (;;) {
        const auto count = co_await from.stream->read_some(bytes);
        if (!count) {
            co_return count.error();
        }
        if (closed_) {
            co_return failure{failure_kind::cancelled, "redis: closed"};
        }
        pipeline_.heard(std::chrono::steady_clock::now());
        for (std::string_view left(bytes.data(), *count); !left.empty();) {
            const auto piece = left.substr(0, feed_size);
            left.remove_prefix(piece.size());
            if (auto trouble = hand_out(from.reader, piece)) {
                co_return std::move(*trouble);
            }
        }
        deliver_soon();
    }
}

// Gives the replies that end in `piece` to those who wait for them.
std::optional<failure> client_core::hand_out(reply_reader& reader, std::string_view piece) {
    reader.feed(piece);
    for (;;) {
        auto parsed = reader.next();
        if (!parsed) {
            return parsed.error();
        }
        if (!parsed->has_value()) {
            return std::nullopt;
        }
        if (const auto* error = (*parsed)->failed()) {
            retire_connection(error->text);
        }
        if (!pipeline_.answer(std::move(**parsed))) {
            return failure{failure_kind::corrupt, "redis: a reply that nobody asked for"};
        }
        if (connection_->retired && !pipeline_.awaits_reply()) {
            return connection_->reason;
        }
    }
}

// receive() notices, and lose_connection() does the rest.
void client_core::end_connection(failure why) {
    if (connection_) {
        if (!connection_->reason) {
            connection_->reason = std::move(why);
        }
        stream_->close();
    }
}

// What was sent is still answered, and nothing more is sent: whoever reads should not pay for a
// write that was refused.
void client_core::retire_connection(std::string_view error) {
    if (!connection_->reason
        && doubt_.hear(error_code_of(error), std::chrono::steady_clock::now())) {
        connection_->reason = error_reply(error);
        connection_->retired = true;
    }
}

void client_core::lose_connection(failure why) {
    if (stream_) { // else making it has failed already
        stream_->close();
        stream_.reset();
    }
    if (connection_) {
        if (connection_->reason) {
            why = *connection_->reason;
        }
        why = named(options_.to, std::move(why));
        connection_.reset();
        pipeline_.lose_sent(
            {failure_kind::unavailable, why.detail + " (the command may have been executed)"}
        );
    } else if (why.kind != failure_kind::unavailable) {
        // Waiting would not help: wrong password, impossible database, unreadable CA file.
        pipeline_.lose_unsent(why);
    }
    note_trouble(why);
    deliver_soon();
}

// Says it once per outage and reason, not at each attempt.
void client_core::note_trouble(const failure& why) {
    if (why.detail != last_trouble_.detail) {
        log::warning("no connection to Redis; trying on", {{"reason", why.detail}});
    }
    last_trouble_ = why;
}

std::shared_ptr<client_core::anchor> client_core::anchored() {
    auto held = anchor_.lock();
    if (!held) {
        held = std::make_shared<anchor>(shared_from_this());
        anchor_ = held;
    }
    return held;
}

void client_core::let_go() {
    // Cancellation slots of the destroyed waiters may still point here.
    let_go_ = let_go_ || !pipeline_.empty() || pipeline_.has_finished();
    pipeline_.destroy_waiters();
}

void client_core::abandon(waiter& who) {
    if (!let_go_) {
        pipeline_.abandon(who);
        deliver_soon();
    }
}

void client_core::flush_soon() {
    // While coroutines are being resumed their commands are collected: deliver() flushes once.
    if (flush_posted_ || delivering_ || !connection_ || connection_->busy_writing) {
        return;
    }
    flush_posted_ = true;
    asio::post(on_, [self = shared_from_this()] {
        self->flush_posted_ = false;
        self->flush();
    });
}

void client_core::flush() {
    if (!connection_ || connection_->busy_writing || connection_->retired
        || !pipeline_.has_unsent()) {
        return;
    }
    pipeline_.take(connection_->writing, std::chrono::steady_clock::now());
    if (connection_->writing.empty()) {
        pipeline_.written();
        return;
    }
    connection_->busy_writing = true;
    auto done = [self = shared_from_this(), on = connection_](const result<void>& written) {
        on->busy_writing = false;
        if (on != self->connection_) {
            return;
        }
        if (!written) {
            self->end_connection(written.error());
            return;
        }
        self->pipeline_.written();
        self->flush();
    };
    stream_->write(connection_->writing, std::move(done));
}

void client_core::deliver_soon() {
    if (delivery_posted_ || delivering_ || !pipeline_.has_finished()) {
        return;
    }
    delivery_posted_ = true;
    asio::post(on_, [held = anchored()] {
        held->owner->delivery_posted_ = false;
        held->owner->deliver();
    });
}

void client_core::deliver() {
    // Also when a resumed coroutine's handler throws out of the loop: the others are not forgotten.
    const auto end = [this] {
        delivering_ = false;
        deliver_soon();
        flush_soon();
    };
    {
        delivering_ = true;
        const finally ended(end);
        while (pipeline_.has_finished()) {
            pipeline_.deliver_next();
        }
        delivering_ = false;
        flush();
    }
}

void client_core::sweep_later() {
    if (sweeping_ || closed_ || pipeline_.empty()) {
        return;
    }
    sweeping_ = true;
    sweep_timer_.expires_after(sweep_interval);
    sweep_timer_.async_wait([weak = weak_from_this()](boost::system::error_code) {
        if (const auto self = weak.lock()) {
            self->sweeping_ = false;
            self->sweep();
        }
    });
}

void client_core::sweep() {
    if (closed_) {
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    if (pipeline_.due(now)) {
        const std::string unsent = connection_ ? "redis: not written within the deadline"
                                   : last_trouble_.detail.empty() ? "redis: no connection"
                                                                  : last_trouble_.detail;
        pipeline_.expire(
            now,
            {failure_kind::unavailable,
             "redis: no reply within the deadline (the command may have been executed)"},
            {failure_kind::unavailable, unsent}
        );
        deliver_soon();
    }
    if (connection_ && pipeline_.stalled(now, options_.stall_limit)) {
        end_connection(
            {failure_kind::unavailable,
             "redis: no reply for " + std::to_string(options_.stall_limit.count()) + " ms"}
        );
    }
    sweep_later();
}

} // namespace imagined::redis
