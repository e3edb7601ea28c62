// What time alone brings about in the model, and its outbox.
#include "queue_model.hpp"

#include <algorithm>
#include <utility>

namespace imagined::test {

using fate = model_call::fate;

namespace {

constexpr std::int64_t grace = 2'000;
constexpr std::int64_t look_again = 3'600'000;

bool any_call(const model_task& task, std::initializer_list<fate> fates) {
    return std::any_of(task.calls.begin(), task.calls.end(), [&](const auto& one) {
        return std::find(fates.begin(), fates.end(), one.second.now) != fates.end();
    });
}

unix_millis last_deadline(const model_task& task) {
    unix_millis last = 0;
    for (const auto& [index, call] : task.calls) {
        last = call.now == fate::in_flight ? std::max(last, call.deadline) : last;
    }
    return last;
}

} // namespace

std::vector<std::string> queue_model::first_by(
    const std::function<std::optional<unix_millis>(const model_task&)>& time, std::size_t most
) const {
    std::vector<std::pair<unix_millis, std::string>> found;
    for (const auto& [id, task] : tasks_) {
        if (const auto at = time(task)) {
            found.emplace_back(*at, id);
        }
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < std::min(most, found.size()); ++i) {
        ids.push_back(found[i].second);
    }
    return ids;
}

std::size_t queue_model::reap(std::size_t most) {
    const auto expired = first_by(
        [this](const model_task& task) -> std::optional<unix_millis> {
            return task.at_work() && task.lease_until < now ? std::optional(task.lease_until)
                                                            : std::nullopt;
        },
        most
    );
    for (const auto& id : expired) {
        auto& task = tasks_[id];
        const bool calls = task.calls_in_flight() > 0;
        if (calls && last_deadline(task) + grace >= now) {
            task.lease_until = last_deadline(task) + grace;
            continue;
        }
        add_event(task, {task::event_kind::lease_expired, {task.record.worker}});
        auto& record = task.record;
        bool go_on = !calls;
        if (calls) {
            raise_bill(task, "unknown");
            go_on = record.ambiguous_retries < repeats_allowed && now <= record.deadline;
            record.ambiguous_retries += go_on ? 1 : 0;
            for (auto& [index, call] : task.calls) {
                if (call.now == fate::in_flight) {
                    call.now = go_on ? fate::repeated : fate::lost;
                    const auto member = id + ":" + std::to_string(index);
                    judge(call.slot, member, verdict::nothing);
                    judge_route(call.slot, record.lane, member, address::nothing);
                }
            }
        }
        const bool paid = any_call(task, {fate::answered});
        const bool was_storing = record.state == task::state::storing;
        unlease(task);
        if (was_storing || (paid && (!go_on || now > record.deadline))) {
            enter(task, std::string(queue::storing_lane));
        } else if (go_on) {
            enter(task, record.lane);
        } else {
            end(task,
                false,
                task::fail_code::ambiguous_upstream_outcome,
                "",
                {task::event_kind::ambiguous});
        }
    }
    return expired.size();
}

std::size_t queue_model::promote(std::size_t most, const std::vector<queue::lane>& waiting) {
    const auto up_to_now = [this](bool fits, unix_millis at) -> std::optional<unix_millis> {
        return fits && at <= now ? std::optional(at) : std::nullopt;
    };
    const auto delayed = first_by(
        [&](const model_task& task) {
            return up_to_now(task.where == model_task::place::delay, task.due);
        },
        most
    );
    for (const auto& id : delayed) {
        enter(tasks_[id], tasks_[id].standing_in);
    }
    const auto modals = first_by(
        [&](const model_task& task) {
            return up_to_now(task.record.state == task::state::modal, task.due);
        },
        most
    );
    for (const auto& id : modals) {
        end(tasks_[id], false, task::fail_code::cancelled, "", {task::event_kind::modal_expired});
    }
    const auto late = first_by(
        [&](const model_task& task) { return up_to_now(task.waiting(), task.record.deadline); },
        most
    );
    for (const auto& id : late) {
        auto& task = tasks_[id];
        if (any_call(task, {fate::answered})) {
            task.where = model_task::place::none;
            enter(task, std::string(queue::storing_lane));
        } else if (any_call(task, {fate::lost, fate::repeated})) {
            end(task,
                false,
                task::fail_code::ambiguous_upstream_outcome,
                "",
                {task::event_kind::ambiguous});
        } else {
            const auto lane = std::find_if(waiting.begin(), waiting.end(), [&](const auto& one) {
                return one.name == task.standing_in;
            });
            if (task.record.last_words.empty() && lane != waiting.end()) {
                task.record.last_words = words_of_lane(*lane);
            }
            end(task, false, task::fail_code::timeout, "", {task::event_kind::overdue});
        }
    }
    return delayed.size() + modals.size() + late.size();
}

std::size_t queue_model::forget(milliseconds ttl, std::size_t most) {
    const auto limit = now - ttl.count();
    const auto old = first_by(
        [&](const model_task& task) -> std::optional<unix_millis> {
            return task.ended() && task.kept_from <= limit ? std::optional(task.kept_from)
                                                           : std::nullopt;
        },
        most
    );
    std::size_t forgotten = 0;
    for (const auto& id : old) {
        auto& task = tasks_[id];
        const bool answerable =
            std::any_of(task.calls.begin(), task.calls.end(), [this](const auto& one) {
                return one.second.open() && one.second.deadline + grace >= now;
            });
        if (!task.outbox.empty() || task.dead_letter || answerable) {
            task.kept_from = limit + look_again;
        } else {
            tasks_.erase(id);
            ++forgotten;
        }
    }
    return forgotten;
}

void queue_model::post(
    model_task& task, std::uint64_t sequence, std::string status, std::string progress
) {
    if (!task.hook || task.hook_gone) {
        return;
    }
    auto& outbox = task.outbox;
    const bool owed_nothing = outbox.empty();
    if (outbox.size() > 1 && status == "IN_PROGRESS" && outbox.back().status == status) {
        outbox.pop_back();
    }
    const bool failed_before = task.outbox_nonce.empty() && task.outbox_attempt > 0;
    if (!outbox.empty() && failed_before) {
        outbox.pop_front();
        task.outbox_attempt = 0;
        task.outbox_due = now;
    }
    if (outbox.empty()) {
        task.outbox_due = now;
    }
    if (owed_nothing && task.wished > milliseconds(0)) {
        task.outbox_due = now + task.wished.count();
        task.handed_on = sequence;
    }
    outbox.push_back({sequence, std::move(status), std::move(progress)});
}

std::vector<std::string>
queue_model::outbox_claim(std::size_t most, milliseconds lease, const queue::outbox_room& room) {
    std::map<std::string, std::vector<std::string>> lines;
    const auto due = first_by(
        [this](const model_task& task) -> std::optional<unix_millis> {
            return !task.outbox.empty() && task.outbox_due <= now ? std::optional(task.outbox_due)
                                                                  : std::nullopt;
        },
        tasks_.size()
    );
    for (const auto& id : due) {
        const auto& caller = tasks_[id].record.caller;
        const auto named = std::find_if(room.of.begin(), room.of.end(), [&](const auto& one) {
            return one.first == caller;
        });
        const auto its_room = named == room.of.end() ? room.each : named->second;
        if (lines[caller].size() < std::min(most, its_room)) {
            lines[caller].push_back(id);
        }
    }
    std::erase_if(lines, [](const auto& line) { return line.second.empty(); });
    // One of each in turn, and nobody first for ever.
    std::vector<std::string> claimed;
    for (std::size_t turn = 0; turn < most; ++turn) {
        for (std::size_t i = 1; i <= lines.size(); ++i) {
            const auto at = (i + static_cast<std::size_t>(now)) % lines.size();
            const auto& ids = std::next(lines.begin(), static_cast<std::ptrdiff_t>(at))->second;
            if (turn < ids.size() && claimed.size() < most) {
                claimed.push_back(ids[turn]);
            }
        }
    }
    for (const auto& id : claimed) {
        tasks_[id].outbox_due = now + lease.count();
    }
    return claimed;
}

std::uint64_t queue_model::take_handed_on(const std::string& id) {
    const auto found = tasks_.find(id);
    if (found == tasks_.end()) {
        return 0;
    }
    found->second.wished = milliseconds(0);
    return std::exchange(found->second.handed_on, 0);
}

// The task of an event that is leased under this nonce.
model_task* queue_model::owing(const queue::due_event& event) {
    auto* task = find(event.record.id);
    const bool leased = task != nullptr && !event.nonce.empty();
    return leased && task->outbox_nonce == event.nonce ? task : nullptr;
}

void queue_model::learn_outbox_nonce(const std::string& id, const std::string& nonce) {
    tasks_.at(id).outbox_nonce = nonce;
}

queue_model::refusal
queue_model::outbox_delivered(const queue::due_event& event, const std::string& note) {
    auto* task = owing(event);
    if (task == nullptr) {
        return conflict;
    }
    task->outbox.pop_front();
    task->outbox_nonce.clear();
    task->outbox_attempt = 0;
    task->outbox_due = now;
    if (!note.empty()) {
        add_event(*task, {task::event_kind::callback_delivered, {event.status, note}});
    }
    return std::nullopt;
}

queue_model::refusal queue_model::outbox_failed(
    const queue::due_event& event, std::optional<milliseconds> delay, const std::string& note
) {
    auto* task = owing(event);
    if (task == nullptr) {
        return conflict;
    }
    task->outbox_nonce.clear();
    add_event(
        *task,
        {task::event_kind::callback_failed, {event.status, std::to_string(event.attempt + 1), note}}
    );
    if (task->outbox.size() > 1) {
        task->outbox.pop_front();
        task->outbox_attempt = 0;
        task->outbox_due = now;
    } else if (delay) {
        ++task->outbox_attempt;
        task->outbox_due = now + delay->count();
    } else {
        const auto status = task->outbox.front().status;
        task->outbox.pop_front();
        task->outbox_attempt = 0;
        if (status == "SUCCESS" || status == "FAILURE") {
            task->dead_letter = true;
            add_event(*task, {task::event_kind::callback_given_up, {status}});
        }
    }
    return std::nullopt;
}

queue_model::refusal
queue_model::outbox_release(const queue::due_event& event, milliseconds delay) {
    auto* task = owing(event);
    if (task == nullptr) {
        return conflict;
    }
    task->outbox_nonce.clear();
    task->outbox_due = now + delay.count();
    if (task->outbox_attempt > 0 && task->outbox.size() > 1) {
        task->outbox.pop_front();
        task->outbox_attempt = 0;
        task->outbox_due = now;
    }
    return std::nullopt;
}

queue_model::refusal
queue_model::outbox_gone(const queue::due_event& event, const std::string& note) {
    auto* task = owing(event);
    if (task == nullptr) {
        return conflict;
    }
    task->outbox.clear();
    task->outbox_nonce.clear();
    task->outbox_attempt = 0;
    task->hook_gone = true;
    add_event(*task, {task::event_kind::callback_gone, {event.status, note}});
    return std::nullopt;
}

queue_model::refusal queue_model::outbox_replay(const std::string& id, const std::string& who) {
    auto* task = find(id);
    if (task == nullptr) {
        return failure_kind::not_found;
    }
    if (!task->ended() || !task->hook || !task->outbox.empty()) {
        return conflict;
    }
    if (!who.empty()) {
        const auto* before = task->dead_letter ? "dead" : "settled";
        tell_action({now, who, "callback", id, before, "due"});
    }
    task->dead_letter = false;
    task->outbox_attempt = 0;
    const bool success = task->record.state == task::state::success;
    task->outbox.push_back({task->end_sequence, success ? "SUCCESS" : "FAILURE", "100%"});
    task->outbox_due = now;
    return std::nullopt;
}

} // namespace imagined::test
