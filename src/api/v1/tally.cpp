#include "v1/tally.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

namespace imagined::api {

namespace {

using nlohmann::json;
using durations = std::vector<unix_millis>;

constexpr double middle = 0.5;
constexpr double nearly_all = 0.95;

// The value that `share` of all do not exceed; null without any.
json percentile(durations values, double share) {
    if (values.empty()) {
        return nullptr;
    }
    const auto rank = std::ceil(share * static_cast<double>(values.size()));
    const auto at = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[static_cast<std::size_t>(at)];
}

class counting {
public:
    explicit counting(const tally_span& over)
        : over_(over),
          submitted_(over.steps),
          succeeded_(over.steps),
          failed_(over.steps),
          cancelled_(over.steps),
          waiting_(over.steps),
          running_(over.steps),
          waits_(over.steps),
          runs_(over.steps),
          totals_(over.steps) {}

    void add(const task::record& task) {
        if (const auto at = step_of(task.submitted)) {
            ++submitted_[*at];
        }
        if (const auto at = step_of(task.started)) {
            waits_[*at].push_back(task.started - task.submitted);
        }
        if (const auto at = step_of(task.finished); at && task::is_terminal(task.state)) {
            add_end(task, *at);
        }
        add_presence(task);
    }

    json told() const {
        return {
            {"from", over_.from},
            {"step", over_.step},
            {"series", series()},
            {"totals", totals()},
            {"errors", errors_}
        };
    }

private:
    std::optional<std::size_t> step_of(unix_millis at) const {
        if (at < over_.from || at >= over_.until()) {
            return std::nullopt;
        }
        return static_cast<std::size_t>((at - over_.from) / over_.step);
    }

    void add_end(const task::record& task, std::size_t at) {
        if (task.state == task::state::success) {
            ++succeeded_[at];
        } else if (task.fail_code == task::fail_code::cancelled) {
            ++cancelled_[at];
            return; // how long somebody let it be is not how long we take
        } else {
            ++failed_[at];
            const auto code = task.fail_code.value_or(task::fail_code::backend_refused);
            ++errors_[std::string(task::to_string(code))];
        }
        if (task.started != 0) {
            runs_[at].push_back(task.finished - task.started);
        }
        totals_[at].push_back(task.finished - task.submitted);
    }

    // Whether it waited or ran at the end of each step; of the last one, that is now. One that
    // waits for an answer waits for a person, not for us.
    void add_presence(const task::record& task) {
        if (task.state == task::state::modal) {
            return;
        }
        const unix_millis end = task.finished == 0 ? over_.until() + 1 : task.finished;
        const unix_millis start = task.started == 0 ? end : task.started;
        for (std::size_t at = 0; at < over_.steps; ++at) {
            const auto moment = over_.from + over_.step * static_cast<unix_millis>(at + 1);
            waiting_[at] += task.submitted < moment && moment <= start ? 1 : 0;
            running_[at] += start < moment && moment <= end ? 1 : 0;
        }
    }

    static json shares(const std::vector<durations>& all, double share) {
        json told = json::array();
        for (const durations& one : all) {
            told.push_back(percentile(one, share));
        }
        return told;
    }

    json series() const {
        return {
            {"submitted", submitted_},
            {"succeeded", succeeded_},
            {"failed", failed_},
            {"cancelled", cancelled_},
            {"waiting", waiting_},
            {"running", running_},
            {"waitP50", shares(waits_, middle)},
            {"waitP95", shares(waits_, nearly_all)},
            {"runP50", shares(runs_, middle)},
            {"runP95", shares(runs_, nearly_all)},
            {"totalP50", shares(totals_, middle)},
            {"totalP95", shares(totals_, nearly_all)}
        };
    }

    json totals() const {
        const auto sum = [](const std::vector<int>& all) {
            return std::accumulate(all.begin(), all.end(), 0);
        };
        durations all;
        for (const durations& one : totals_) {
            all.insert(all.end(), one.begin(), one.end());
        }
        return {
            {"submitted", sum(submitted_)},
            {"succeeded", sum(succeeded_)},
            {"failed", sum(failed_)},
            {"cancelled", sum(cancelled_)},
            {"totalP50", percentile(all, middle)},
            {"totalP95", percentile(all, nearly_all)}
        };
    }

    tally_span over_;
    std::vector<int> submitted_;
    std::vector<int> succeeded_;
    std::vector<int> failed_;
    std::vector<int> cancelled_;
    std::vector<int> waiting_;
    std::vector<int> running_;
    std::vector<durations> waits_; // of those that started in the step
    std::vector<durations> runs_;  // of those that ended in it, as totals_
    std::vector<durations> totals_;
    std::map<std::string, int> errors_;
};

} // namespace

json tally(const std::vector<task::record>& tasks, const tally_span& over) {
    counting counted(over);
    for (const task::record& task : tasks) {
        counted.add(task);
    }
    return counted.told();
}

} // namespace imagined::api
