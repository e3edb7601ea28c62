// What operators have turned at a backend and its slots.
#pragma once

#include "imagined/queue/statistics.hpp"

#include <string>

namespace imagined::api {

// Of a backend or a slot by itself.
queue::channel_switch switch_of(const queue::switches& all, const std::string& name);

// What holds at a slot: paused if it or its backend is; its own limit before its backend's.
queue::channel_switch
switch_at(const queue::switches& all, const std::string& backend, const std::string& slot);

} // namespace imagined::api
