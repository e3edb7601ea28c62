#include "imagined/metrics/registry.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <unordered_map>

namespace imagined::metrics {

namespace {

// From a Redis round trip to a slow picture, in seconds.
const prometheus::Histogram::BucketBoundaries duration_buckets{
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120, 300
};

prometheus::Labels to_map(const labels& with) {
    prometheus::Labels map;
    for (const auto& [name, value] : with) {
        map.emplace(name, value);
    }
    return map;
}

// What tells one counter from all others. Names and values hold no NUL.
std::string key_of(std::string_view name, const labels& with) {
    std::size_t bytes = name.size();
    for (const auto& [label, value] : with) {
        bytes += label.size() + value.size() + 2;
    }
    std::string key;
    key.reserve(bytes);
    key.append(name);
    for (const auto& [label, value] : with) {
        key.append(1, '\0').append(label).append(1, '\0').append(value);
    }
    return key;
}

} // namespace

// prometheus-cpp looks families up only by the reference that Register() returned, so they are kept
// here by name.
struct registry::state {
    std::mutex lock;
    prometheus::Registry metrics;
    std::map<std::string, prometheus::Family<prometheus::Counter>*, std::less<>> counters;
    // By key_of(): a family sorts, checks and hashes the labels each time that it is asked.
    std::unordered_map<std::string, prometheus::Counter*> counted;
    std::map<std::string, prometheus::Family<prometheus::Gauge>*, std::less<>> gauges;
    std::map<std::string, prometheus::Family<prometheus::Histogram>*, std::less<>> histograms;

    template <class Metric, class Builder>
    prometheus::Family<Metric>& family(
        std::map<std::string, prometheus::Family<Metric>*, std::less<>>& known,
        Builder builder,
        std::string_view name,
        std::string_view help
    ) {
        const auto found = known.find(name);
        if (found != known.end()) {
            return *found->second;
        }
        auto& made = builder.Name(std::string(name)).Help(std::string(help)).Register(metrics);
        known.emplace(std::string(name), &made);
        return made;
    }
};

registry::registry() : state_(std::make_unique<state>()) {}

registry::~registry() = default;

void counter::add(double by) const {
    on_->Increment(by);
}

counter registry::counter_of(std::string_view name, std::string_view help, const labels& with) {
    const std::lock_guard guard(state_->lock);
    auto& family = state_->family(state_->counters, prometheus::BuildCounter(), name, help);
    return counter(family.Add(to_map(with)));
}

void registry::count(std::string_view name, std::string_view help, const labels& with, double by) {
    std::string key = key_of(name, with);
    {
        const std::lock_guard guard(state_->lock);
        if (const auto known = state_->counted.find(key); known != state_->counted.end()) {
            known->second->Increment(by);
            return;
        }
    }
    const counter made = counter_of(name, help, with);
    made.add(by);
    const std::lock_guard guard(state_->lock);
    state_->counted.emplace(std::move(key), made.on_);
}

void registry::set(std::string_view name, std::string_view help, double value, const labels& with) {
    const std::lock_guard guard(state_->lock);
    state_->family(state_->gauges, prometheus::BuildGauge(), name, help)
        .Add(to_map(with))
        .Set(value);
}

void registry::observe(
    std::string_view name, std::string_view help, double seconds, const labels& with
) {
    const std::lock_guard guard(state_->lock);
    state_->family(state_->histograms, prometheus::BuildHistogram(), name, help)
        .Add(to_map(with), duration_buckets)
        .Observe(seconds);
}

std::string registry::text() const {
    const std::lock_guard guard(state_->lock);
    return prometheus::TextSerializer().Serialize(state_->metrics.Collect());
}

} // namespace imagined::metrics
