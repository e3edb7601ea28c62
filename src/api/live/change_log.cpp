#include "live/change_log.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/log.hpp"
#include "live/sse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace imagined::api {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t most_entries = 4096;
constexpr std::size_t most_bytes = 16 * std::size_t{1024} * 1024;
constexpr std::size_t most_per_read = 256;
// Changes of one moment are read together.
constexpr milliseconds gather{50};
constexpr milliseconds trouble_pause{500};
constexpr milliseconds figures_every{1000};
constexpr std::size_t epoch_bytes = 4;

std::string queue_event(const queue::statistics& counted) {
    return sse_event(
        "queue",
        "",
        fmt::format(
            R"({{"waiting":{},"running":{},"needsInput":{}}})",
            counted.waiting,
            counted.running,
            counted.modal
        )
    );
}

} // namespace

bool log_entry::is_for(const queue::scope& who) const {
    switch (meant) {
    case audience::everybody:
        return true;
    case audience::owner:
        return who.all || who.caller == caller;
    case audience::caller:
        return !who.all && who.caller == caller;
    case audience::who_see_all:
        return who.all;
    }
    return false;
}

struct change_log::state : live_hub::listener {
    state(parts with, milliseconds kept) : use(std::move(with)), kept_for(kept) {}

    void changed(std::string_view id) override {
        dirty.emplace(id);
        bell->ring();
    }

    void came() override {
        gap = true;
        bell->ring();
    }

    // A reader came: the duty runs while there are any, and a little longer.
    void start(executor where, const std::shared_ptr<state>& me) {
        on = where;
        used = clock::now();
        if (running || closed) {
            return;
        }
        running = true;
        epoch = random_hex(epoch_bytes);
        bell.emplace(where);
        if (!duties) {
            duties.emplace(where);
        }
        use.hub.listen(where, this);
        duties->spawn("live changes", [me] { return keep(me); });
    }

    static awaitable<> keep(std::shared_ptr<state> me) {
        while (!me->closed && (!me->readers.empty() || clock::now() - me->used < me->kept_for)) {
            co_await me->bell->wait(figures_every);
            co_await me->step();
            co_await pause_for(gather);
        }
        me->finish();
    }

    awaitable<> step() {
        if (closed) {
            co_return;
        }
        if (std::exchange(gap, false)) {
            reset();
        }
        if (!dirty.empty() && !co_await tell_changes()) {
            co_await pause_for(trouble_pause);
        }
        if (!closed && clock::now() - counted_at >= figures_every) {
            counted_at = clock::now();
            co_await tell_figures();
        }
    }

    void finish() {
        if (!closed) {
            use.hub.listen(*on, nullptr);
        }
        running = false;
        entries.clear();
        bytes = 0;
        dirty.clear();
        told_figures.clear();
    }

    // False when the queue does not answer; then the changes stay to be read.
    awaitable<bool> tell_changes() {
        std::vector<std::string> ids;
        std::vector<queue::follow_wish> wishes;
        for (auto at = dirty.begin(); at != dirty.end() && ids.size() < most_per_read;) {
            // What is listened to is everybody's; read() decides who may see it.
            wishes.push_back({*at, {"", true}, std::nullopt});
            ids.push_back(*at);
            at = dirty.erase(at);
        }
        const auto found = co_await use.tasks.follow(std::move(wishes));
        if (!found) {
            dirty.insert(ids.begin(), ids.end());
            co_return false;
        }
        for (const auto& task : *found) {
            std::string shown = task ? co_await use.show(*task) : std::string();
            if (!shown.empty()) {
                using audience = log_entry::audience;
                add("task", audience::owner, task->task.record.caller, shown);
            }
        }
        co_return true;
    }

    // Whose figures are wanted now; "" with `all` for everybody's.
    std::set<std::pair<bool, std::string>> wanted_figures() const {
        std::set<std::pair<bool, std::string>> wanted;
        for (const reader* one : readers) {
            wanted.emplace(one->who().all, one->who().all ? "" : one->who().caller);
        }
        return wanted;
    }

    awaitable<> tell_figures() {
        const auto wanted = wanted_figures();
        for (const auto& who : wanted) {
            std::string figures;
            if (who.first) {
                figures = queue_event(co_await use.counted.now());
            } else {
                figures = queue_event(co_await use.counted.of(who.second));
            }
            std::string& told = told_figures[who];
            if (figures != told) {
                told = std::move(figures);
                using audience = log_entry::audience;
                push(
                    {next++, who.first ? audience::who_see_all : audience::caller, who.second, told}
                );
            }
        }
        std::erase_if(told_figures, [&](const auto& told) { return !wanted.contains(told.first); });
    }

    void reset() {
        entries.clear();
        bytes = 0;
        told_figures.clear();
        add("reset", log_entry::audience::everybody, "", R"({"reason":"connected"})");
    }

    void
    add(std::string_view name, log_entry::audience meant, std::string caller, std::string_view data
    ) {
        const std::uint64_t number = next++;
        push({number, meant, std::move(caller), sse_event(name, id_of(number), data)});
    }

    void push(log_entry entry) {
        bytes += entry.text.size();
        entries.push_back(std::move(entry));
        while (entries.size() > most_entries || bytes > most_bytes) {
            bytes -= entries.front().text.size();
            entries.pop_front();
        }
        for (reader* one : readers) {
            one->ring();
        }
    }

    std::string id_of(std::uint64_t number) const { return fmt::format("{}-{}", epoch, number); }

    std::uint64_t oldest() const { return entries.empty() ? next : entries.front().number; }

    parts use;
    milliseconds kept_for;
    std::string epoch; // numbers of another process, or another life of this log, mean nothing
    std::uint64_t next = 1;
    std::deque<log_entry> entries;
    std::size_t bytes = 0;
    std::unordered_set<std::string> dirty;
    std::unordered_set<reader*> readers;
    std::map<std::pair<bool, std::string>, std::string> told_figures; // by who sees all, or whose
    clock::time_point counted_at;
    clock::time_point used;
    bool gap = false;
    bool running = false;
    bool closed = false; // the log is gone; readers may still be
    std::optional<wakeup> bell;
    std::optional<executor> on; // of the readers
    std::optional<task_group> duties;
};

change_log::reader::reader(std::shared_ptr<state> from, executor on, queue::scope who)
    : from_(std::move(from)), who_(std::move(who)), bell_(on) {
    from_->readers.insert(this);
    from_->start(on, from_);
    next_ = from_->next;
}

change_log::reader::~reader() {
    from_->readers.erase(this);
    from_->used = clock::now();
}

void change_log::reader::resume(const std::string& id) {
    const auto dash = id.find('-');
    std::uint64_t number = 0;
    if (dash == std::string::npos || id.substr(0, dash) != from_->epoch) {
        return;
    }
    const char* last = id.data() + id.size();
    const auto read = std::from_chars(id.data() + dash + 1, last, number);
    const bool known = read.ec == std::errc{} && read.ptr == last && number < from_->next
                       && number + 1 >= from_->oldest();
    if (known) {
        next_ = number + 1;
        lost_ = false;
    }
}

std::string change_log::reader::read(std::size_t most) {
    std::string told;
    if (next_ < from_->oldest()) {
        lost_ = true; // it fell behind, or its entries were made void
        next_ = from_->next;
    }
    if (lost_ && from_->use.hub.connected() && !from_->gap) {
        lost_ = false;
        next_ = from_->next;
        told = sse_event("reset", from_->id_of(next_ - 1), R"({"reason":"fetch"})");
        const auto figures = from_->told_figures.find({who_.all, who_.all ? "" : who_.caller});
        told += figures == from_->told_figures.end() ? "" : figures->second;
    }
    const auto skipped = static_cast<std::ptrdiff_t>(next_ - from_->oldest());
    for (auto at = from_->entries.begin() + skipped; at != from_->entries.end(); ++at) {
        if (told.size() >= most) {
            break;
        }
        next_ = at->number + 1;
        if (!lost_ && at->is_for(who_)) {
            told += at->text;
        }
    }
    return told;
}

change_log::change_log(parts with, milliseconds kept_for)
    : state_(std::make_shared<state>(std::move(with), kept_for)) {}

change_log::~change_log() {
    state_->closed = true;
    state_->duties.reset();
}

std::unique_ptr<change_log::reader> change_log::open(executor on, queue::scope who) {
    return std::make_unique<reader>(state_, on, std::move(who));
}

} // namespace imagined::api
