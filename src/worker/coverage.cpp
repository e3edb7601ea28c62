#include "coverage.hpp"

#include <algorithm>

namespace imagined::worker {

coverage assess(const task::record& record, int images) {
    enum class fate { missing, answered, lost };
    std::vector<fate> pictures(static_cast<std::size_t>(std::max(images, 0)), fate::missing);
    coverage found;
    for (const auto& call : record.calls) {
        found.next_index = std::max(found.next_index, call.index + 1);
        if (call.now == task::call::state::not_started) {
            continue;
        }
        const bool answered = call.now == task::call::state::answered;
        found.answered += answered ? 1 : 0;
        for (int n = call.first_picture; n < call.first_picture + call.count; ++n) {
            if (n >= 1 && n <= images) {
                pictures[static_cast<std::size_t>(n - 1)] = answered ? fate::answered : fate::lost;
            }
        }
    }
    for (int n = 1; n <= images; ++n) {
        const auto fate_of_n = pictures[static_cast<std::size_t>(n - 1)];
        if (fate_of_n == fate::missing) {
            found.missing.push_back(n);
        } else if (fate_of_n == fate::lost) {
            found.lost.push_back(n);
        }
    }
    return found;
}

std::vector<backend::call_plan>
plan_missing(const std::vector<backend::call_plan>& whole, const std::vector<int>& missing) {
    std::vector<backend::call_plan> cut;
    for (const auto& planned : whole) {
        // Runs of missing pictures inside this planned call.
        std::optional<backend::call_plan> run;
        for (int n = planned.first; n < planned.first + planned.count; ++n) {
            const bool wanted = std::binary_search(missing.begin(), missing.end(), n);
            if (wanted && run) {
                ++run->count;
            } else if (wanted) {
                run = backend::call_plan{n, 1, planned.seed};
            } else if (run) {
                cut.push_back(*run);
                run.reset();
            }
        }
        if (run) {
            cut.push_back(*run);
        }
    }
    return cut;
}

} // namespace imagined::worker
