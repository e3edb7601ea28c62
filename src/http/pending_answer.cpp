#include "pending_answer.hpp"

#include "tunnel.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace imagined::http {

namespace {

using boost::system::error_code;

constexpr std::size_t answer_read_bytes = std::size_t{16} * 1024;
constexpr std::size_t picture_read_bytes =
    std::size_t{128} * 1024; // where more than that is to come
constexpr int max_interim_answers = 16;
// For what stands behind a head that has told all that counts.
constexpr milliseconds courtesy{1000};

} // namespace

failure wire_failure(std::string_view doing, const error_code& ec, bool timed_out) {
    const std::string what(doing);
    if (timed_out) {
        return {failure_kind::unavailable, what + ": timed out"};
    }
    if (ec == asio::error::operation_aborted) {
        return {failure_kind::cancelled, what};
    }
    return {failure_kind::unavailable, what + ": " + ec.message()};
}

pending_answer::pending_answer(const alarm_clock& clock, wire_pool& pool, expectations expected)
    : pool_(pool), expected_(std::move(expected)), bell_(clock) {
    if (expected_.slowest.bytes_a_second > 0) {
        pace_bell_ = std::make_unique<alarm>(clock);
    }
}

void pending_answer::use(std::unique_ptr<wire> chosen, alarm::time_point deadline) {
    over_ = std::move(chosen);
    deadline_ = deadline;
    set_bell(deadline);
}

void pending_answer::set_bell(alarm::time_point at) {
    bell_.set(at, [this] {
        over_->close();
        wake();
    });
}

std::unique_ptr<wire> pending_answer::give_up() {
    bell_.clear();
    return std::move(over_);
}

void pending_answer::when_ready(std::function<void()> ready) {
    ready_ = std::move(ready);
    if (hopeless || bell_.rung()) {
        asio::post(bell_.get_executor(), [weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                self->wake();
            }
        });
        return;
    }
    listen();
}

void pending_answer::listen() {
    over_->readable([weak = weak_from_this()](const error_code& ec) {
        if (const auto self = weak.lock()) {
            self->heard(ec);
        }
    });
}

void pending_answer::heard(const error_code& ec) {
    if (!ec && over_->is_silent()) {
        listen();
        return;
    }
    heard_ = ec;
    wake();
}

void pending_answer::wake() {
    if (ready_) {
        std::exchange(ready_, nullptr)();
    }
}

awaitable<> pending_answer::wait_for_answer() {
    error_code ec;
    do {
        std::tie(ec) = co_await over_->readable(as_outcome);
    } while (!ec && over_->is_silent());
    heard_ = ec;
}

awaitable<exchange> pending_answer::end() {
    exchange done;
    if (!hopeless) {
        if (!heard_ && !bell_.rung()) {
            co_await wait_for_answer();
        }
        // A coroutine that was cancelled waits for nothing more, not even for what is at hand.
        if (bell_.rung() || *heard_) {
            done.outcome = broken ? *broken : explain("receive", heard_.value_or(error_code{}));
        } else {
            auto answer = co_await read();
            done.outcome = broken && !answer ? result<response>(*broken) : std::move(answer);
        }
    } else {
        done.outcome = *broken;
    }
    if (expected_.through && done.outcome && done.outcome->status == proxy_wants_credentials) {
        done.outcome = credentials_wanted(*expected_.through);
        reached = progress::not_sent; // it went no further
    }
    done.reached = reached;
    co_return done;
}

// Looks at the end of each window, also when nothing comes at all.
void pending_answer::watch_pace() {
    const auto now = std::chrono::steady_clock::now();
    too_slow_ = pace_.too_slow(now, expected_.slowest);
    if (too_slow_) {
        over_->close();
    } else {
        pace_bell_->set(now + expected_.slowest.window, [this] { watch_pace(); });
    }
}

awaitable<result<response>> pending_answer::read() {
    boost::beast::flat_buffer buffer;
    if (pace_bell_) {
        pace_.start(std::chrono::steady_clock::now());
        watch_pace();
    }
    const auto reader = co_await read_final(buffer);
    if (pace_bell_) {
        pace_bell_->clear();
    }
    if (!reader && too_slow_) {
        co_return failure{failure_kind::unavailable, "receive: too slow"};
    }
    if (!reader) {
        co_return reader.error();
    }
    reached = progress::answered;
    bell_.clear();
    // The body still unsent (an early answer) or bytes unasked for: not a connection to keep.
    if (written && buffer.size() == 0 && (*reader)->is_complete() && (*reader)->keeps_connection()
        && !bell_.rung()) {
        pool_.put(expected_.origin, std::move(over_));
    }
    co_return (*reader)->take();
}

result<pending_answer::final_reader>
pending_answer::give_in(final_reader reader, failure why) const {
    if (expected_.status_only && reader->status() != 0 && !reader->is_interim()) {
        return reader;
    }
    return why;
}

awaitable<result<pending_answer::final_reader>>
pending_answer::read_final(boost::beast::flat_buffer& buffer) {
    auto reader = std::make_unique<response_reader>(expected_.limits, expected_.to_head);
    int interim = 0;
    bool hurried = false;
    while (true) {
        const std::size_t room =
            reader->to_come() > picture_read_bytes ? picture_read_bytes : answer_read_bytes;
        const auto got = co_await over_->read_some(buffer.prepare(room));
        buffer.commit(got.bytes);
        pace_.received(got.bytes);
        if (bell_.rung()) {
            co_return give_in(std::move(reader), explain("receive", {}));
        }
        if (got.ec == asio::error::eof) {
            if (auto cut = reader->end_of_stream()) {
                co_return give_in(std::move(reader), std::move(*cut));
            }
            co_return std::move(reader);
        }
        if (got.ec) {
            co_return give_in(std::move(reader), explain("receive", got.ec));
        }
        while (buffer.size() > 0) {
            const auto* start = static_cast<const char*>(buffer.data().data());
            const auto used = reader->feed({start, buffer.size()});
            if (!used) {
                co_return give_in(std::move(reader), used.error());
            }
            buffer.consume(*used);
            if (!reader->is_complete()) {
                break;
            }
            if (!reader->is_interim()) {
                co_return std::move(reader);
            }
            if (reader->is_upgrade() || ++interim > max_interim_answers) {
                co_return failure{failure_kind::corrupt, "the answer's 1xx cannot be understood"};
            }
            reader = std::make_unique<response_reader>(expected_.limits, expected_.to_head);
        }
        if (expected_.status_only && !hurried && reader->status() != 0) {
            hurried = true;
            set_bell(std::min(deadline_, std::chrono::steady_clock::now() + courtesy));
        }
    }
}

} // namespace imagined::http
