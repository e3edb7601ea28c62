// GET /v1/tasks/{id}/events: what happens to one task, until its end. Only `task` events carry an
// id, the revision, so that a client which was cut in between is told the steps again, and the end
// for certain.
#include "answers/problem.hpp"
#include "answers/texts.hpp"
#include "live/sse.hpp"
#include "v1/handlers.hpp"
#include "v1/look.hpp"
#include "v1/streaming.hpp"

#include "imagined/base/log.hpp"
#include "imagined/task/trace.hpp"

#include <boost/asio/this_coro.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace imagined::api {

namespace {

using clock = std::chrono::steady_clock;

constexpr milliseconds progress_every{1000};

class task_stream final : public http::body_stream {
public:
    task_stream(
        context& api,
        seats::seat seat,
        std::unique_ptr<live_hub::ticket> ticket,
        queue::scope who,
        std::string id,
        std::uint64_t known,
        task::language in
    )
        : api_(api),
          seat_(std::move(seat)),
          ticket_(std::move(ticket)),
          who_(std::move(who)),
          id_(std::move(id)),
          known_(known),
          lang_(in) {}

    // What was looked up before the stream began is its first piece.
    void begin(const seen_task& first) {
        first_ = sse_retry(reconnect_pause) + tell(first);
        looked_ = clock::now();
    }

    awaitable<std::string> next() override {
        std::string piece = std::exchange(first_, {});
        while (piece.empty() && !stopped_ && !ended_) {
            piece = co_await wait_for_piece();
        }
        spoke_ = clock::now();
        co_return piece;
    }

    void stop() override {
        stopped_ = true;
        ticket_->ring();
    }

private:
    awaitable<std::string> wait_for_piece() {
        const bool rung = co_await ticket_->wait(patience());
        if (stopped_) {
            co_return std::string();
        }
        const auto now = clock::now();
        if (rung || now - looked_ >= pace()) {
            looked_ = now;
            auto seen = co_await look_at(api_, who_, id_, known_, lang_);
            if (seen) {
                co_return told_or_heartbeat(tell(*seen));
            }
            // It was forgotten: there is nothing more to tell. A queue that is silent may come
            // back.
            ended_ = seen.error().kind == failure_kind::not_found;
        }
        co_return told_or_heartbeat(tell_progress());
    }

    std::string told_or_heartbeat(std::string told) const {
        if (!told.empty() || ended_) {
            return told;
        }
        return clock::now() - spoke_ >= api_.options.live.heartbeat ? sse_heartbeat() : "";
    }

    bool waits() const { return live_status(last_) == "waiting"; }

    // How often the task is looked at although nothing was heard of it.
    milliseconds pace() const {
        const auto& live = api_.options.live;
        return waits() ? live.place_every : live.look_again;
    }

    milliseconds patience() const {
        const auto left = api_.options.live.heartbeat - (clock::now() - spoke_);
        const auto silence = std::chrono::ceil<milliseconds>(left);
        return std::clamp(std::min(silence, progress_every), milliseconds(1), pace());
    }

    // The events since the last telling, and the task if it is another.
    std::string tell(const seen_task& seen) {
        const task::record& record = seen.now.task.record;
        std::string told;
        for (const task::event& event : seen.now.events) {
            told += sse_event(
                "step",
                "",
                fmt::format(
                    R"({{"id":"{}","revision":{},"at":{},"what":"{}"}})",
                    record.id,
                    event.sequence,
                    event.at,
                    live_step(event.what.kind)
                )
            );
        }
        const std::string waits = seen.now.task.waits ? seen.now.task.waits->what : "";
        if (!shown_ || record.sequence != last_.sequence || record.state != last_.state
            || waits != waits_) {
            told += tell_task(seen);
        } else if (seen.place != place_) {
            told += tell_place(seen.place);
        }
        place_ = seen.place;
        waits_ = waits;
        return told;
    }

    std::string tell_task(const seen_task& seen) {
        const unix_millis now = api_.parts.tasks.now();
        const auto text = live_task(seen.now.task, seen.place, api_.here(), now);
        if (!text) {
            log::error(
                "a task cannot be shown",
                {{"task", id_},
                 {"trace", task::trace_of("", id_).id},
                 {"cause", text.error().detail}}
            );
            ended_ = true;
            return {};
        }
        last_ = seen.now.task.record;
        known_ = last_.sequence;
        shown_ = true;
        percent_ = live_progress(last_, now);
        ended_ = task::is_terminal(last_.state);
        return sse_event("task", std::to_string(last_.sequence), *text);
    }

    std::string tell_place(const std::optional<live_place>& place) const {
        if (!place) {
            return {};
        }
        return sse_event(
            "queue",
            "",
            fmt::format(
                R"({{"id":"{}","ahead":{},"expectedWaitMs":{}}})",
                id_,
                place->ahead,
                place->expected_wait_ms
            )
        );
    }

    std::string tell_progress() {
        const auto percent = shown_ ? live_progress(last_, api_.parts.tasks.now()) : std::nullopt;
        if (!percent || percent == percent_) {
            return {};
        }
        percent_ = percent;
        return sse_event(
            "progress", "", fmt::format(R"({{"id":"{}","progress":{}}})", id_, *percent)
        );
    }

    context& api_;
    seats::seat seat_;
    std::unique_ptr<live_hub::ticket> ticket_;
    queue::scope who_;
    std::string id_;
    std::uint64_t known_;
    task::language lang_;
    std::string first_;
    task::record last_; // as it was shown
    std::optional<live_place> place_;
    std::string waits_; // what for, as it was shown
    std::optional<int> percent_;
    clock::time_point looked_ = clock::now();
    clock::time_point spoke_ = clock::now();
    bool shown_ = false;
    bool ended_ = false;
    bool stopped_ = false;
};

} // namespace

awaitable<http::response> stream_live_task(context& api, call from) {
    const std::string id = from.values[0];
    const std::uint64_t known = last_event_number(from.request).value_or(0);
    auto ticket = api.hub.watch(co_await asio::this_coro::executor, id);
    const auto seen = co_await look_at(api, from.who.scope(), id, known, from.lang);
    if (!seen) {
        co_return live_failure(seen.error(), "stream a task", from.lang);
    }
    const task::record& record = seen->now.task.record;
    if (task::is_terminal(record.state) && known >= record.sequence) {
        http::response finished; // an EventSource that has seen the end stops asking
        finished.status = 204;
        co_return finished;
    }
    auto seat = api.streams.take(from.who.name);
    if (const auto* full = std::get_if<seats::full>(&seat)) {
        co_return no_seat(problems::too_many_streams, texts::too_many_streams, *full, from.lang);
    }
    auto stream = std::make_shared<task_stream>(
        api,
        std::get<seats::seat>(std::move(seat)),
        std::move(ticket),
        from.who.scope(),
        id,
        known,
        from.lang
    );
    stream->begin(*seen);
    co_return event_stream(std::move(stream));
}

} // namespace imagined::api
