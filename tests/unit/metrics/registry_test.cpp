#include "imagined/metrics/registry.hpp"

#include <doctest/doctest.h>

using imagined::metrics::registry;

TEST_CASE("a counter adds up under its name and labels") {
    registry metrics;
    metrics.count("imagined_tasks_total", "Tasks.", {{"end", "success"}});
    metrics.count("imagined_tasks_total", "Tasks.", {{"end", "success"}}, 2);
    metrics.count("imagined_tasks_total", "Tasks.", {{"end", "failure"}});
    const std::string text = metrics.text();
    CHECK(text.find("imagined_tasks_total{end=\"success\"} 3") != std::string::npos);
    CHECK(text.find("imagined_tasks_total{end=\"failure\"} 1") != std::string::npos);
    CHECK(text.find("# HELP imagined_tasks_total Tasks.") != std::string::npos);
}

TEST_CASE("counters are told apart by name, label and value, in whatever order labels come") {
    registry metrics;
    for (int i = 0; i < 2; ++i) {
        metrics.count("imagined_a_total", "A.", {{"b", "c"}, {"d", "e"}});
        metrics.count("imagined_a_total", "A.", {{"d", "e"}, {"b", "c"}});
        metrics.count("imagined_a_total", "A.", {{"b", "cd"}, {"d", ""}});
        metrics.count("imagined_a_totalb", "B.", {{"b", "c"}, {"d", "e"}});
    }
    const std::string text = metrics.text();
    CHECK(text.find("imagined_a_total{b=\"c\",d=\"e\"} 4") != std::string::npos);
    CHECK(text.find("imagined_a_total{b=\"cd\",d=\"\"} 2") != std::string::npos);
    CHECK(text.find("imagined_a_totalb{b=\"c\",d=\"e\"} 2") != std::string::npos);
}

TEST_CASE("a counter that was looked up adds to the same figure") {
    registry metrics;
    const auto held = metrics.counter_of("imagined_asked_total", "Asked.", {{"how", "once"}});
    CHECK(metrics.text().find("imagined_asked_total{how=\"once\"} 0") != std::string::npos);
    held.add();
    metrics.count("imagined_asked_total", "Asked.", {{"how", "once"}}, 2);
    held.add(3);
    CHECK(metrics.text().find("imagined_asked_total{how=\"once\"} 6") != std::string::npos);
}

TEST_CASE("a gauge shows the last value") {
    registry metrics;
    metrics.set("imagined_waiting", "Waiting.", 7);
    metrics.set("imagined_waiting", "Waiting.", 3);
    CHECK(metrics.text().find("imagined_waiting 3") != std::string::npos);
}

TEST_CASE("a duration falls into its bucket") {
    registry metrics;
    metrics.observe("imagined_call_seconds", "Calls.", 0.2);
    const std::string text = metrics.text();
    CHECK(text.find("imagined_call_seconds_bucket{le=\"0.1\"} 0") != std::string::npos);
    CHECK(text.find("imagined_call_seconds_bucket{le=\"0.25\"} 1") != std::string::npos);
    CHECK(text.find("imagined_call_seconds_count 1") != std::string::npos);
}
