#include "task_record.hpp"

#include "functions.hpp"
#include "redis_functions.hpp"

#include "imagined/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <vector>

namespace imagined::queue {

namespace {

const redis::reply nothing{};

failure corrupt(std::string what) {
    return {failure_kind::corrupt, "queue: " + std::move(what)};
}

// Calls `visit(field, value)` for each pair of a flat array.
template <class Visit>
void each_pair(const redis::reply& flat, Visit visit) {
    const auto* items = flat.items();
    if (items == nullptr) {
        return;
    }
    for (std::size_t i = 0; i + 1 < items->size(); i += 2) {
        const auto* field = (*items)[i].text();
        const auto* value = (*items)[i + 1].text();
        if (field != nullptr && value != nullptr) {
            visit(std::string_view(*field), *value);
        }
    }
}

result<task::call> call_from(int index, std::string_view marker) {
    const auto parts = split(marker, '|', 6);
    if (parts.size() != 6) {
        return corrupt("a call marker has " + std::to_string(parts.size()) + " fields");
    }
    task::call made;
    made.index = index;
    // A repeated call is one whose pictures were asked for again: like one that
    // never started.
    if (parts[0] == "in_flight") {
        made.now = task::call::state::in_flight;
    } else if (parts[0] == "answered") {
        made.now = task::call::state::answered;
    } else if (parts[0] == "lost") {
        made.now = task::call::state::lost;
    } else {
        made.now = task::call::state::not_started;
    }
    made.first_picture = static_cast<int>(to_number(parts[1]));
    made.count = static_cast<int>(to_number(parts[2]));
    made.started = to_number(parts[3]);
    made.deadline = to_number(parts[4]);
    made.slot = parts[5];
    made.backend = made.slot.substr(0, made.slot.rfind(':'));
    return made;
}

void set_field(task::record& to, std::string_view field, const std::string& value) {
    if (field == task_field::caller) {
        to.caller = value;
    } else if (field == task_field::lane) {
        to.lane = value;
    } else if (field == task_field::submitted) {
        to.submitted = to_number(value);
    } else if (field == task_field::started) {
        to.started = to_number(value);
    } else if (field == task_field::called) {
        to.called = to_number(value);
    } else if (field == task_field::finished) {
        to.finished = to_number(value);
    } else if (field == task_field::deadline) {
        to.deadline = to_number(value);
    } else if (field == task_field::expected) {
        to.expected = to_number(value);
    } else if (field == task_field::attempt) {
        to.attempt = static_cast<int>(to_number(value));
    } else if (field == task_field::nonce) {
        to.nonce = value;
    } else if (field == task_field::worker) {
        to.worker = value;
    } else if (field == task_field::repeats) {
        to.ambiguous_retries = static_cast<int>(to_number(value));
    } else if (field == task_field::sequence) {
        to.sequence = static_cast<std::uint64_t>(to_number(value));
    } else if (field == task_field::fail_code) {
        to.fail_code = task::parse_fail_code(value);
    } else if (field == task_field::fail_reason) {
        to.fail_reason = value;
    } else if (field == task_field::queued_lane) {
        to.paid = value == storing_lane;
    } else if (field == task_field::last_words) {
        to.last_words = value;
    } else if (field == task_field::cost) {
        to.cost_micros = to_number(value);
    } else if (field == task_field::billed) {
        to.billed = value;
    }
}

// An id that was drawn at the submit tells its time: 13 digits of it.
unix_millis drawn_at(std::string_view id) {
    constexpr std::size_t time_digits = 13;
    return to_number(id.substr(0, time_digits));
}

channel_switch& channel_in(switches& all, const std::string& name) {
    auto& channels = all.channels;
    auto at = std::lower_bound(
        channels.begin(),
        channels.end(),
        name,
        [](const channel_switch& one, const std::string& wanted) { return one.name < wanted; }
    );
    if (at == channels.end() || at->name != name) {
        at = channels.insert(at, {.name = name, .paused_since = 0, .limit = std::nullopt});
    }
    return *at;
}

} // namespace

std::int64_t to_number(std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string_view word_of(const redis::reply& answer) {
    const auto* alone = answer.text();
    const auto* word = alone != nullptr ? alone : item(answer, 0).text();
    return word == nullptr ? std::string_view{} : std::string_view(*word);
}

const redis::reply& item(const redis::reply& answer, std::size_t at) {
    const auto* items = answer.items();
    return items == nullptr || at >= items->size() ? nothing : (*items)[at];
}

std::string text_at(const redis::reply& answer, std::size_t at) {
    const auto* text = item(answer, at).text();
    return text == nullptr ? std::string{} : *text;
}

std::int64_t number_at(const redis::reply& answer, std::size_t at) {
    return item(answer, at).integer().value_or(0);
}

result<task::record> record_from(std::string id, const redis::reply& hash) {
    task::record made;
    made.id = std::move(id);
    made.sequence = 1; // a waiting task has no field for its submit
    made.submitted = drawn_at(made.id);
    std::optional<task::state> state;
    each_pair(hash, [&](std::string_view field, const std::string& value) {
        if (field == task_field::state) {
            state = task::parse_state(value);
        } else {
            set_field(made, field, value);
        }
    });
    if (!state) {
        return corrupt("task " + made.id + " has no state");
    }
    made.state = *state;
    return made;
}

result<void> add_calls(task::record& to, const redis::reply& hash) {
    std::map<int, task::call> calls;
    std::map<int, std::string> answers;
    std::optional<failure> bad;
    each_pair(hash, [&](std::string_view field, const std::string& value) {
        const int index = static_cast<int>(to_number(field.substr(1)));
        const auto kind = field.substr(0, 1);
        if (kind == call_field::answer) {
            answers[index] = value;
        } else if (kind != call_field::marker) {
            return; // the scripts' own
        } else if (auto made = call_from(index, value)) {
            calls[index] = std::move(*made);
        } else {
            bad = made.error();
        }
    });
    if (bad) {
        return *bad;
    }
    for (auto& [index, call] : calls) {
        call.answer = std::move(answers[index]);
        to.calls.push_back(std::move(call));
    }
    return {};
}

result<snapshot> snapshot_from(
    std::string id,
    const redis::reply& hash,
    const redis::reply& submission,
    const redis::reply& view
) {
    auto record = record_from(std::move(id), hash);
    if (!record) {
        return record.error();
    }
    const auto* asked = submission.text();
    const auto* shown = view.text();
    return snapshot{
        std::move(*record), asked == nullptr ? "" : *asked, shown == nullptr ? "" : *shown
    };
}

result<snapshot> snapshot_from(const redis::reply& entry) {
    const auto& parts = item(entry, 1);
    return snapshot_from(text_at(entry, 0), item(parts, 0), item(parts, 1), item(parts, 2));
}

result<followed> followed_from(const redis::reply& entry, std::optional<std::uint64_t> known) {
    auto task = snapshot_from(entry);
    if (!task) {
        return task.error();
    }
    followed made;
    // The first event is implied by the submit time: a waiting task keeps no list
    // for it.
    if (known == 0U) {
        made.events.push_back({1, task->record.submitted, {task::event_kind::submitted}});
    }
    const auto* events = item(entry, 2).items();
    for (std::size_t i = 0; events != nullptr && i < events->size(); ++i) {
        auto event = event_from((*events)[i].text() == nullptr ? "" : *(*events)[i].text());
        if (!event) {
            return event.error();
        }
        made.events.push_back(std::move(*event));
    }
    if (const auto ahead = number_at(entry, 3); ahead >= 0) {
        made.ahead = static_cast<std::size_t>(ahead);
    }
    made.task = std::move(*task);
    return made;
}

result<task::event> event_from(std::string_view text) {
    const auto parts = split(text, '|', 3);
    if (parts.size() != 3) {
        return corrupt("an event has " + std::to_string(parts.size()) + " fields");
    }
    return task::event{
        static_cast<std::uint64_t>(to_number(parts[0])),
        to_number(parts[1]),
        task::happening_from_text(parts[2])
    };
}

result<claimed> claimed_from(const redis::reply& entry) {
    auto record = record_from(text_at(entry, 0), item(entry, 1));
    if (!record) {
        return record.error();
    }
    if (auto added = add_calls(*record, item(entry, 3)); !added) {
        return added.error();
    }
    return claimed{
        std::move(*record), text_at(entry, 2), text_at(entry, 4), event_lease_from(entry, 5)
    };
}

std::optional<event_lease> event_lease_from(const redis::reply& answer, std::size_t at) {
    std::string nonce = text_at(answer, at);
    if (nonce.empty()) {
        return std::nullopt;
    }
    return event_lease{static_cast<std::uint64_t>(number_at(answer, at + 1)), std::move(nonce)};
}

result<due_event> due_event_from(const redis::reply& entry) {
    auto record = record_from(text_at(entry, 0), item(entry, 1));
    if (!record) {
        return record.error();
    }
    const std::string event = text_at(entry, 4);
    const auto parts = split(event, '|', 3);
    if (parts.size() != 3) {
        return corrupt("an outbox entry has " + std::to_string(parts.size()) + " fields");
    }
    due_event made;
    made.record = std::move(*record);
    made.submission = text_at(entry, 2);
    made.view = text_at(entry, 3);
    made.sequence = static_cast<std::uint64_t>(to_number(parts[0]));
    made.status = parts[1];
    made.progress = parts[2];
    each_pair(item(entry, 1), [&](std::string_view field, const std::string& value) {
        if (field == task_field::outbox_tries) {
            made.attempt = static_cast<int>(to_number(value));
        }
    });
    made.nonce = text_at(entry, 5);
    made.terminal = number_at(entry, 6) == 1;
    return made;
}

result<statistics> statistics_from(const redis::reply& answer) {
    statistics made;
    made.now = number_at(answer, 1);
    made.waiting = static_cast<std::size_t>(number_at(answer, 2));
    made.running = static_cast<std::size_t>(number_at(answer, 3));
    made.modal = static_cast<std::size_t>(number_at(answer, 4));
    made.outbox = static_cast<std::size_t>(number_at(answer, 5));
    made.dead_letters = static_cast<std::size_t>(number_at(answer, 6));
    made.oldest_waiting = number_at(answer, 7);
    made.workers = static_cast<int>(number_at(answer, 8));
    each_pair(item(answer, 9), [&](std::string_view backend, const std::string& micros) {
        made.spent_by_backend_today.emplace_back(backend, to_number(micros));
        made.spent_micros_today += to_number(micros);
    });
    const auto& slots = item(answer, 10);
    for (std::size_t i = 0; slots.items() != nullptr && i + 6 < slots.items()->size(); i += 7) {
        slot_state slot;
        slot.name = text_at(slots, i);
        slot.in_flight = static_cast<int>(number_at(slots, i + 1));
        const std::string text = text_at(slots, i + 2);
        if (const auto cooling = split(text, '|', 3); cooling.size() == 3) {
            const auto until = to_number(cooling[0]);
            slot.cooling_until = until > made.now ? until : 0;
            slot.disabled = cooling[2] == "1" && until > made.now;
            slot.refused = cooling[2] == "1";
            slot.on_trial = until <= made.now;
        }
        each_pair(item(answer, 15), [&slot](std::string_view name, const std::string& words) {
            if (name == slot.name) {
                slot.words = words;
            }
        });
        slot.group_calls = static_cast<int>(number_at(slots, i + 3));
        slot.group_pictures = static_cast<int>(number_at(slots, i + 4));
        slot.lowered_pictures = static_cast<int>(number_at(slots, i + 5));
        slot.resting_until = number_at(slots, i + 6);
        made.slots.push_back(std::move(slot));
    }
    const auto& lanes = item(answer, 11);
    for (std::size_t i = 0; lanes.items() != nullptr && i + 1 < lanes.items()->size(); i += 2) {
        made.lanes.emplace_back(
            text_at(lanes, i), static_cast<std::size_t>(number_at(lanes, i + 1))
        );
    }
    each_pair(item(answer, 12), [&](std::string_view backend, const std::string& micros) {
        made.held_by_backend_today.emplace_back(backend, to_number(micros));
    });
    each_pair(item(answer, 13), [&](std::string_view backend, const std::string& until) {
        made.breakers.push_back({std::string(backend), to_number(until)});
    });
    each_pair(item(answer, 14), [&](std::string_view key, const std::string& ms) {
        made.durations_ms.emplace_back(key, to_number(ms));
    });
    each_pair(item(answer, 16), [&](std::string_view name, const std::string& text) {
        const auto slash = name.rfind('/');
        const auto parts = split(text, '|', 5); // until, times, two of who tries, words
        if (slash != std::string_view::npos && parts.size() == 5) {
            made.shut.push_back(
                {std::string(name.substr(0, slash)),
                 std::string(name.substr(slash + 1)),
                 to_number(parts[0]),
                 static_cast<int>(to_number(parts[1])),
                 std::string(parts[4])}
            );
        }
    });
    made.turned = switches_from(item(answer, 17));
    const auto& loads = item(answer, 18);
    for (std::size_t i = 0; loads.items() != nullptr && i + 2 < loads.items()->size(); i += 3) {
        made.loads.push_back(
            {text_at(loads, i),
             static_cast<int>(number_at(loads, i + 1)),
             static_cast<int>(number_at(loads, i + 2))}
        );
    }
    return made;
}

// "pause:official" is {"pause", "official"}, "intake" is {"intake", ""}.
std::pair<std::string, std::string> switch_parts(std::string_view name) {
    const auto colon = std::min(name.find(':'), name.size());
    const auto rest = std::min(colon + 1, name.size());
    return {std::string(name.substr(0, colon)), std::string(name.substr(rest))};
}

switches switches_from(const redis::reply& flat) {
    switches all;
    for (std::size_t i = 0; flat.items() != nullptr && i + 1 < flat.items()->size(); i += 2) {
        const auto [what, of] = switch_parts(text_at(flat, i));
        const std::int64_t value = to_number(text_at(flat, i + 1));
        if (what == "intake") {
            all.intake_paused_since = value;
        } else if (what == "dispatch") {
            all.dispatch_paused_since = value;
        } else if (what == "pause") {
            channel_in(all, of).paused_since = value;
        } else if (what == "limit") {
            channel_in(all, of).limit = static_cast<int>(value);
        }
    }
    return all;
}

result<submitted> submitted_from(const redis::reply& answer) {
    using verdict = submitted::verdict;
    submitted made;
    const auto word = word_of(answer);
    if (word == "ok") {
        made.what = verdict::accepted;
    } else if (word == "replayed") {
        made.what = verdict::replayed;
    } else if (word == "key_reused") {
        made.what = verdict::key_reused;
    } else if (word == "queue_full") {
        made.what = verdict::queue_full;
    } else if (word == "caller_full") {
        made.what = verdict::caller_full;
    } else if (word == "intake_paused") {
        made.what = verdict::intake_paused;
    } else if (word == "rate_limited") {
        made.what = verdict::rate_limited;
        made.retry_after = milliseconds(number_at(answer, 3));
        return made;
    } else {
        return refusal("submit", word);
    }
    made.id = text_at(answer, 1);
    made.immediate = number_at(answer, 2) == 1;
    made.ahead = static_cast<std::size_t>(std::max<std::int64_t>(0, number_at(answer, 3)));
    if (made.what == verdict::caller_full) {
        made.caller_left = 0;
    } else if (!item(answer, 4).is_nil() && number_at(answer, 4) >= 0) {
        made.caller_left = static_cast<std::size_t>(number_at(answer, 4));
    }
    return made;
}

} // namespace imagined::queue
