// What the request bodies of one server hold in memory together. A hold lasts as long as the body,
// or what was made of it: it travels with the request.
#pragma once

#include "imagined/http/message.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace imagined::http {

// The sum. Some of it is left for small bodies alone: a few that hold nearly all of it must not
// shut out what nearly every request is.
class held_bodies {
public:
    static constexpr std::size_t small_bytes = std::size_t{64} * 1024;
    static constexpr std::size_t most_reserved = std::size_t{1024} * 1024;
    static constexpr std::size_t reserved_share = 16; // one part of so many

    explicit held_bodies(std::size_t most) : most_(most) {}

    std::size_t bytes() const { return bytes_; }

    // For `more` bytes of a body that comes to `whole`.
    bool has_room(std::size_t more, std::size_t whole) const {
        const bool small = whole <= small_bytes;
        const auto reserved = small ? 0 : std::min(most_ / reserved_share, most_reserved);
        return bytes_ + more <= most_ - reserved;
    }

private:
    friend class body_hold;

    std::size_t most_;
    std::size_t bytes_ = 0;
};

class body_hold final : public body_share {
public:
    explicit body_hold(std::shared_ptr<held_bodies> all) : all_(std::move(all)) {}

    body_hold(const body_hold&) = delete;
    body_hold& operator=(const body_hold&) = delete;

    ~body_hold() override { all_->bytes_ -= bytes_; }

    // Holds `bytes` in all. False, and nothing changes, when there is no room.
    bool grow(std::size_t bytes) {
        if (!all_->has_room(bytes - std::min(bytes, bytes_), bytes)) {
            return false;
        }
        weigh(bytes);
        return true;
    }

    void weigh(std::size_t bytes) override {
        all_->bytes_ += bytes;
        all_->bytes_ -= bytes_;
        bytes_ = bytes;
    }

private:
    std::shared_ptr<held_bodies> all_;
    std::size_t bytes_ = 0;
};

} // namespace imagined::http
