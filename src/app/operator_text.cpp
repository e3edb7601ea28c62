#include "operator_text.hpp"

#include "imagined/backend/dialect.hpp"
#include "imagined/task/event.hpp"
#include "imagined/task/money.hpp"
#include "imagined/task/progress.hpp"
#include "imagined/task/view.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace imagined::app {

namespace {

using nlohmann::json;

std::string moment(unix_millis at) {
    if (at == 0) {
        return "-";
    }
    const auto point = std::chrono::sys_time<milliseconds>(milliseconds(at));
    return fmt::format(
        "{:%Y-%m-%dT%H:%M:%S}.{:03}Z", std::chrono::floor<std::chrono::seconds>(point), at % 1000
    );
}

std::string_view to_string(task::call::state state) {
    switch (state) {
    case task::call::state::in_flight:
        return "in flight";
    case task::call::state::answered:
        return "answered";
    case task::call::state::lost:
        return "lost";
    case task::call::state::not_started:
        return "not started";
    }
    return "";
}

json when(unix_millis at) {
    return at == 0 ? json(nullptr) : json(at);
}

// Where the upstream keeps what a call paid for. A client never sees these addresses; the operator
// may save a picture by hand when it could not be stored here.
std::vector<std::string> paid_pictures(const task::call& call) {
    std::vector<std::string> urls;
    if (const auto answer = backend::answer_from_text(call.answer)) {
        urls.reserve(answer->pictures.size());
        for (const auto& picture : answer->pictures) {
            if (picture.url.starts_with(backend::held_picture)) {
                urls.emplace_back("(came with the answer)");
            } else if (!picture.url.empty()) {
                urls.push_back(picture.url);
            }
        }
    }
    return urls;
}

json call_json(const task::call& call) {
    return {
        {"index", call.index},
        {"state", to_string(call.now)},
        {"backend", call.backend},
        {"slot", call.slot},
        {"firstPicture", call.first_picture},
        {"count", call.count},
        {"started", when(call.started)},
        {"deadline", when(call.deadline)},
        {"pictures", paid_pictures(call)},
    };
}

// The task as the API shows it: stored when it ended, composed while it runs.
json view_of(const queue::snapshot& shown, unix_millis now) {
    std::string text = shown.view;
    if (text.empty()) {
        const auto submitted = task::submission_from_text(shown.submission);
        if (!submitted) {
            return nullptr;
        }
        text = task::render_view(shown.record, *submitted, std::nullopt, std::nullopt, now);
    }
    json view = json::parse(text, nullptr, false);
    return view.is_discarded() ? json(nullptr) : view;
}

const queue::slot_state* state_of(const queue::statistics& counted, std::string_view slot) {
    const auto found = std::ranges::find(counted.slots, slot, &queue::slot_state::name);
    return found == counted.slots.end() ? nullptr : &*found;
}

using micros_by_backend = std::vector<std::pair<std::string, std::int64_t>>;

std::int64_t micros_of(const micros_by_backend& all, const std::string& backend) {
    for (const auto& [name, micros] : all) {
        if (name == backend) {
            return micros;
        }
    }
    return 0;
}

std::int64_t spent_by(const queue::statistics& counted, const std::string& backend) {
    return micros_of(counted.spent_by_backend_today, backend);
}

std::int64_t held_by(const queue::statistics& counted, const std::string& backend) {
    return micros_of(counted.held_by_backend_today, backend);
}

// Until when the backend's breaker stays open; 0 while it is closed.
unix_millis open_until(const queue::statistics& counted, const std::string& backend) {
    const auto found = std::ranges::find(counted.breakers, backend, &queue::breaker_state::backend);
    return found == counted.breakers.end() ? 0 : found->open_until;
}

std::string_view breaker_word(unix_millis until, unix_millis now) {
    return until == 0 ? "closed" : until > now ? "open" : "half-open";
}

double dollars(std::int64_t micros) {
    return static_cast<double>(micros) / task::micros_per_dollar;
}

json slot_json(const backend::key_slot& slot, const queue::slot_state* state) {
    const queue::slot_state now = state == nullptr ? queue::slot_state{} : *state;
    const int pictures = now.picture_limit(slot.pictures);
    return {
        {"name", slot.label},
        {"slot", slot.name},
        {"limit", slot.limit},
        {"group", slot.group.empty() ? slot.name : slot.group},
        {"groupPictures", now.group_pictures},
        {"pictureLimit", pictures > 0 ? json(pictures) : json(nullptr)},
        {"configuredPictureLimit", slot.pictures > 0 ? json(slot.pictures) : json(nullptr)},
        {"restingUntil", when(now.resting_until)},
        {"inFlight", state == nullptr ? 0 : state->in_flight},
        {"coolingUntil", state == nullptr ? json(nullptr) : when(state->cooling_until)},
        {"disabled", state != nullptr && state->refused},
        {"reason", state == nullptr || state->words.empty() ? json(nullptr) : json(state->words)},
    };
}

// Operations that the upstream answers as if nothing of the kind were there.
json shut_json(const queue::statistics& counted, const std::string& backend) {
    json all = json::array();
    for (const auto& one : counted.shut) {
        if (one.backend == backend) {
            all.push_back({{"operation", one.operation}, {"reason", one.words}});
        }
    }
    return all;
}

std::string
slot_text(const backend::key_slot& slot, const queue::slot_state* state, unix_millis now) {
    const queue::slot_state known = state == nullptr ? queue::slot_state{} : *state;
    std::string text = fmt::format("{} {}/{}", slot.label, known.in_flight, slot.limit);
    if (const int pictures = known.picture_limit(slot.pictures); pictures > 0) {
        text += fmt::format(", {} of {} pictures", known.group_pictures, pictures);
        text += slot.group.empty() ? "" : " in " + slot.group;
        text += known.lowered_pictures > 0 ? " (lowered by the upstream)" : "";
    }
    if (known.refused) {
        text += ", refused";
    } else if (known.cooling_until > now) {
        text += fmt::format(", cooling for {} s", (known.cooling_until - now + 999) / 1000);
    } else if (known.resting_until > now) {
        text += fmt::format(", resting for {} s", (known.resting_until - now + 999) / 1000);
    } else {
        return text;
    }
    if (!known.words.empty()) {
        text += ": " + known.words;
    }
    return text;
}

// In quotes, and with everything escaped that would end the line.
std::string quoted_start(const std::string& text) {
    constexpr std::size_t most_characters = 60;
    std::size_t end = 0;
    for (std::size_t shown = 0; end < text.size(); ++end) {
        const bool begins = (static_cast<unsigned char>(text[end]) & 0xc0U) != 0x80;
        if (begins && ++shown > most_characters) {
            break;
        }
    }
    const std::string start = text.substr(0, end) + (end < text.size() ? "…" : "");
    return json(start).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string age_text(const queue::statistics& counted) {
    if (counted.oldest_waiting == 0) {
        return "";
    }
    const auto age = std::max<std::int64_t>(0, counted.now - counted.oldest_waiting);
    return fmt::format(" (the oldest for {:.1f} s)", static_cast<double>(age) / 1000.0);
}

} // namespace

json task_json(
    const queue::snapshot& shown, const std::vector<task::event>& history, unix_millis now
) {
    const task::record& record = shown.record;
    json calls = json::array();
    for (const task::call& call : record.calls) {
        calls.push_back(call_json(call));
    }
    json events = json::array();
    for (const task::event& event : history) {
        events.push_back(
            {{"sequence", event.sequence}, {"at", event.at}, {"text", task::sentence_of(event.what)}
            }
        );
    }
    return {
        {"id", record.id},
        {"state", task::to_string(record.state)},
        {"caller", record.caller},
        {"lane", record.lane},
        {"attempt", record.attempt},
        {"worker", record.worker},
        {"submitted", when(record.submitted)},
        {"started", when(record.started)},
        {"finished", when(record.finished)},
        {"deadline", when(record.deadline)},
        {"calls", std::move(calls)},
        {"history", std::move(events)},
        {"task", view_of(shown, now)},
    };
}

std::string task_text(const queue::snapshot& shown, const std::vector<task::event>& history) {
    const task::record& record = shown.record;
    std::string text = fmt::format(
        "task {}\n  state      {}, attempt {}\n  caller     {}\n",
        record.id,
        task::to_string(record.state),
        record.attempt,
        record.caller
    );
    if (const auto submitted = task::submission_from_text(shown.submission)) {
        text += fmt::format(
            "  action     {}\n  prompt     {}\n",
            task::to_string(submitted->what),
            submitted->prompt
        );
    }
    text += fmt::format(
        "  lane       {}\n  submitted  {}\n  started    {}\n  finished   {}\n  deadline   {}\n",
        record.lane,
        moment(record.submitted),
        moment(record.started),
        moment(record.finished),
        moment(record.deadline)
    );
    if (record.fail_code) {
        text += fmt::format(
            "  failure    {}: {}\n", task::to_string(*record.fail_code), record.fail_reason
        );
    }
    for (const task::call& call : record.calls) {
        text += fmt::format(
            "  call {}     {} at {}, {} pictures from {}, {} until {}\n",
            call.index,
            to_string(call.now),
            call.slot,
            call.count,
            call.first_picture,
            moment(call.started),
            moment(call.deadline)
        );
        for (const std::string& url : paid_pictures(call)) {
            text += fmt::format("    picture  {}\n", url);
        }
    }
    text += "history";
    for (const task::event& event : history) {
        text += fmt::format(
            "\n  {}  {:>3}  {}", moment(event.at), event.sequence, task::sentence_of(event.what)
        );
    }
    return text;
}

json brief_json(const queue::snapshot& shown, unix_millis now) {
    const task::record& record = shown.record;
    const auto submitted = task::submission_from_text(shown.submission);
    const auto progress = task::outward_progress(record, now);
    return {
        {"id", record.id},
        {"status", task::outward_status(record)},
        {"progress", progress.empty() ? json(nullptr) : json(progress)},
        {"state", task::to_string(record.state)},
        {"caller", record.caller},
        {"action", submitted ? json(task::to_string(submitted->what)) : json(nullptr)},
        {"prompt", submitted ? json(submitted->prompt) : json(nullptr)},
        {"submitted", when(record.submitted)},
        {"started", when(record.started)},
        {"finished", when(record.finished)},
        {"failCode", record.fail_code ? json(task::to_string(*record.fail_code)) : json(nullptr)},
        {"failReason", record.fail_reason.empty() ? json(nullptr) : json(record.fail_reason)},
    };
}

std::string brief_text(const queue::snapshot& shown, unix_millis now) {
    const task::record& record = shown.record;
    const auto submitted = task::submission_from_text(shown.submission);
    return fmt::format(
        "{}  {}  {:<11}  {:>4}  {:<12}  {:<9}  {}{}",
        record.id,
        moment(record.submitted),
        task::outward_status(record),
        task::outward_progress(record, now),
        record.caller.empty() ? "-" : record.caller,
        submitted ? task::to_string(submitted->what) : "-",
        quoted_start(submitted ? submitted->prompt : ""),
        record.fail_code ? fmt::format("  {}", task::to_string(*record.fail_code)) : ""
    );
}

json queue_json(const queue::statistics& counted, const backend::roster& backends) {
    json members = json::array();
    for (const auto& member : backends.members()) {
        json slots = json::array();
        for (const backend::key_slot& slot : member->slots()) {
            slots.push_back(slot_json(slot, state_of(counted, slot.name)));
        }
        const unix_millis until = open_until(counted, member->options().name);
        members.push_back({
            {"name", member->options().name},
            {"dialect", member->options().dialect},
            {"spentTodayUsd", dollars(spent_by(counted, member->options().name))},
            {"heldTodayUsd", dollars(held_by(counted, member->options().name))},
            {"maxSpendPerDayUsd", member->options().max_spend_per_day},
            {"breaker", breaker_word(until, counted.now)},
            {"breakerOpenUntil", until > counted.now ? json(until) : json(nullptr)},
            {"shut", shut_json(counted, member->options().name)},
            {"slots", std::move(slots)},
        });
    }
    json lanes = json::object();
    for (const auto& [name, waiting] : counted.lanes) {
        lanes[name] = waiting;
    }
    const bool waits = counted.oldest_waiting != 0;
    return {
        {"waiting", counted.waiting},
        {"running", counted.running},
        {"modal", counted.modal},
        {"oldestWaitingMs", waits ? json(counted.now - counted.oldest_waiting) : json(nullptr)},
        {"callbacksWaiting", counted.outbox},
        {"deadLetters", counted.dead_letters},
        {"workers", counted.workers},
        {"spentTodayUsd", dollars(counted.spent_micros_today)},
        {"lanes", std::move(lanes)},
        {"backends", std::move(members)},
    };
}

std::string queue_text(const queue::statistics& counted, const backend::roster& backends) {
    std::string text = fmt::format(
        "waiting    {}{}\nrunning    {}\nmodal      {}\ncallbacks  {} waiting, {} dead letters\n"
        "workers    {}\nspent      ${:.4f} today",
        counted.waiting,
        age_text(counted),
        counted.running,
        counted.modal,
        counted.outbox,
        counted.dead_letters,
        counted.workers,
        dollars(counted.spent_micros_today)
    );
    for (const auto& [name, waiting] : counted.lanes) {
        text += fmt::format("\nlane       {}: {} waiting", name, waiting);
    }
    for (const auto& member : backends.members()) {
        const auto& options = member->options();
        text += fmt::format(
            "\nbackend    {} ({}), ${:.4f} today",
            options.name,
            options.dialect,
            dollars(spent_by(counted, options.name))
        );
        if (const auto held = held_by(counted, options.name); held > 0) {
            text += fmt::format(" and ${:.4f} held", dollars(held));
        }
        if (options.max_spend_per_day > 0) {
            text += fmt::format(" of ${:.2f}", options.max_spend_per_day);
        }
        if (const auto until = open_until(counted, options.name); until != 0) {
            text += fmt::format(", breaker {}", breaker_word(until, counted.now));
        }
        for (const auto& one : counted.shut) {
            if (one.backend == options.name) {
                text += fmt::format("\n  shut     {}: {}", one.operation, one.words);
            }
        }
        for (const backend::key_slot& slot : member->slots()) {
            text += "\n  slot     " + slot_text(slot, state_of(counted, slot.name), counted.now);
        }
    }
    return text;
}

} // namespace imagined::app
