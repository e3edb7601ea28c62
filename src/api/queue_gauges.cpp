#include "queue_gauges.hpp"

#include "context/slot_switches.hpp"

#include "imagined/task/money.hpp"

#include <algorithm>

namespace imagined::api {

namespace {

using micros_by_backend = std::vector<std::pair<std::string, std::int64_t>>;

double dollars_of(const micros_by_backend& all, const std::string& backend) {
    for (const auto& [name, micros] : all) {
        if (name == backend) {
            return static_cast<double>(micros) / task::micros_per_dollar;
        }
    }
    return 0;
}

double seconds_between(unix_millis from, unix_millis to) {
    return static_cast<double>(std::max<unix_millis>(to - from, 0)) / 1000;
}

void measure_backend(
    metrics::registry& metrics, const queue::statistics& counted, const std::string& name
) {
    const metrics::labels of{{"backend", name}};
    metrics.set(
        "imagined_backend_spent_usd",
        "Spent today (UTC), by the price table.",
        dollars_of(counted.spent_by_backend_today, name),
        of
    );
    metrics.set(
        "imagined_backend_held_usd",
        "Reserved today for calls under way, or whose bill is unknown.",
        dollars_of(counted.held_by_backend_today, name),
        of
    );
    const bool open = std::any_of(
        counted.breakers.begin(),
        counted.breakers.end(),
        [&](const queue::breaker_state& one) { return one.backend == name; }
    );
    metrics.set(
        "imagined_backend_breaker_open",
        "1 while the backend's breaker is open or half open.",
        open ? 1 : 0,
        of
    );
}

constexpr const char* paused_help = "1 while an operator has paused it: intake, dispatch.";

void measure_switches(metrics::registry& metrics, const queue::switches& all) {
    const auto flag = [](unix_millis since) { return since == 0 ? 0 : 1; };
    const auto set = [&](const char* what, unix_millis since) {
        metrics.set("imagined_paused", paused_help, flag(since), {{"what", what}});
    };
    set("intake", all.intake_paused_since);
    set("dispatch", all.dispatch_paused_since);
}

void measure_slot(
    metrics::registry& metrics,
    const std::string& backend,
    const std::string& label,
    const queue::slot_state& slot,
    const backend::backend_options& configured,
    const queue::channel_switch& chosen
) {
    const metrics::labels of{{"backend", backend}, {"slot", label}};
    metrics.set("imagined_slot_in_flight", "Calls in flight at a key.", slot.in_flight, of);
    metrics.set(
        "imagined_slot_limit",
        "Calls that a key may have in flight.",
        chosen.limit.value_or(configured.concurrency),
        of
    );
    metrics.set(
        "imagined_slot_pictures", "Pictures in progress in a key's group.", slot.group_pictures, of
    );
    metrics.set(
        "imagined_slot_picture_limit",
        "Pictures that a key's group may have in progress, as it stands; 0: no limit.",
        slot.picture_limit(configured.pictures),
        of
    );
    metrics.set(
        "imagined_slot_picture_limit_configured", "The same as configured.", configured.pictures, of
    );
    metrics.set(
        "imagined_slot_paused",
        "1 while an operator has paused a key.",
        chosen.paused_since == 0 ? 0 : 1,
        of
    );
    metrics.set(
        "imagined_slot_cooling",
        "1 while a key is left alone after a refusal.",
        slot.cooling_until > 0 && !slot.refused ? 1 : 0,
        of
    );
    metrics.set("imagined_slot_disabled", "1 while a key is refused.", slot.refused ? 1 : 0, of);
}

} // namespace

awaitable<> measure_queue(context& api) {
    const backend::roster& backends = api.parts.backends;
    std::vector<std::string> names;
    for (const auto& member : backends.members()) {
        for (const auto& slot : member->slots()) {
            names.push_back(slot.name);
        }
    }
    const auto counted = co_await api.parts.tasks.stats(std::move(names));
    const auto switched = co_await api.parts.tasks.show_switches();
    if (!counted || !switched) {
        co_return;
    }
    metrics::registry& metrics = api.parts.metrics;
    const auto number = [](std::size_t n) { return static_cast<double>(n); };
    metrics.set("imagined_waiting_tasks", "Tasks that wait.", number(counted->waiting));
    metrics.set("imagined_running_tasks", "Tasks in a worker's hands.", number(counted->running));
    metrics.set(
        "imagined_oldest_waiting_seconds",
        "Age of the task that has waited longest; 0 without one.",
        counted->oldest_waiting == 0 ? 0 : seconds_between(counted->oldest_waiting, counted->now)
    );
    metrics.set("imagined_callbacks_waiting", "Callbacks owed.", number(counted->outbox));
    metrics.set("imagined_callbacks_dead", "Callbacks given up.", number(counted->dead_letters));
    metrics.set("imagined_workers", "Workers that are alive.", counted->workers);
    metrics.set("imagined_live_streams", "Open event streams.", number(api.streams.taken()));
    measure_switches(metrics, *switched);
    for (const auto& member : backends.members()) {
        measure_backend(metrics, *counted, member->options().name);
    }
    for (const auto& slot : counted->slots) {
        if (const auto* owner = backends.owner_of(slot.name)) {
            const std::string& name = owner->options().name;
            const auto chosen = switch_at(*switched, name, slot.name);
            measure_slot(
                metrics, name, backends.label_of(slot.name), slot, owner->options(), chosen
            );
        }
    }
}

} // namespace imagined::api
