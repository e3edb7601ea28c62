// How many of something are held at a time, streams or requests that are kept waiting: in all, and
// by each caller, so that one leaves room for the others.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace imagined::api {

// What a caller may have of all that there is.
constexpr std::size_t share_of(std::size_t most) {
    constexpr std::size_t shares = 4;
    return most == 0 ? 0 : std::max<std::size_t>(1, most / shares);
}

class seats {
    struct room {
        std::size_t taken = 0;
        std::map<std::string, std::size_t> by_caller; // none is 0
    };

public:
    // Given back when it goes; it may outlive the seats.
    class seat {
    public:
        seat(std::shared_ptr<room> in, std::string caller)
            : in_(std::move(in)), caller_(std::move(caller)) {
            ++in_->taken;
            ++in_->by_caller[caller_];
        }

        seat(seat&&) = default;
        seat& operator=(seat&&) = delete;

        ~seat() {
            if (!in_) {
                return;
            }
            --in_->taken;
            const auto mine = in_->by_caller.find(caller_);
            if (--mine->second == 0) {
                in_->by_caller.erase(mine);
            }
        }

    private:
        std::shared_ptr<room> in_;
        std::string caller_;
    };

    // Why there is none.
    struct full {
        std::size_t limit = 0;
        bool own = false; // the caller has its share; else all are taken
    };

    explicit seats(std::size_t most) : most_(most) {}

    // "" is the operator, who has no share: what is there is the operator's.
    std::variant<seat, full> take(const std::string& caller) {
        const auto mine = room_->by_caller.find(caller);
        const std::size_t held = mine == room_->by_caller.end() ? 0 : mine->second;
        if (room_->taken >= most_) {
            return full{most_, false};
        }
        if (!caller.empty() && held >= share_of(most_)) {
            return full{share_of(most_), true};
        }
        return seat(room_, caller);
    }

    std::size_t taken() const { return room_->taken; }

private:
    std::size_t most_;
    std::shared_ptr<room> room_ = std::make_shared<room>();
};

} // namespace imagined::api
