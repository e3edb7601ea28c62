#include "task_list.hpp"

#include "operator_text.hpp"

#include "imagined/base/text.hpp"
#include "imagined/base/wakeup.hpp"
#include "imagined/task/progress.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace imagined::app {

namespace {

constexpr std::size_t tasks_a_page = 200;
constexpr milliseconds away_pause{1000};
constexpr std::chrono::hours a_look_now_and_then{1};

// What the feed told since it was last looked at.
struct feed_news {
    explicit feed_news(const executor& on) : bell(on) {}

    void changed(std::string_view message) {
        for (const auto id : split(message, ' ')) {
            if (!id.empty()) {
                ids.emplace(id);
            }
        }
        bell.ring();
    }

    // Changes may have been missed.
    void came() {
        gap = true;
        bell.ring();
    }

    std::set<std::string> ids;
    bool gap = false;
    wakeup bell;
};

class task_lister {
public:
    task_lister(operator_context with, list_wish wish)
        : with_(std::move(with)), wish_(std::move(wish)) {
        if (wish_.caller) {
            whose_ = {.caller = *wish_.caller, .all = false};
        }
    }

    // All that the wish names and that was not printed as it stands.
    awaitable<result<void>> list() {
        queue::id_range among;
        for (;;) {
            auto page = co_await with_.tasks.newest(whose_, tasks_a_page, among);
            if (!page) {
                co_return page.error();
            }
            for (const queue::snapshot& one : *page) {
                print(one);
            }
            if (page->size() < tasks_a_page || is_too_old(page->back())) {
                co_return result<void>{};
            }
            among.before = page->back().record.id;
        }
    }

    awaitable<> follow(std::shared_ptr<feed_news> news) {
        for (;;) {
            co_await news->bell.wait(a_look_now_and_then);
            bool away = false;
            if (std::exchange(news->gap, false)) {
                news->gap = away = !co_await list();
            }
            auto ids = std::exchange(news->ids, {});
            if (!ids.empty() && !away) {
                std::vector<std::string> asked(ids.begin(), ids.end());
                const auto found = co_await with_.tasks.read(whose_, std::move(asked));
                away = !found;
                if (found) {
                    for (const queue::snapshot& one : *found) {
                        print(one);
                    }
                }
            }
            if (away) {
                news->ids.merge(ids);
                news->bell.ring();
                co_await pause_for(away_pause);
            }
        }
    }

private:
    bool is_too_old(const queue::snapshot& one) const {
        return wish_.since && one.record.submitted < with_.tasks.now() - wish_.since->count();
    }

    void print(const queue::snapshot& one) {
        const task::record& record = one.record;
        if (is_too_old(one)
            || (!wish_.status.empty() && task::outward_status(record) != wish_.status)) {
            return;
        }
        const auto now = with_.tasks.now();
        if (wish_.follow) {
            std::string stands{task::outward_status(record)};
            stands += task::outward_progress(record, now);
            std::string& before = printed_[record.id];
            if (before == stands) {
                return;
            }
            before = std::move(stands);
        }
        with_.print(
            with_.json ? brief_json(one, now).dump(
                             -1, ' ', false, nlohmann::json::error_handler_t::replace
                         )
                       : brief_text(one, now)
        );
    }

    operator_context with_;
    list_wish wish_;
    queue::scope whose_{.caller = "", .all = true};
    std::map<std::string, std::string> printed_; // by id: how it stood when it was last printed
};

} // namespace

awaitable<result<report>> list_tasks(operator_context with, list_wish wish) {
    const bool follow = wish.follow;
    // Before the first look, so that nothing happens between them.
    const auto news = std::make_shared<feed_news>(co_await asio::this_coro::executor);
    std::shared_ptr<void> feed;
    if (follow) {
        feed = with.changes(
            [news](std::string_view message) { news->changed(message); }, [news] { news->came(); }
        );
    }
    task_lister lister(std::move(with), std::move(wish));
    if (const auto listed = co_await lister.list(); !listed) {
        co_return listed.error();
    }
    if (follow) {
        co_await lister.follow(news);
    }
    co_return report{};
}

} // namespace imagined::app
