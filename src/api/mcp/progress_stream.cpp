#include "mcp/progress_stream.hpp"

#include "imagined/http/body_stream.hpp"
#include "imagined/submit/read_one.hpp"
#include "live/sse.hpp"
#include "mcp/protocol.hpp"
#include "views/live_task.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace imagined::api {

namespace {

using nlohmann::json;
using clock = std::chrono::steady_clock;

// Progress is an estimate that goes on without events.
constexpr milliseconds step{1000};
constexpr int whole = 100;
constexpr std::string_view event_name = "message";

milliseconds left_until(clock::time_point end) {
    return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(end - clock::now()));
}

bool needs_nothing_more(const task::record& task) {
    return task::is_terminal(task.state) || task.state == task::state::modal;
}

awaitable<std::string> answer_text(context& api, const followed_call& call) {
    auto told = co_await task_result(api, call.wish, call.task.id, call.task.made_here);
    co_return rpc_result(call.id, complete_result(call.wish.edition, std::move(told)));
}

class progress_stream final : public http::body_stream {
public:
    progress_stream(context& api, executor on, followed_call call)
        : api_(api), call_(std::move(call)), bell_(api.hub.watch(on, call_.task.id)) {
        call_.running->called_off = [this] { bell_->ring(); };
    }

    ~progress_stream() override { call_.running->called_off = nullptr; }

    awaitable<std::string> next() override {
        while (!ended_) {
            const auto seen =
                co_await submit::read_one(api_.parts.tasks, call_.wish.who, call_.task.id);
            const bool over = !seen || needs_nothing_more(seen->record)
                              || left_until(call_.task.until) == milliseconds(0) || stopped_;
            if (call_.running->cancelled) {
                ended_ = true;
                co_return std::string();
            }
            if (over) {
                ended_ = true;
                co_return sse_event(event_name, "", co_await answer_text(api_, call_));
            }
            if (auto told = tell(seen->record); !told.empty()) {
                co_return told;
            }
            const bool rung = co_await bell_->wait(std::min(step, left_until(call_.task.until)));
            if (!rung && clock::now() - last_sent_ >= api_.options.live.heartbeat) {
                last_sent_ = clock::now();
                co_return sse_heartbeat();
            }
        }
        co_return std::string();
    }

    void stop() override {
        stopped_ = true;
        bell_->ring();
    }

private:
    // "" where nothing has risen.
    std::string tell(const task::record& task) {
        const int now = live_progress(task, api_.parts.tasks.now()).value_or(0);
        if (now <= told_ || now >= whole) {
            return {};
        }
        told_ = now;
        last_sent_ = clock::now();
        return sse_event(
            event_name,
            "",
            rpc_notification(
                "notifications/progress",
                {{"progressToken", call_.token},
                 {"progress", now},
                 {"total", whole},
                 {"message",
                  std::string("task ") + call_.task.id + " is " + std::string(live_status(task))}}
            )
        );
    }

    context& api_;
    followed_call call_;
    std::unique_ptr<live_hub::ticket> bell_;
    clock::time_point last_sent_ = clock::now();
    int told_ = -1;
    bool stopped_ = false;
    bool ended_ = false;
};

} // namespace

json complete_result(const std::string& edition, json told) {
    if (edition >= mcp::without_initialize) {
        told["resultType"] = "complete";
    }
    return told;
}

awaitable<http::response> answer_in_one(context& api, followed_call call) {
    const auto seen = co_await submit::read_one(api.parts.tasks, call.wish.who, call.task.id);
    if (seen && !needs_nothing_more(seen->record)) {
        completion_waiter::wish wanted;
        wanted.id = seen->record.id;
        wanted.fulfilled = [](const queue::snapshot& task) {
            return needs_nothing_more(task.record);
        };
        wanted.leaves = [&api, running = call.running](const completion_waiter::latest&) {
            return running->cancelled || api.parts.ready().draining;
        };
        wanted.limit = left_until(call.task.until);
        // However it ends, the task is shown as it stands then.
        co_await api.waiter.wait(std::move(wanted));
    }
    if (call.running->cancelled) {
        http::response nothing;
        nothing.status = 202;
        co_return nothing;
    }
    co_return rpc_answer(co_await answer_text(api, call));
}

awaitable<http::response> progress_events(context& api, followed_call call) {
    const auto on = co_await asio::this_coro::executor;
    http::response answer;
    answer.headers.set("Content-Type", "text/event-stream; charset=utf-8");
    answer.headers.set("Cache-Control", "no-store");
    answer.headers.set("X-Accel-Buffering", "no");
    answer.body = std::shared_ptr<http::body_stream>(
        std::make_shared<progress_stream>(api, on, std::move(call))
    );
    co_return answer;
}

} // namespace imagined::api
