#include "context/slot_switches.hpp"

#include <algorithm>

namespace imagined::api {

queue::channel_switch switch_of(const queue::switches& all, const std::string& name) {
    const auto found = std::find_if(all.channels.begin(), all.channels.end(), [&](const auto& one) {
        return one.name == name;
    });
    return found == all.channels.end() ? queue::channel_switch{} : *found;
}

queue::channel_switch
switch_at(const queue::switches& all, const std::string& backend, const std::string& slot) {
    const queue::channel_switch of_all = switch_of(all, backend);
    queue::channel_switch own = switch_of(all, slot);
    own.paused_since = std::max(own.paused_since, of_all.paused_since);
    own.limit = own.limit ? own.limit : of_all.limit;
    return own;
}

} // namespace imagined::api
