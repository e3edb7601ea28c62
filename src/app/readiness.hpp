// Whether this process can do its work now, and if not why: what /readyz tells.
#pragma once

#include "generation_switch.hpp"
#include "redis_watch.hpp"

#include "imagined/api/api.hpp"
#include "imagined/redis/client.hpp"
#include "imagined/redis/embedded.hpp"
#include "imagined/store/disk.hpp"
#include "imagined/store/picture_addresses.hpp"

#include <utility>

namespace imagined::app {

// What it depends on. All of it outlives the probe.
struct readiness_parts {
    const redis::client& redis;
    const redis_health& redis_now;
    const redis::embedded_server* embedded = nullptr; // null: Redis is not our child
    const store::picture_addresses& pictures;
    const store::disk_watch& disk;
    const generation_switch& generations;
    bool serves = true; // false: it only works, and is ready while it may pay
};

class readiness_probe {
public:
    explicit readiness_probe(readiness_parts parts) : parts_(std::move(parts)) {}

    // Not ready from here on. False if that was so before.
    bool begin_drain() { return !std::exchange(draining_, true); }

    bool draining() const { return draining_; }

    api::readiness now() const;

private:
    readiness_parts parts_;
    bool draining_ = false;
};

} // namespace imagined::app
