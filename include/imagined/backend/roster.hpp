// All backends of this process, and the order in which a request may try them. Pure choosing; how
// many calls a key has in flight, and which keys cool, is known by the queue (over all processes).
#pragma once

#include "imagined/backend/backend.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::backend {

class roster {
public:
    explicit roster(std::vector<std::unique_ptr<backend>> members);

    bool empty() const { return members_.empty(); }

    const std::vector<std::unique_ptr<backend>>& members() const { return members_; }

    // Some backend serves it.
    bool serves(task::operation what, task::model with) const;

    // The keys that may serve a request, best first: backends that can express every flag before
    // those that cannot (contract §4), lower priority first, then a weighted shuffle by `dice`
    // (any number; equal dice give equal orders). Empty if none serves it. A request of which
    // nothing may be dropped is served only by backends that can express all of it.
    std::vector<key_slot> candidates(const task::render_request& request, std::uint64_t dice) const;

    // The lane in which a request waits: its class, how many pictures its first call asks for, and
    // where nothing of it may be dropped and not every backend of that class will do, the names of
    // those that will ("generate/V_3/4@a,b").
    std::string lane_of(const task::render_request& request) const;

    // What stands in the way of a request of which nothing may be dropped: the fields that the
    // backend which comes nearest cannot express. Empty if some backend can express all.
    std::vector<std::string> obstacles(const task::render_request& request) const;

    // The same for a lane, whose requests' flags are not known.
    std::vector<key_slot> candidates(std::string_view lane, std::uint64_t dice) const;

    // Null if the slot is not ours (another process's configuration).
    backend* owner_of(std::string_view slot) const;
    backend* find(std::string_view name) const;

    // What people call the slot; its name where it is not ours.
    std::string label_of(std::string_view slot) const;

private:
    std::vector<std::unique_ptr<backend>> members_;
};

} // namespace imagined::backend
