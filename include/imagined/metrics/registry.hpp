// Counters and gauges of the process and their Prometheus text form. prometheus-cpp behind a small
// surface, so that modules name what they count and nothing else.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prometheus {
class Counter;
}

namespace imagined::metrics {

using labels = std::vector<std::pair<std::string, std::string>>;

// One counter, looked up once: for what is counted at every request. Valid as long as its registry;
// usable from any thread.
class counter {
public:
    void add(double by = 1) const;

private:
    friend class registry;

    explicit counter(prometheus::Counter& on) : on_(&on) {}

    prometheus::Counter* on_;
};

class registry {
public:
    registry();
    ~registry();
    registry(const registry&) = delete;
    registry& operator=(const registry&) = delete;

    // The counter of this name and these labels, created at 0 on first use.
    counter counter_of(std::string_view name, std::string_view help, const labels& with = {});

    // Adds to a counter ("imagined_tasks_total"), creating it with its help text on first use.
    // Label values must come from a bounded set. Usable from any thread.
    void
    count(std::string_view name, std::string_view help, const labels& with = {}, double by = 1);

    // Sets a gauge.
    void set(std::string_view name, std::string_view help, double value, const labels& with = {});

    // Observes a duration in seconds in a histogram with the program's standard buckets.
    void
    observe(std::string_view name, std::string_view help, double seconds, const labels& with = {});

    // Prometheus text exposition format 0.0.4.
    std::string text() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace imagined::metrics
