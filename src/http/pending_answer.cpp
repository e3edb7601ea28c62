#include "pending_answer.hpp"

#include <boost/asio/post.hpp>

#include <tuple>
#include <utility>

namespace imagined::http {

namespace {

using boost::system::error_code;

constexpr std::size_t read_bytes = std::size_t{16} * 1024;
constexpr int max_interim_answers = 16;

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
    : pool_(pool), expected_(std::move(expected)), bell_(clock) {}

void pending_answer::use(std::unique_ptr<wire> chosen, alarm::time_point deadline) {
    over_ = std::move(chosen);
    bell_.set(deadline, [this] {
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
    done.reached = reached;
    co_return done;
}

awaitable<result<response>> pending_answer::read() {
    boost::beast::flat_buffer buffer;
    const auto reader = co_await read_final(buffer);
    if (!reader) {
        co_return reader.error();
    }
    reached = progress::answered;
    bell_.clear();
    // The body still unsent (an early answer) or bytes unasked for: not a connection to keep.
    if (written && buffer.size() == 0 && (*reader)->keeps_connection() && !bell_.rung()) {
        pool_.put(expected_.origin, std::move(over_));
    }
    co_return (*reader)->take();
}

awaitable<result<pending_answer::final_reader>>
pending_answer::read_final(boost::beast::flat_buffer& buffer) {
    auto reader = std::make_unique<response_reader>(expected_.limits, expected_.to_head);
    int interim = 0;
    while (true) {
        const auto got = co_await over_->read_some(buffer.prepare(read_bytes));
        buffer.commit(got.bytes);
        if (bell_.rung()) {
            co_return explain("receive", {});
        }
        if (got.ec == asio::error::eof) {
            if (auto cut = reader->end_of_stream()) {
                co_return std::move(*cut);
            }
            co_return std::move(reader);
        }
        if (got.ec) {
            co_return explain("receive", got.ec);
        }
        while (buffer.size() > 0) {
            const auto* start = static_cast<const char*>(buffer.data().data());
            const auto used = reader->feed({start, buffer.size()});
            if (!used) {
                co_return used.error();
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
    }
}

} // namespace imagined::http
