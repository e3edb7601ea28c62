// How many streams are open, and the cap on them.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace imagined::api {

class stream_seats {
public:
    // Given back when it goes; it may outlive the room.
    class seat {
    public:
        explicit seat(std::shared_ptr<std::size_t> taken) : taken_(std::move(taken)) { ++*taken_; }

        seat(seat&&) = default;
        seat& operator=(seat&&) = default;

        ~seat() {
            if (taken_) {
                --*taken_;
            }
        }

    private:
        std::shared_ptr<std::size_t> taken_;
    };

    explicit stream_seats(std::size_t most) : most_(most) {}

    std::optional<seat> take() {
        return *taken_ < most_ ? std::optional<seat>(std::in_place, taken_) : std::nullopt;
    }

    std::size_t taken() const { return *taken_; }

private:
    std::size_t most_;
    std::shared_ptr<std::size_t> taken_ = std::make_shared<std::size_t>(0);
};

} // namespace imagined::api
