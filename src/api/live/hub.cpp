#include "live/hub.hpp"

#include <algorithm>

namespace imagined::api {

struct live_hub::core : std::enable_shared_from_this<core> {
    using clock = std::chrono::steady_clock;

    core(change_feed opener, milliseconds kept) : open(std::move(opener)), kept_for(kept) {}

    // The subscription's callbacks, and the duty, must not keep the core: it owns them.
    void wake_up(executor on) {
        used = clock::now();
        if (feed || !open || closed) {
            return;
        }
        std::weak_ptr<core> me = weak_from_this();
        feed = open(
            [me](std::string_view message) {
                if (const auto self = me.lock()) {
                    self->told(message);
                }
            },
            [me] {
                if (const auto self = me.lock()) {
                    self->came();
                }
            }
        );
        if (!duties) {
            duties.emplace(on);
        }
        duties->spawn("live feed", [me, pause = kept_for] { return close_unused(me, pause); });
    }

    bool in_use() const { return !tickets.empty() || all != nullptr; }

    // Who polls comes back soon: the feed is not opened anew each time.
    static awaitable<> close_unused(std::weak_ptr<core> me, milliseconds pause) {
        for (;;) {
            co_await pause_for(pause);
            const auto self = me.lock();
            if (!self) {
                co_return;
            }
            if (self->in_use()) {
                self->used = clock::now();
            } else if (clock::now() - self->used >= pause) {
                self->feed.reset();
                self->connected = false;
                co_return;
            }
        }
    }

    void told(std::string_view message) {
        while (!message.empty()) {
            const auto end = std::min(message.find(' '), message.size());
            changed(message.substr(0, end));
            message.remove_prefix(std::min(end + 1, message.size()));
        }
    }

    void changed(std::string_view id) {
        const auto [first, last] = tickets.equal_range(id);
        for (auto at = first; at != last; ++at) {
            at->second->changed();
        }
        if (all != nullptr) {
            all->changed(id);
        }
    }

    void came() {
        connected = true;
        for (const auto& [id, held] : tickets) {
            held->changed();
        }
        if (all != nullptr) {
            all->came();
        }
    }

    change_feed open;
    milliseconds kept_for;
    // By the id that each ticket owns.
    std::unordered_multimap<std::string_view, ticket*> tickets;
    listener* all = nullptr;
    bool connected = false;
    bool closed = false; // the hub is gone; tickets may still be
    clock::time_point used;
    std::shared_ptr<void> feed;
    std::optional<task_group> duties;
};

live_hub::ticket::ticket(
    std::shared_ptr<core> from, executor on, std::string id, std::function<void()> also_tell
)
    : from_(std::move(from)), id_(std::move(id)), bell_(on), also_tell_(std::move(also_tell)) {
    from_->tickets.emplace(id_, this);
    from_->wake_up(on);
}

live_hub::ticket::~ticket() {
    const auto [first, last] = from_->tickets.equal_range(id_);
    const auto mine =
        std::find_if(first, last, [this](const auto& one) { return one.second == this; });
    from_->tickets.erase(mine);
    from_->used = core::clock::now();
}

live_hub::live_hub(change_feed open, milliseconds kept_for)
    : core_(std::make_shared<core>(std::move(open), kept_for)) {}

live_hub::~live_hub() {
    core_->closed = true;
    core_->all = nullptr;
    core_->feed.reset();
    core_->duties.reset();
}

std::unique_ptr<live_hub::ticket>
live_hub::watch(executor on, std::string id, std::function<void()> also_tell) {
    return std::make_unique<ticket>(core_, on, std::move(id), std::move(also_tell));
}

void live_hub::listen(executor on, listener* all) {
    core_->all = all;
    if (all != nullptr) {
        core_->wake_up(on);
    }
}

bool live_hub::connected() const {
    return core_->connected;
}

std::size_t live_hub::watchers() const {
    return core_->tickets.size();
}

} // namespace imagined::api
