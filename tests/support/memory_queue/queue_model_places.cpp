// The model's places at keys and groups of keys: counted anew from the tasks whenever they are
// asked for.
#include "queue_model.hpp"

#include <algorithm>

namespace imagined::test {

namespace {

constexpr unix_millis raised_every = 600'000;
constexpr unix_millis waits_for = 2'000;

std::string group_name(const queue::slot& slot) {
    return slot.group.empty() ? slot.name : slot.group;
}

} // namespace

void queue_model::know(const queue::slot& slot) {
    slots_[slot.name] = slot;
}

std::string queue_model::group_of(const std::string& slot) const {
    const auto known = slots_.find(slot);
    return known == slots_.end() ? slot : group_name(known->second);
}

int queue_model::held_places(const std::string& slot) const {
    int held = 0;
    for (const auto& [id, task] : tasks_) {
        held += task.reserved == slot && task.reserved_until >= now ? 1 : 0;
        for (const auto& [index, call] : task.calls) {
            held += call.open() && !call.over && call.slot == slot && call.deadline >= now ? 1 : 0;
        }
    }
    return held;
}

int queue_model::held_calls(const std::string& group) const {
    int held = 0;
    for (const auto& [name, slot] : slots_) {
        held += group_name(slot) == group ? held_places(name) : 0;
    }
    return held;
}

int queue_model::held_pictures(const std::string& group, std::optional<int> below) const {
    int held = 0;
    const auto count = [&](const std::string& slot, int pictures, unix_millis until) {
        const bool here = !slot.empty() && group_of(slot) == group && until >= now;
        held += here && (!below || pictures < *below) ? pictures : 0;
    };
    for (const auto& [id, task] : tasks_) {
        count(task.reserved, task.reserved_pictures, task.reserved_until);
        for (const auto& [index, call] : task.calls) {
            if (call.open() && !call.over) {
                count(call.slot, call.count, call.deadline);
            }
        }
    }
    return held;
}

int queue_model::lowered_pictures(const std::string& group) const {
    const auto known = lowered_.find(group);
    if (known == lowered_.end()) {
        return 0;
    }
    int configured = 0;
    for (const auto& [name, slot] : slots_) {
        configured = group_name(slot) == group ? slot.pictures : configured;
    }
    const auto risen =
        known->second.limit + static_cast<int>((now - known->second.since) / raised_every);
    return configured == 0 || risen < configured ? risen : 0;
}

int queue_model::picture_limit(const queue::slot& slot) const {
    const int lowered = lowered_pictures(group_name(slot));
    return lowered > 0 ? lowered : slot.pictures;
}

unix_millis queue_model::rests_until(const std::string& group) const {
    const auto known = rests_.find(group);
    return known == rests_.end() || known->second.until <= now ? 0 : known->second.until;
}

std::optional<int> queue_model::waiting_size(const std::string& group) const {
    const auto known = waits_.find(group);
    if (known == waits_.end() || known->second.second + waits_for < now) {
        return std::nullopt;
    }
    return known->second.first;
}

void queue_model::note_waiting(const std::string& group, std::optional<int> asks) {
    if (!asks) {
        waits_.erase(group);
        return;
    }
    auto& known = waits_[group];
    if (known.first != *asks || known.second + waits_for / 2 < now) {
        known = {*asks, now};
    }
}

// What is said of ours only counts if it is news to the call that was refused.
void queue_model::learn_limit(const model_call& refused, int named) {
    const auto group = group_of(refused.slot);
    const int held = held_pictures(group);
    const int lowered = lowered_pictures(group);
    const int most = lowered > 0 ? lowered : slots_[refused.slot].pictures;
    const bool known_since = lowered > 0 && lowered_[group].since >= refused.started;
    const int limit = named > 0 ? named : std::max(1, held);
    const bool lowers = most == 0 || limit < most;
    if (lowers) {
        lowered_[group] = {limit, now};
    }
    auto& rest = rests_[group];
    if ((held == 0 || (!lowers && !known_since)) && rest.until <= now) {
        ++rest.times;
        rest.until = now + std::min<unix_millis>(60'000, 1'000LL << std::min(rest.times - 1, 10));
    }
}

queue_model::room queue_model::free_places(
    const queue::slot& slot,
    const std::string& lane,
    int asks,
    const model_task* mine,
    std::optional<int> waits
) const {
    const auto group = group_name(slot);
    const std::string backend = slot.name.substr(0, slot.name.find(':'));
    const auto paused = [this](const std::string& name) {
        const auto* turned = switched(name);
        return turned != nullptr && turned->paused_since != 0;
    };
    if (paused(slot.name) || paused(backend) || rests_until(group) > 0) {
        return {};
    }
    const auto chosen = [this](const std::string& name, int otherwise) {
        const auto* turned = switched(name);
        return turned == nullptr ? otherwise : turned->limit.value_or(otherwise);
    };
    const int of_backend = chosen(backend, slot.limit);
    int own_limit = chosen(slot.name, of_backend);
    const int group_limit = std::max(own_limit, of_backend);
    const auto way = route_gate(slot.name, lane, mine);
    auto allowed = gate(slot.name, mine);
    if (allowed == 0 || way == 0) {
        return {};
    }
    allowed = allowed ? allowed : way;
    if (const auto cold = cooling_.find(slot.name); cold != cooling_.end()) {
        if (cold->second.until > now) {
            return {};
        }
        own_limit = 1;
    }
    const bool reserved = mine != nullptr && !mine->reserved.empty() && mine->reserved_until >= now
                          && group_of(mine->reserved) == group;
    const int own = reserved && mine->reserved == slot.name ? 1 : 0;
    room found;
    found.calls = std::min(
        own_limit + own - held_places(slot.name),
        group_limit + (reserved ? 1 : 0) - held_calls(group)
    );
    found.calls = std::max(0, allowed ? std::min(found.calls, *allowed) : found.calls);
    const int most = picture_limit(slot);
    if (found.calls == 0 || most == 0) {
        return found;
    }
    asks = std::min(asks, most);
    const int back = reserved ? mine->reserved_pictures : 0;
    int left = most - held_pictures(group) + back;
    if (waits && asks < *waits) {
        const int small = held_pictures(group, waits) - (back < *waits ? back : 0);
        left = std::min(left, most - *waits - small);
    }
    const int fitting = left >= asks ? left / asks : 0;
    if (fitting == 0) {
        found.wanted = asks;
    }
    found.calls = std::min(found.calls, fitting);
    return found;
}

} // namespace imagined::test
