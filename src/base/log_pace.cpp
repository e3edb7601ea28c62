#include "log_pace.hpp"

#include <utility>

namespace imagined::log {

log_pace::verdict log_pace::ask(std::string_view kind, time_point now) {
    constexpr std::string_view others = "other trouble";
    auto known = kinds_.find(kind);
    if (known == kinds_.end() && kinds_.size() >= max_kinds) {
        std::erase_if(kinds_, [now](const auto& one) {
            return one.second.suppressed == 0 && now - one.second.written >= between;
        });
        if (kinds_.size() >= max_kinds) {
            kind = others;
            known = kinds_.find(kind);
        }
    }
    if (known == kinds_.end()) {
        kinds_.emplace(kind, state{now, 0});
        return {};
    }
    state& seen = known->second;
    if (now - seen.written < between) {
        owing_ += seen.suppressed == 0 ? 1 : 0;
        ++seen.suppressed;
        return {false, 0};
    }
    seen.written = now;
    owing_ -= seen.suppressed > 0 ? 1 : 0;
    return {true, std::exchange(seen.suppressed, 0)};
}

std::vector<log_pace::debt> log_pace::due(time_point now) {
    std::vector<debt> told;
    if (owing_ == 0) {
        return told;
    }
    for (auto& [kind, seen] : kinds_) {
        if (seen.suppressed > 0 && now - seen.written >= between) {
            told.push_back({kind, std::exchange(seen.suppressed, 0)});
            seen.written = now;
            --owing_;
        }
    }
    return told;
}

} // namespace imagined::log
