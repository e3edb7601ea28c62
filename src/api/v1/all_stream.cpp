// GET /v1/events: every change of every task that the caller may see, and the queue's figures.
#include "answers/problem.hpp"
#include "answers/texts.hpp"
#include "live/sse.hpp"
#include "v1/handlers.hpp"
#include "v1/streaming.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace imagined::api {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t piece_bytes = 64 * std::size_t{1024};

class all_stream final : public http::body_stream {
public:
    all_stream(milliseconds heartbeat, seats::seat seat, std::unique_ptr<change_log::reader> reader)
        : heartbeat_(heartbeat), seat_(std::move(seat)), reader_(std::move(reader)) {}

    awaitable<std::string> next() override {
        std::string piece = std::exchange(first_, {});
        while (!stopped_) {
            piece += reader_->read(piece_bytes);
            if (piece.empty() && clock::now() - spoke_ >= heartbeat_) {
                piece = sse_heartbeat();
            }
            if (!piece.empty()) {
                break;
            }
            const auto silence = heartbeat_ - (clock::now() - spoke_);
            co_await reader_->wait(
                std::max(milliseconds(1), std::chrono::ceil<milliseconds>(silence))
            );
        }
        spoke_ = clock::now();
        co_return piece;
    }

    void stop() override {
        stopped_ = true;
        reader_->ring();
    }

private:
    milliseconds heartbeat_;
    seats::seat seat_;
    std::unique_ptr<change_log::reader> reader_;
    std::string first_ = sse_retry(reconnect_pause);
    clock::time_point spoke_ = clock::now();
    bool stopped_ = false;
};

} // namespace

awaitable<http::response> stream_everything(context& api, call from) {
    auto seat = api.streams.take(from.who.name);
    if (const auto* full = std::get_if<seats::full>(&seat)) {
        co_return no_seat(problems::too_many_streams, texts::too_many_streams, *full, from.lang);
    }
    auto reader = api.changes.open(co_await asio::this_coro::executor, from.who.scope());
    reader->resume(std::string(from.request.headers.get("Last-Event-ID")));
    co_return event_stream(std::make_shared<all_stream>(
        api.options.live.heartbeat, std::get<seats::seat>(std::move(seat)), std::move(reader)
    ));
}

} // namespace imagined::api
