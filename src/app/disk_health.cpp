#include "disk_health.hpp"

#include "imagined/base/log.hpp"

#include <utility>

namespace imagined::app {

namespace {

constexpr seconds period{2};
constexpr std::uint64_t spared_part = 4;

} // namespace

std::unique_ptr<store::disk_watch>
watch_of(const std::filesystem::path& pictures, std::uint64_t min_free, bool redis_beside) {
    const std::uint64_t spared = redis_beside ? min_free / spared_part : 0;
    return std::make_unique<store::disk_watch>(pictures, min_free, spared);
}

bool tell_disk(const store::disk_state& disk, bool serves, api::readiness& now) {
    now.no_room = !disk.has_room();
    if (auto short_of = disk.sentence(); !short_of.empty()) {
        now.warnings.push_back(std::move(short_of));
    }
    return serves ? disk.usable() : disk.has_room();
}

awaitable<> watch_disk(store::disk_watch& disk) {
    bool was_well = true;
    for (;;) {
        const auto& now = disk.last();
        if (now.has_room() != was_well) {
            was_well = now.has_room();
            if (was_well) {
                log::info("data.dir has room again");
            } else {
                log::warning("no paid call starts here", {{"reason", now.sentence()}});
            }
        }
        co_await pause_for(period);
        co_await disk.try_it();
    }
}

} // namespace imagined::app
