#include "generation_switch.hpp"

#include "imagined/base/log.hpp"
#include "imagined/http/body_stream.hpp"

#include <algorithm>
#include <any>
#include <chrono>
#include <iterator>
#include <utility>

namespace imagined::app {

namespace {

constexpr seconds drain_slack{30};
constexpr seconds cut_grace{5};
constexpr milliseconds look_again{250};

// What a request holds on to between its head and its body.
struct admitted_by {
    generation* by;
    std::shared_ptr<char> request;
    std::any note;
};

// A stream goes on after its request was handled.
struct held_stream {
    std::shared_ptr<char> request;
    std::shared_ptr<http::body_stream> stream;
};

// The longest that a call of it may take.
milliseconds longest_call(const generation& of) {
    milliseconds longest{0};
    for (const auto& one : of.backends.members()) {
        longest = std::max(longest, one->options().timeout);
    }
    return longest;
}

} // namespace

void generation_switch::turn_to(std::unique_ptr<generation> next) {
    const auto before = now_;
    const bool first = all_.empty();
    now_ = all_.insert(all_.end(), kept{.what = std::move(next)});
    if (first) {
        return;
    }
    if (works_) {
        start_work();
        register_callers();
    }
    for (const auto& stream : before->streams) {
        if (const auto open = stream.lock()) {
            open->stop();
        }
    }
    group_.spawn("retire", [this, before] { return retire(before); });
}

void generation_switch::start_work() {
    works_ = true;
    if (now_->what->worker && !draining_ && !std::exchange(now_->has_worked, true)) {
        now_->what->worker->start();
    }
}

awaitable<>
generation_switch::tell_callers(queue::operating& to, std::vector<queue::caller_limits> limits) {
    if (auto told = co_await to.register_callers(std::move(limits)); !told) {
        log::warning("callers were not registered", {{"reason", told.error().detail}});
    }
}

void generation_switch::register_callers() {
    if (now().operating == nullptr) {
        return;
    }
    std::vector<queue::caller_limits> limits{{"", 1, 0, 0}}; // the operator's own
    for (const auto& caller : now().callers) {
        limits.push_back(
            {caller.name, caller.weight, caller.max_waiting, caller.max_running, caller.rate}
        );
    }
    group_.spawn("callers", [to = now().operating, limits = std::move(limits)] {
        return tell_callers(*to, limits);
    });
}

void generation_switch::hint(std::string_view message) {
    if (now_ != all_.end() && now_->what->worker) {
        now_->what->worker->hint(message);
    }
}

void generation_switch::hint_all() {
    if (now_ != all_.end() && now_->what->worker) {
        now_->what->worker->hint_all();
    }
}

awaitable<> generation_switch::end_work(kept& of) {
    if (std::exchange(of.has_worked, false)) {
        worker::worker& ending = *of.what->worker;
        co_await ending.drain(longest_call(*of.what) + drain_slack);
        ending.cut();
        co_await ending.join(cut_grace);
    }
}

awaitable<> generation_switch::retire(std::list<kept>::iterator old) {
    co_await end_work(*old);
    while (old->requests.use_count() > 1) {
        co_await pause_for(look_again);
    }
    co_await pause_for(afterlife_);
    all_.erase(old);
    log::debug("what was configured before is gone");
}

awaitable<> generation_switch::drain() {
    draining_ = true;
    milliseconds longest{0};
    for (const kept& one : all_) {
        longest = std::max(longest, longest_call(*one.what));
    }
    const auto limit = std::chrono::steady_clock::now() + longest + drain_slack;
    co_await end_work(*now_);
    // Those before end by themselves.
    const auto works = [](const kept& one) {
        return one.what->worker && one.what->worker->held() > 0;
    };
    while (std::ranges::any_of(all_, works) && std::chrono::steady_clock::now() < limit) {
        co_await pause_for(look_again);
    }
}

std::vector<std::string> generation_switch::warnings() const {
    std::vector<std::string> all = now().warnings;
    if (now().worker) {
        std::ranges::move(now().worker->warnings(), std::back_inserter(all));
    }
    return all;
}

std::variant<http::admission, http::response>
generation_switch::admit(const http::request_head& head) {
    auto judged = now_->what->front_door->admit(head);
    if (auto* admitted = std::get_if<http::admission>(&judged)) {
        admitted->note = admitted_by{now_->what.get(), now_->requests, std::move(admitted->note)};
    }
    return judged;
}

awaitable<http::response> generation_switch::handle(http::request incoming) {
    const auto admitted = std::any_cast<admitted_by>(std::move(incoming.noted));
    incoming.noted = admitted.note;
    http::response answer = co_await admitted.by->front_door->handle(std::move(incoming));
    if (auto* stream = std::get_if<std::shared_ptr<http::body_stream>>(&answer.body)) {
        auto holder =
            std::make_shared<held_stream>(held_stream{admitted.request, std::move(*stream)});
        *stream = std::shared_ptr<http::body_stream>(holder, holder->stream.get());
        const auto of =
            std::ranges::find(all_, admitted.by, [](const kept& one) { return one.what.get(); });
        if (of == now_) {
            keep_stream(*of, *stream);
        } else {
            (*stream)->stop();
        }
    }
    co_return answer;
}

void generation_switch::keep_stream(kept& of, const std::shared_ptr<http::body_stream>& stream) {
    std::erase_if(of.streams, [](const auto& one) { return one.expired(); });
    of.streams.push_back(stream);
}

http::response
generation_switch::refuse(int status, std::string_view reason, const http::request_head& head) {
    return now_->what->front_door->refuse(status, reason, head);
}

} // namespace imagined::app
