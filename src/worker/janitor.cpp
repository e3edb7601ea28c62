// Forgets what is old: ended tasks after task_ttl, pictures after image_ttl.
#include "imagined/base/clock.hpp"
#include "imagined/base/log.hpp"
#include "shift.hpp"

namespace imagined::worker {

namespace {

constexpr std::size_t ended_per_round = 200;
constexpr std::chrono::minutes cleaning_period{5};

} // namespace

awaitable<> forget_old(std::shared_ptr<shift> on) {
    for (;;) {
        for (;;) {
            const auto gone =
                co_await on->parts.tasks.forget(on->options.task_ttl, ended_per_round);
            if (!gone) {
                log::warning("forgetting tasks failed", {{"reason", gone.error().detail}});
            }
            if (!gone || *gone < ended_per_round) {
                break;
            }
        }
        auto& images = on->parts.images;
        const auto now = system_clock().now();
        const auto keep = on->options.image_ttl;
        auto sweep = [&images, now, keep] { return images.forget_before(now, keep); };
        const auto removed = co_await on->parts.pool.run(std::move(sweep));
        if (removed && *removed > 0) {
            log::info("old pictures removed", {{"pictures", std::to_string(*removed)}});
        }
        co_await pause_for(cleaning_period);
    }
}

} // namespace imagined::worker
