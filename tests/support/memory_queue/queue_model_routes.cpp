// The model's routes: an operation at a backend's address that answers as if nothing were there.
#include "queue_model.hpp"

#include <algorithm>
#include <array>

namespace imagined::test {

namespace {

constexpr std::array<unix_millis, 3> route_rests{1'000, 10'000, 60'000};
constexpr unix_millis right_kept = 5'000; // whoever does not use its right by then has lost it

std::string task_of_member(const std::string& member) {
    return member.substr(0, member.find(':'));
}

} // namespace

std::string queue_model::route_of(const std::string& slot, const std::string& lane) {
    return backend_of(slot) + "/" + lane.substr(0, lane.find('/'));
}

std::optional<int> queue_model::route_gate(
    const std::string& slot, const std::string& lane, const model_task* mine
) const {
    const auto found = routes_.find(route_of(slot, lane));
    if (found == routes_.end()) {
        return std::nullopt;
    }
    const route& state = found->second;
    const bool ours =
        mine != nullptr && (state.who == mine->record.id || state.who == mine->record.id + ":r");
    const bool taken = !state.who.empty() && state.to >= now && !ours;
    return state.until > now || taken ? 0 : 1;
}

void queue_model::note_route_trial(
    const std::string& slot, const std::string& lane, const std::string& member, unix_millis until
) {
    if (const auto found = routes_.find(route_of(slot, lane)); found != routes_.end()) {
        found->second.who = member;
        found->second.to = until;
    }
}

// While it is shut, "absent" is news only from the one that tries: the others began before.
void queue_model::judge_route(
    const std::string& slot,
    const std::string& lane,
    const std::string& member,
    address what,
    const std::string& words
) {
    const auto name = route_of(slot, lane);
    const auto found = routes_.find(name);
    const bool shut = found != routes_.end();
    const bool tried = shut && found->second.who == member;
    if (what == address::good) {
        routes_.erase(name);
    } else if (what == address::absent && (tried || !shut)) {
        route& state = routes_[name];
        const auto times = static_cast<std::size_t>(++state.times);
        state.until = now + route_rests[std::min(times, route_rests.size()) - 1];
        state.who = times < route_rests.size() ? task_of_member(member) : "";
        state.to = state.until + right_kept;
        state.words = words;
    } else if (tried) {
        found->second.who.clear();
    }
}

queue::setback
queue_model::setback_of(const model_task& task, const model_call& call, int absences) const {
    queue::setback met{absences, std::nullopt};
    const auto found = routes_.find(route_of(call.slot, task.record.lane));
    if (found != routes_.end() && found->second.who == task.record.id) {
        met.right_in = milliseconds(std::max<unix_millis>(0, found->second.until - now));
    }
    return met;
}

// What the upstream last said of the first of a lane's keys that is left alone.
std::string queue_model::words_of_lane(const queue::lane& lane) const {
    for (const auto& slot : lane.slots) {
        const auto way = routes_.find(route_of(slot.name, lane.name));
        const auto state = breakers_.find(backend_of(slot.name));
        const bool open = state != breakers_.end() && state->second.open_until.has_value();
        if (way == routes_.end() && !cooling_.contains(slot.name) && !open) {
            continue;
        }
        const auto said = said_.find(slot.name);
        const auto key_words = said == said_.end() ? "" : said->second;
        const auto& words = way != routes_.end() ? way->second.words : key_words;
        if (!words.empty()) {
            return backend_of(slot.name) + ": " + words;
        }
    }
    return "";
}

} // namespace imagined::test
