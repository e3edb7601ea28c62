#include "downloads.hpp"

#include "imagined/base/log.hpp"
#include "imagined/store/renumbering.hpp"
#include "showing.hpp"

#include <utility>

namespace imagined::worker {

namespace {

constexpr int download_tries = 4;
constexpr int tries_when_it_failed_before = 1; // all attempts together must not take without end
constexpr milliseconds download_pause{500};
constexpr milliseconds download_limit{60000};
constexpr std::size_t most_downloads = 64; // each may take max_picture_bytes of memory

// A page of words in a picture's place may be a moment's trouble of who delivers it.
bool may_pass(const failure& why) {
    return why.kind == failure_kind::unavailable || why.kind == failure_kind::corrupt;
}

// A place among the downloads of this worker.
class download_place {
public:
    explicit download_place(shift& of) : of_(of) { ++of_.downloads; }

    download_place(const download_place&) = delete;
    download_place& operator=(const download_place&) = delete;

    ~download_place() {
        --of_.downloads;
        of_.download_line.ring("");
    }

private:
    shift& of_;
};

awaitable<> wait_for_place(std::shared_ptr<shift> on) {
    if (on->downloads < most_downloads && on->download_line.empty("")) {
        co_return;
    }
    waiting_lines::stand in_line(on->download_line, "", on->parts.on);
    while (!in_line.is_first() || on->downloads >= most_downloads) {
        co_await in_line.turn.wait(seconds(1));
    }
}

// Counts a picture as under way for as long as it lives.
class on_its_way {
public:
    on_its_way(std::size_t& count, wakeup& ended) : count_(count), ended_(ended) {}

    on_its_way(const on_its_way&) = delete;
    on_its_way& operator=(const on_its_way&) = delete;

    ~on_its_way() {
        --count_;
        ended_.ring();
    }

private:
    std::size_t& count_;
    wakeup& ended_;
};

} // namespace

downloads::downloads(std::shared_ptr<shift> on, std::string task, int attempt, std::string trace)
    : on_(std::move(on)),
      task_(std::move(task)),
      attempt_(attempt),
      trace_(std::move(trace)),
      one_more_(on_->parts.on) {}

void downloads::begin(std::vector<picture_order> orders) {
    for (auto& order : orders) {
        ++under_way_;
        on_->work.spawn(
            "picture of " + task_,
            [self = shared_from_this(), order = std::move(order)] { return self->obtain(order); }
        );
    }
}

awaitable<bool> downloads::wait(milliseconds limit) {
    if (under_way_ > 0) {
        co_await one_more_.wait(limit);
    }
    co_return under_way_ == 0;
}

std::string downloads::take_bytes(std::size_t at) {
    auto taken = bytes_.extract(at);
    return taken ? std::move(taken.mapped()) : std::string();
}

awaitable<> downloads::obtain(picture_order order) {
    const on_its_way under_way{under_way_, one_more_};
    auto ended = co_await outcome_of(order);
    ended_.push_back(std::move(ended));
}

awaitable<picture_outcome> downloads::outcome_of(const picture_order& order) {
    using what = picture_outcome::what;
    auto& images = on_->parts.images;
    const std::string id = task_;
    const int n = order.n;
    picture_outcome ended;
    ended.at = order.at;
    if (attempt_ > 1) {
        auto find = [&images, id, n]() -> result<store::stored_picture> {
            if (store::renumbered(images, id)) {
                return failure{failure_kind::not_found, "another picture may have its number"};
            }
            return images.find(id, n);
        };
        if (const auto found = co_await on_->parts.pool.run(std::move(find))) {
            ended.picture = described(n, *found);
            co_return ended;
        }
    }
    auto bytes = co_await download(order);
    if (!bytes) {
        log::warning(
            "a paid picture could not be downloaded",
            {{"task", id},
             {"trace", trace_},
             {"picture", std::to_string(n)},
             {"reason", bytes.error().detail}}
        );
        ended.came = what::not_downloaded;
        ended.why = std::move(bytes).error();
        co_return ended;
    }
    const auto held = std::make_shared<std::string>(std::move(*bytes));
    result<store::stored_picture> stored = failure{failure_kind::unavailable, "the disk is full"};
    // What others need of the disk is spared, or an embedded Redis could not write any more.
    if (co_await on_->parts.disk.can_take(held->size())) {
        stored = co_await on_->to_disk.put({id, n, held, order.alone});
    }
    if (stored) {
        ended.picture = described(n, *stored);
        ended.is_shown = order.alone;
        bytes_[order.at] = std::move(*held);
        co_return ended;
    }
    ended.came = what::not_stored;
    ended.why = std::move(stored).error();
    ended.size = held->size();
    if (is_about_pictures(ended.why)) {
        log::error(
            "a picture could not be stored",
            {{"task", id}, {"trace", trace_}, {"reason", ended.why.detail}}
        );
    }
    co_return ended;
}

awaitable<result<std::string>> downloads::download(const picture_order& order) {
    auto* at = on_->parts.backends.find(order.backend);
    if (at == nullptr) {
        co_return failure{
            failure_kind::unavailable, "backend " + order.backend + " is not configured here"
        };
    }
    const int most = attempt_ > 2 ? tries_when_it_failed_before : download_tries;
    result<std::string> last = failure{};
    for (int tried = 0; tried < most; ++tried) {
        if (tried > 0) {
            co_await pause_for(download_pause * (1 << tried));
        }
        co_await wait_for_place(on_);
        const download_place taken(*on_);
        last =
            co_await at->fetch_picture(order.url, on_->options.max_picture_bytes, download_limit);
        if (last || !may_pass(last.error()) || on_->draining) {
            break;
        }
    }
    co_return last;
}

} // namespace imagined::worker
