#include "live/completion_waiter.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace imagined::api {

namespace {

// Changes of one moment are read together.
constexpr milliseconds gather_for{50};
constexpr milliseconds tick{500};
// While the feed of changes is not there.
constexpr milliseconds unheard_look{1000};
constexpr seconds longest_silence{15};
constexpr milliseconds unlimited = std::chrono::hours(24);
constexpr std::size_t most_in_one_read = 256;

} // namespace

struct completion_waiter::core : std::enable_shared_from_this<core> {
    using clock = std::chrono::steady_clock;

    // One who waits, for as long as it lives.
    struct place {
        place(std::shared_ptr<core> at, executor on, std::string task)
            : in(std::move(at)), id(std::move(task)), bell(on) {
            ticket = in->with.hub.watch(on, id, [this] { in->heard_of(id); });
            in->places.emplace(id, this);
            in->heard_of(id);
            in->start(on);
        }

        place(const place&) = delete;
        place& operator=(const place&) = delete;

        ~place() {
            ticket.reset();
            const auto [first, last] = in->places.equal_range(id);
            in->places.erase(std::find_if(first, last, [this](const auto& one) {
                return one.second == this;
            }));
        }

        std::shared_ptr<core> in;
        std::string id;
        wakeup bell;
        std::unique_ptr<live_hub::ticket> ticket;
        latest seen;
        std::optional<failure> trouble;
    };

    core(parts given, milliseconds again) : with(std::move(given)), look_again(again) {}

    void heard_of(const std::string& id) {
        unread.insert(id);
        if (bell) {
            bell->ring();
        }
    }

    void start(executor on) {
        if (running) {
            return;
        }
        running = true;
        looked_at_all = clock::now();
        bell.emplace(on);
        bell->ring();
        if (!duties) {
            duties.emplace(on);
        }
        duties->spawn("completion waiter", [me = shared_from_this()] { return serve(me); });
    }

    // As long as anybody waits. Holds the core, which outlives the waiter so.
    static awaitable<> serve(std::shared_ptr<core> me) {
        const stopped_at_end ends(*me);
        for (;;) {
            const bool rung = co_await me->bell->wait(tick);
            if (rung && !me->closed) {
                co_await pause_for(gather_for);
            }
            if (me->closed || me->places.empty()) {
                co_return;
            }
            me->look_at_all_again();
            co_await me->read_unread();
            if (!me->closed && me->with.draining()) {
                me->ring_all();
            }
        }
    }

    // However the coroutine ends, the next who waits starts another.
    struct stopped_at_end {
        explicit stopped_at_end(core& whose) : of(whose) {}

        stopped_at_end(const stopped_at_end&) = delete;
        stopped_at_end& operator=(const stopped_at_end&) = delete;

        ~stopped_at_end() {
            of.running = false;
            of.unread.clear();
        }

        core& of;
    };

    // In case that something was missed.
    void look_at_all_again() {
        const auto now = clock::now();
        const auto pace = with.hub.connected() ? look_again : std::min(look_again, unheard_look);
        if (now - looked_at_all < pace) {
            return;
        }
        looked_at_all = now;
        for (const auto& [id, one] : places) {
            unread.emplace(id);
        }
    }

    awaitable<> read_unread() {
        while (!unread.empty() && !closed) {
            std::vector<std::string> ids;
            while (!unread.empty() && ids.size() < most_in_one_read) {
                ids.push_back(std::move(unread.extract(unread.begin()).value()));
            }
            std::erase_if(ids, [this](const std::string& id) { return !places.contains(id); });
            if (ids.empty()) {
                continue;
            }
            std::vector<std::string> asked = ids;
            // Who waits was let in by its front; here only those ids are asked for.
            auto found = co_await with.tasks.read({"", true}, std::move(asked));
            if (!found) {
                unread.insert(ids.begin(), ids.end());
                note_silence();
                co_return; // tried again with the next tick
            }
            silent_since.reset();
            hand_out(ids, std::move(*found));
        }
    }

    void hand_out(const std::vector<std::string>& ids, std::vector<queue::snapshot> found) {
        std::unordered_map<std::string_view, const queue::snapshot*> by_id;
        for (const auto& task : found) {
            by_id.emplace(task.record.id, &task);
        }
        for (const std::string& id : ids) {
            const auto task = by_id.find(id);
            const auto [first, last] = places.equal_range(id);
            for (auto at = first; at != last; ++at) {
                place& one = *at->second;
                if (task == by_id.end()) {
                    one.trouble = failure{failure_kind::not_found, "no such task"};
                } else {
                    one.seen = *task->second;
                }
                one.bell.ring();
            }
        }
    }

    void note_silence() {
        const auto now = clock::now();
        silent_since = silent_since.value_or(now);
        if (now - *silent_since <= longest_silence) {
            return;
        }
        for (const auto& [id, one] : places) {
            one->trouble = failure{failure_kind::unavailable, "the queue does not answer"};
            one->bell.ring();
        }
    }

    void ring_all() {
        for (const auto& [id, one] : places) {
            one->bell.ring();
        }
    }

    parts with;
    milliseconds look_again;
    std::unordered_multimap<std::string_view, place*> places; // by the id that each place owns
    std::unordered_set<std::string> unread;                   // tasks that may have changed
    std::optional<wakeup> bell;
    std::optional<task_group> duties;
    clock::time_point looked_at_all;
    std::optional<clock::time_point> silent_since;
    bool running = false;
    bool closed = false; // the waiter is gone
};

completion_waiter::completion_waiter(parts with, milliseconds look_again)
    : core_(std::make_shared<core>(std::move(with), look_again)) {}

completion_waiter::~completion_waiter() {
    core_->closed = true;
    core_->duties.reset();
}

std::size_t completion_waiter::waiting() const {
    return core_->places.size();
}

awaitable<result<completion_waiter::latest>> completion_waiter::wait(wish wanted) {
    using clock = core::clock;
    core::place me(core_, co_await asio::this_coro::executor, wanted.id);
    const auto over = clock::now() + wanted.limit.value_or(unlimited);
    for (;;) {
        if (me.trouble) {
            co_return std::move(*me.trouble);
        }
        const auto left = std::chrono::ceil<milliseconds>(over - clock::now());
        const bool fulfilled = me.seen && wanted.fulfilled(*me.seen);
        if (fulfilled || wanted.leaves(me.seen) || (wanted.limit && left <= milliseconds(0))) {
            co_return std::move(me.seen);
        }
        co_await me.bell.wait(std::max(left, milliseconds(1)));
    }
}

} // namespace imagined::api
