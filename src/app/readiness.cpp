#include "readiness.hpp"

#include "disk_health.hpp"

#include <algorithm>
#include <iterator>

namespace imagined::app {

api::readiness readiness_probe::now() const {
    api::readiness now;
    now.draining = draining_;
    now.closed = parts_.redis_now.barred;
    now.warnings = parts_.redis_now.warnings;
    std::ranges::move(parts_.generations.warnings(), std::back_inserter(now.warnings));
    const auto& disk = parts_.disk.last();
    const bool enough = tell_disk(disk, parts_.serves, now);
    if (draining_) {
        now.reason = "draining";
    } else if (!enough) {
        // Before what is said of Redis: an embedded one comes and goes on a full disk.
        now.reason = disk.sentence();
    } else if (!parts_.redis.connected()) {
        now.reason = parts_.redis.trouble();
    } else if (parts_.embedded != nullptr && !parts_.embedded->steady()) {
        now.reason = "the embedded redis keeps ending; see its log in data.dir";
    } else if (!parts_.redis_now.writable) {
        now.reason = parts_.redis_now.reason;
    } else if (!parts_.pictures.ready()) {
        now.reason = "the secret of the pictures' addresses is not read yet";
    } else {
        now.ready = true;
    }
    return now;
}

} // namespace imagined::app
