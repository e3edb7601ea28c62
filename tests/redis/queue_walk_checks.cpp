// What is compared between Redis and the model: tasks, the sets they stand in, figures, invariants.
#include "queue_walk_cast.hpp"
#include "queue_walk_expect.hpp"

#include "redis/task_record.hpp"

namespace imagined::test {

namespace {

std::string key(const std::string& rest) {
    return "test:{0}:" + rest;
}

const char* word_of(model_call::fate fate) {
    switch (fate) {
    case model_call::fate::in_flight:
        return "in_flight";
    case model_call::fate::answered:
        return "answered";
    case model_call::fate::lost:
        return "lost";
    default:
        return "not_started"; // a repeated call counts as one that never started
    }
}

const char* word_of(task::call::state state) {
    switch (state) {
    case task::call::state::in_flight:
        return "in_flight";
    case task::call::state::answered:
        return "answered";
    case task::call::state::lost:
        return "lost";
    default:
        return "not_started";
    }
}

} // namespace

std::string words_of(const queue_model::refusal& refusal) {
    return refusal ? "refused: " + std::string(to_string(*refusal)) : "ok";
}

std::string words_of(const task::record& record) {
    std::ostringstream out;
    out << record.id << " of " << record.caller << ' ' << to_string(record.state) << " lane "
        << record.lane << " u" << record.submitted << " b" << record.started << " k"
        << record.called << " f" << record.finished << " d" << record.deadline << " x"
        << record.expected << " attempt " << record.attempt << ' ' << record.nonce << " by "
        << record.worker << " repeats " << record.ambiguous_retries << " seq " << record.sequence
        << " fail " << (record.fail_code ? to_string(*record.fail_code) : "-") << ' '
        << record.fail_reason << " last " << record.last_words << " cost " << record.cost_micros
        << ' ' << record.billed;
    for (const auto& call : record.calls) {
        out << "\n      call " << call.index << ' ' << word_of(call.now) << ' '
            << call.first_picture << '+' << call.count << ' ' << call.slot << ' ' << call.started
            << '-' << call.deadline << ' ' << call.answer;
    }
    return out.str();
}

std::string words_of(const model_task& task, bool with_calls) {
    std::ostringstream out;
    out << words_of(task.record);
    for (const auto& [index, call] : task.calls) {
        if (with_calls) {
            out << "\n      call " << index << ' ' << word_of(call.now) << ' ' << call.first << '+'
                << call.count << ' ' << call.slot << ' ' << call.started << '-' << call.deadline
                << ' ' << call.answer;
        }
    }
    return out.str();
}

void queue_walk::expect_refusal(
    const std::string& what, const queue_model::refusal& wanted, const result<void>& found
) const {
    expect(what, wanted, found);
}

void queue_walk::expect_submitted(
    const result<queue::submitted>& wanted, const result<queue::submitted>& found
) {
    const auto words = [](const result<queue::submitted>& from) {
        if (!from) {
            return "refused: " + std::string(to_string(from.error().kind));
        }
        return std::to_string(static_cast<int>(from->what)) + " id " + from->id + " immediate "
               + std::to_string(from->immediate) + " ahead " + std::to_string(from->ahead) + " in "
               + std::to_string(from->retry_after.count());
    };
    expect("submitted", words(wanted), words(found));
    if (found && found->what == queue::submitted::verdict::accepted) {
        accepted_.insert(found->id);
        touch(found->id);
    }
}

void queue_walk::check_tasks(const std::vector<std::string>& ids) {
    if (ids.empty()) {
        return;
    }
    constexpr std::size_t replies_of_task = 5;
    std::vector<redis::arguments> commands;
    for (const auto& id : ids) {
        commands.push_back({"HGETALL", key("t:" + id)});
        commands.push_back({"HGETALL", key("c:" + id)});
        commands.push_back({"LRANGE", key("o:" + id), "0", "-1"});
        commands.push_back({"MGET", key("p:" + id), key("r:" + id)});
        commands.push_back({"LRANGE", key("h:" + id), "0", "-1"});
    }
    const auto replies = redis_.pipeline(commands);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto from = replies.begin() + static_cast<std::ptrdiff_t>(i * replies_of_task);
        check_task(ids[i], {from, from + replies_of_task});
    }
}

void queue_walk::check_task(const std::string& id, const std::vector<redis::reply>& replies) {
    const auto found = model_.tasks().find(id);
    if (found == model_.tasks().end()) {
        expect(id + " should not exist", std::size_t{0}, replies[0].items()->size());
        return;
    }
    const auto& task = found->second;
    auto record = queue::record_from(id, replies[0]);
    if (!record || !queue::add_calls(*record, replies[1])) {
        throw mismatch(id + " can not be read");
    }
    expect("record", words_of(task, true), words_of(*record));
    std::vector<std::string> owed;
    owed.reserve(task.outbox.size());
    for (const auto& event : task.outbox) {
        owed.push_back(std::to_string(event.sequence) + "|" + event.status + "|" + event.progress);
    }
    expect("outbox of " + id, owed, to_list(replies[2]));
    const auto texts = to_list(replies[3]);
    expect("submission of " + id, task.submission, texts[0]);
    expect("view of " + id, task.view, texts[1]);
    std::vector<std::string> wanted;
    wanted.reserve(task.history.size());
    for (const auto& event : task.history) {
        wanted.push_back(
            std::to_string(event.sequence) + "|" + std::to_string(event.at) + "|"
            + task::to_text(event.what)
        );
    }
    expect("history of " + id, wanted, to_list(replies[4]));
}

// A sorted set holds exactly these members with these scores.
void queue_walk::check_set(
    const std::string& name, const std::map<std::string, unix_millis>& wanted
) {
    const auto flat = redis_.list({"ZRANGE", key(name), "0", "-1", "WITHSCORES"});
    std::map<std::string, unix_millis> found;
    for (std::size_t i = 0; i + 1 < flat.size(); i += 2) {
        found[flat[i]] = std::stoll(flat[i + 1]);
    }
    const auto words = [](const std::map<std::string, unix_millis>& from) {
        std::string made;
        for (const auto& [member, score] : from) {
            made += member + "=" + std::to_string(score) + " ";
        }
        return made;
    };
    expect("set " + name, words(wanted), words(found));
}

// I3: the sets by time are what the tasks say, no more and no less.
void queue_walk::check_times() {
    std::map<std::string, std::map<std::string, unix_millis>> sets{
        {"lease", {}}, {"waiting", {}}, {"delay", {}}, {"modal", {}}, {"done", {}}
    };
    for (const auto& caller : callers) {
        sets["oq:" + caller] = {};
    }
    std::set<std::string> dead;
    for (const auto& [id, task] : model_.tasks()) {
        if (task.at_work()) {
            sets["lease"][id] = task.lease_until;
        }
        if (task.waiting()) {
            sets["waiting"][id] = task.record.deadline;
        }
        if (task.where == model_task::place::delay) {
            sets["delay"][id] = task.due;
        }
        if (task.record.state == task::state::modal) {
            sets["modal"][id] = task.due;
        }
        if (task.ended()) {
            sets["done"][id] = task.kept_from;
        }
        if (!task.outbox.empty()) {
            sets["oq:" + task.record.caller][id] = task.outbox_due;
        }
        if (task.dead_letter) {
            dead.insert(id);
        }
    }
    for (const auto& [name, wanted] : sets) {
        check_set(name, wanted);
    }
    const auto letters = redis_.list({"ZRANGE", key("dead"), "0", "-1"});
    expect("dead letters", dead, std::set<std::string>(letters.begin(), letters.end()));
}

// Queues, rings, running tasks and indexes, by caller.
void queue_walk::check_lanes() {
    const auto names = redis_.list({"SMEMBERS", key("lanes")});
    expect("lanes", model_.waiting_lanes(), std::set<std::string>(names.begin(), names.end()));
    std::map<std::string, std::set<std::string>> queues;
    std::map<std::string, std::set<std::string>> running;
    std::map<std::string, std::set<std::string>> index;
    for (const auto& [id, task] : model_.tasks()) {
        const auto& caller = task.record.caller;
        if (task.where == model_task::place::queue) {
            queues["q:" + task.standing_in + "|" + caller].insert(id);
            queues["ring:" + task.standing_in].insert(caller);
        }
        if (task.at_work()) {
            running["run:" + caller].insert(id);
        }
        index[caller].insert(id);
    }
    for (const auto& [name, wanted] : queues) {
        const auto found = redis_.list({"ZRANGE", key(name), "0", "-1"});
        expect(name, wanted, std::set<std::string>(found.begin(), found.end()));
    }
    for (const auto& [caller, wanted] : index) {
        std::set<std::string> found;
        for (const auto& first : redis_.list({"ZRANGE", key("idx:" + caller), "0", "-1"})) {
            for (const auto& id : redis_.list({"SMEMBERS", key("ids:" + first + ":" + caller)})) {
                if (!found.insert(id).second) {
                    throw mismatch(id + " is in two parts of the index");
                }
            }
        }
        expect("index of " + caller, wanted, found);
    }
    for (const auto& [name, wanted] : running) {
        const auto found = redis_.list({"SMEMBERS", key(name)});
        expect(name, wanted, std::set<std::string>(found.begin(), found.end()));
    }
    constexpr std::size_t bobs_limit = 2;
    if (running["run:bob"].size() > bobs_limit) {
        throw mismatch("I14: bob runs too many tasks");
    }
}

// I14: never more than the limit at a key, by Redis' own count.
void queue_walk::check_places() {
    const auto from = std::to_string(model_.now);
    std::map<std::string, std::int64_t> calls;
    for (const auto& slot : all_slots) {
        const auto held = redis_.number({"ZCOUNT", key("slot:" + slot.name), from, "+inf"});
        expect("places at " + slot.name, model_.held_places(slot.name), static_cast<int>(held));
        calls[slot.group.empty() ? slot.name : slot.group] += held;
    }
    if (calls["alpha"] > alphas_calls || calls["beta:1"] > 3) {
        throw mismatch("I14: too many calls");
    }
    if (model_.held_pictures("alpha") > alphas_pictures) {
        throw mismatch("I14: too many pictures");
    }
}

// I17: the figures are what a recount gives.
void queue_walk::check_figures() {
    const auto answer = run(queue_.reading->stats({"alpha:1", "alpha:2", "beta:1"}));
    const auto& stats = *answer;
    std::size_t delayed = 0;
    std::size_t modal = 0;
    std::size_t owed = 0;
    std::size_t dead = 0;
    for (const auto& [id, task] : model_.tasks()) {
        delayed += task.where == model_task::place::delay ? 1 : 0;
        modal += task.record.state == task::state::modal ? 1 : 0;
        owed += task.outbox.empty() ? 0 : 1;
        dead += task.dead_letter ? 1 : 0;
    }
    expect("waiting", model_.waiting() + delayed, stats.waiting);
    expect("running", model_.running(), stats.running);
    expect("modal", modal, stats.modal);
    expect("outbox", owed, stats.outbox);
    expect("dead", dead, stats.dead_letters);
    expect("workers", model_.live_workers(), stats.workers);
    std::map<std::string, std::int64_t> spent(
        stats.spent_by_backend_today.begin(), stats.spent_by_backend_today.end()
    );
    const auto words = [](const std::map<std::string, std::int64_t>& from) {
        std::string made;
        for (const auto& [backend, micros] : from) {
            made += backend + "=" + std::to_string(micros) + " ";
        }
        return made;
    };
    expect("spent", words(model_.spent_today()), words(spent));
    const std::map<std::string, std::int64_t> held(
        stats.held_by_backend_today.begin(), stats.held_by_backend_today.end()
    );
    expect("held", words(model_.held_today()), words(held));
    std::map<std::string, std::int64_t> open;
    std::map<std::string, std::int64_t> wanted_open;
    for (const auto& one : stats.breakers) {
        open[one.backend] = one.open_until;
    }
    for (const auto& [backend, state] : model_.breakers()) {
        if (state.open_until) {
            wanted_open[backend] = *state.open_until;
        }
    }
    expect("breakers", words(wanted_open), words(open));
    for (const auto& slot : stats.slots) {
        const auto cold = model_.cooled().find(slot.name);
        const bool resting = cold != model_.cooled().end() && cold->second.until > model_.now;
        expect("cooling " + slot.name, resting ? cold->second.until : 0, slot.cooling_until);
        expect("disabled", resting && cold->second.disabled, slot.disabled);
        const auto group = model_.group_of(slot.name);
        expect("calls of " + group, model_.held_calls(group), slot.group_calls);
        expect("pictures of " + group, model_.held_pictures(group), slot.group_pictures);
        expect("limit of " + group, model_.lowered_pictures(group), slot.lowered_pictures);
        expect("rest of " + group, model_.rests_until(group), slot.resting_until);
    }
}

// I2: a terminal state never changes.
void queue_walk::check_terminal_is_final() {
    for (const auto& [id, task] : model_.tasks()) {
        if (!task.ended()) {
            continue;
        }
        const auto fields = redis_.list({"HMGET", key("t:" + id), "s", "f", "fc", "fr", "es"});
        const auto [known, fresh] = ends_.emplace(id, words_of(fields));
        if (!fresh && known->second != words_of(fields)) {
            throw mismatch("I2: the end of " + id + " has changed");
        }
    }
}

void queue_walk::check_everything() {
    std::vector<std::string> ids;
    for (const auto& [id, task] : model_.tasks()) {
        ids.push_back(id);
    }
    check_tasks(ids);
    check_times();
    check_lanes();
    check_places();
    check_figures();
    check_terminal_is_final();
    const auto complaints = run(queue_.operating->audit());
    expect("audit", std::vector<std::string>{}, *complaints);
}

} // namespace imagined::test
