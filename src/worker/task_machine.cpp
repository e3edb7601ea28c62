#include "task_machine.hpp"

#include "imagined/task/fail_texts.hpp"
#include "imagined/task/offered_texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace imagined::worker {

namespace {

constexpr milliseconds shortest_backoff{1000};
constexpr milliseconds longest_backoff{60000};
constexpr milliseconds release_poll{100};
constexpr milliseconds longest_look{500}; // until a pause sees that the worker stops
constexpr milliseconds call_look{1000};   // until a key is asked for once more, beside calls
constexpr milliseconds budget_pause{500};
constexpr milliseconds room_pause{1000};    // nobody without room on the disk claims it meanwhile
constexpr milliseconds storing_glance{250}; // at whether the worker stops, while storing waits

milliseconds backoff_of(int attempt) {
    const int doublings = std::clamp(attempt - 1, 0, 6);
    return std::min(longest_backoff, shortest_backoff * (1 << doublings));
}

template <class T>
bool is_stale(const result<T>& write) {
    return !write && write.error().kind == failure_kind::conflict;
}

// Trouble of ours that passes, not of what the task asks for.
bool is_passing(const failure& why) {
    return why.kind == failure_kind::unavailable || why.kind == failure_kind::throttled
           || why.kind == failure_kind::cancelled;
}

queue::key_verdict key_verdict_of(const backend::outcome& came) {
    using kind = queue::key_verdict::kind;
    queue::key_verdict said;
    said.backend_failed = came.backend_failed;
    said.words = came.detail;
    if (came.what == backend::verdict::refused) {
        said.what = kind::works;
    } else if (came.key == backend::key_effect::cool) {
        said.what = kind::cool;
        said.at_least = came.retry_after.value_or(std::chrono::seconds(0));
    } else if (came.key == backend::key_effect::disable) {
        said.what = kind::disable;
    } else if (came.key == backend::key_effect::absent) {
        said.what = kind::absent;
    } else if (came.key == backend::key_effect::full) {
        said.what = kind::full;
        said.allowed_pictures = came.allowed_pictures;
    }
    return said;
}

// The place that was reserved is taken early only among its equals: the keys stand in an order in
// which backends that can express every flag come first.
void put_in_front(std::vector<key_choice>& keys, const std::string& reserved) {
    const auto found = std::find_if(keys.begin(), keys.end(), [&reserved](const auto& key) {
        return key.slot.name == reserved;
    });
    if (found != keys.end() && found->lacking <= keys.front().lacking) {
        std::rotate(keys.begin(), found, found + 1);
    }
}

} // namespace

task_machine::task_machine(task::record claimed, std::string reserved, task_terms terms)
    : record_(std::move(claimed)), reserved_(std::move(reserved)), terms_(std::move(terms)) {}

action task_machine::resume(event came, const moment& at) {
    switch (now_) {
    case state::claimed:
        if (terms_.unreadable) {
            const task::bilingual reason{"任务数据损坏", "The stored task cannot be read"};
            const auto words = terms_.unreadable->detail;
            return fail(
                task::fail_code::invalid_request, reason, {task::event_kind::failed, {words}}, at
            );
        }
        return go_on(at);
    case state::choosing:
        return on_keys_found(std::get<events::keys_found>(std::move(came)), at);
    case state::asking:
        if (const auto* not_built = std::get_if<events::unbuildable>(&came)) {
            return on_unbuildable(not_built->why, at);
        }
        return on_asked(std::get<events::asked>(came).grant, at);
    case state::taking_back:
        return ask_next_key(at);
    case state::sending:
        return go_on(at);
    case state::waiting:
        if (auto* ended = std::get_if<events::call_ended>(&came)) {
            return on_call_ended(std::move(*ended), at);
        }
        return go_on(at);
    case state::recording:
        return on_recorded(came, at);
    case state::rescuing:
        return end_of_call(at);
    case state::releasing:
        return settle_next();
    case state::marking:
        return std::get<events::recorded>(came).written ? obtain() : settle_next();
    case state::obtaining:
        return on_obtained(std::get<events::obtained>(came), at);
    case state::disk_wait:
        return look_at_disk("", at);
    case state::asking_disk:
        return std::get<events::disk_answered>(came).fits ? obtain_again()
                                                          : pause_before_disk("", at);
    case state::showing:
        return on_shown(std::get<events::shown>(came), at);
    case state::ending:
    case state::settling:
        return settle_next();
    case state::left:
        break;
    }
    return actions::leave{};
}

void task_machine::abandon() {
    gone_ = true;
    if (now_ == state::recording || now_ == state::rescuing) {
        --under_way_; // it came, and was not recorded
    }
    now_ = state::waiting;
}

// -- Calling

// Between two steps: what is to be done as things stand now.
action task_machine::go_on(const moment& at) {
    if (gone_ || at.lease_lost) {
        // Calls that still run record their own answers; nothing else is ours to do.
        return under_way_ > 0 ? wait(release_poll) : settle_next();
    }
    const bool more = !refused_ && !too_late_ && !assess(record_, terms_.images).missing.empty();
    if (under_way_ > 0 && (!more || at.stopping)) {
        return wait(call_look);
    }
    if (!more) {
        return deliver();
    }
    const auto pause =
        std::max(milliseconds(0), std::chrono::ceil<milliseconds>(setbacks_.next_call() - at.now));
    if (at.stopping) {
        return release(actions::lane::as_it_stands, pause, "the worker stops");
    }
    if (pause > milliseconds(0)) {
        return wait(std::min(pause, longest_look));
    }
    if (at.call_ended) {
        return wait(milliseconds(0)); // it may mean that no further call is made
    }
    now_ = state::choosing;
    return actions::find_keys{};
}

action task_machine::wait(milliseconds limit) {
    now_ = state::waiting;
    return actions::wait{limit};
}

action task_machine::on_keys_found(events::keys_found found, const moment& at) {
    if (!found.has_room) {
        return without_room(std::move(found.no_room));
    }
    keys_ = std::move(found.keys);
    backends_.clear();
    for (const auto& key : keys_) {
        backends_.insert(key.backend);
    }
    std::erase_if(keys_, [this](const auto& key) { return tried_.contains(key.slot.name); });
    put_in_front(keys_, reserved_);
    others_ = !tried_.empty();
    some_over_budget_ = false;
    return keys_.empty() ? without_place(at) : ask_first_key();
}

action task_machine::ask_first_key() {
    const auto& key = keys_.front();
    const auto covered = assess(record_, terms_.images);
    plan_ = plan_missing(key.plan, covered.missing).front();
    if (key.slot.pictures > 0) {
        plan_.count = std::min(plan_.count, key.slot.pictures);
    }
    now_ = state::asking;
    return actions::ask{covered.next_index, key, plan_};
}

action task_machine::ask_next_key(const moment& at) {
    keys_.erase(keys_.begin());
    return keys_.empty() ? without_place(at) : ask_first_key();
}

action task_machine::on_unbuildable(const failure& why, const moment& at) {
    if (is_passing(why)) {
        return without_room(why.detail);
    }
    refused_ = refusal{
        task::fail_code::invalid_request, {"请求无法构造", "The request could not be built"}
    };
    return go_on(at);
}

action task_machine::on_asked(const result<queue::call_grant>& grant, const moment& at) {
    if (!grant) {
        if (is_stale(grant)) {
            gone_ = true;
            return go_on(at);
        }
        // The marker may have been written, the call was surely not made.
        auto call = asked_call(at);
        call.now = task::call::state::not_started;
        record_.calls.push_back(std::move(call));
        others_ = true;
        now_ = state::taking_back;
        return actions::take_back{record_.calls.back().index};
    }
    switch (grant->what) {
    case queue::call_permit::granted:
        break;
    case queue::call_permit::too_late:
        too_late_ = true;
        return go_on(at);
    case queue::call_permit::no_slot: // full or cooling: the queue tells when there is room
        if (grant->absences >= 0) {
            setbacks_.shut(keys_.front().backend, grant->absences);
            give_up_if_hopeless();
        }
        others_ = true;
        return ask_next_key(at);
    case queue::call_permit::over_budget:
        some_over_budget_ = true;
        return ask_next_key(at);
    case queue::call_permit::split:
        keys_.front().slot.pictures = grant->most_pictures; // fewer than it asked for
        return ask_first_key();
    }
    return send(*grant, at);
}

task::call task_machine::asked_call(const moment& at) const {
    const auto& key = keys_.front();
    task::call call;
    call.index = assess(record_, terms_.images).next_index;
    call.first_picture = plan_.first;
    call.count = plan_.count;
    call.backend = key.backend;
    call.slot = key.slot.name;
    call.started = at.wall;
    call.deadline = at.wall + key.timeout.count();
    return call;
}

action task_machine::send(const queue::call_grant& grant, const moment& at) {
    auto call = asked_call(at);
    const int index = call.index;
    if (record_.called == 0) {
        record_.called = call.started;
        record_.expected = grant.expected_ms;
    }
    record_.calls.push_back(std::move(call));
    keys_ = {}; // they are not held for as long as a call takes
    ++under_way_;
    setbacks_.went_on(at.now);
    const bool alone = under_way_ == 1 && assess(record_, terms_.images).missing.empty();
    now_ = state::sending;
    return actions::send{index, alone, grant.event};
}

action task_machine::without_room(std::string why) {
    return under_way_ > 0 ? wait(call_look)
                          : release(actions::lane::as_it_stands, room_pause, std::move(why));
}

// No key has a place for a call now.
action task_machine::without_place(const moment& at) {
    if (some_over_budget_ && !others_) {
        const auto code = task::fail_code::budget;
        refused_ = refusal{code, task::text_of(code)};
    }
    if (refused_) {
        return go_on(at);
    }
    if (under_way_ > 0) {
        return wait(call_look);
    }
    if (setbacks_.some_absent() && setbacks_.wait_for_right(backends_)) {
        tried_.clear(); // the same again, at a time that is the task's own
        return go_on(at);
    }
    const auto delay = some_over_budget_ ? budget_pause
                       : others_         ? milliseconds(0)
                                         : backoff_of(record_.attempt);
    return release(actions::lane::where_it_belongs, delay, "no backend could start the call");
}

action task_machine::release(actions::lane to, milliseconds delay, std::string why) {
    now_ = state::releasing;
    return actions::release{to, delay, std::move(why)};
}

task::call& task_machine::call_at(int index) {
    const auto found =
        std::find_if(record_.calls.begin(), record_.calls.end(), [index](const task::call& call) {
            return call.index == index;
        });
    return *found; // markers are added before their calls run, and never removed
}

// -- Recording

action task_machine::on_call_ended(events::call_ended ended, const moment& at) {
    auto& call = call_at(ended.index);
    const auto& came = ended.came;
    recording_ = ended.index;
    found_nothing_ = came.key == backend::key_effect::absent;
    if (found_nothing_) {
        absence_ = {
            fmt::format("上游地址 {} 没有这个接口：{}", ended.address, came.detail),
            fmt::format("The upstream has nothing at {}: {}", ended.address, came.detail)
        };
    }
    now_ = state::recording;
    switch (came.what) {
    case backend::verdict::answered:
        return record_answer(std::move(ended));
    case backend::verdict::unknowable:
        return actions::record_lost{
            call.index,
            came.detail,
            came.heard ? queue::aftermath::over : queue::aftermath::under_way
        };
    case backend::verdict::not_started:
        call.now = task::call::state::not_started;
        tried_.insert(call.slot);
        record_.last_words = fmt::format("{}: {}", call.backend, came.detail);
        return actions::record_not_started{call.index, key_verdict_of(came)};
    case backend::verdict::refused:
        break;
    }
    // Its marker stays in flight until the end is written.
    call.now = task::call::state::not_started;
    refused_calls_.push_back({call.index, key_verdict_of(came), call.slot});
    if (!refused_) {
        refused_ = refusal{came.code, came.reason};
    }
    return end_of_call(at);
}

action task_machine::record_answer(events::call_ended ended) {
    auto& call = call_at(ended.index);
    const auto& answer = *ended.came.answer;
    const auto billed =
        std::max<std::int64_t>(call.count, static_cast<std::int64_t>(answer.pictures.size()));
    actions::record_answer todo;
    todo.index = call.index;
    todo.backend = call.backend;
    todo.answer = backend::to_text(answer);
    todo.complete = under_way_ == 1 && assess(record_, terms_.images).missing.empty();
    todo.cost_micros = ended.price * billed;
    call.now = task::call::state::answered;
    call.answer = todo.answer;
    record_.cost_micros += todo.cost_micros;
    record_.billed = "yes";
    complete_ = todo.complete;
    if (complete_) {
        todo.pictures = list(); // meanwhile: they are paid, recorded or not
        todo.unreadable_answers = paid_.unreadable_answers;
    }
    return todo;
}

action task_machine::on_recorded(const event& came, const moment& at) {
    auto& call = call_at(recording_);
    if (const auto* setback = std::get_if<events::setback_told>(&came)) {
        gone_ = gone_ || is_stale(setback->told);
        if (found_nothing_) {
            const auto told = setback->told ? *setback->told : queue::setback{};
            setbacks_.absent(call.backend, told, at.now);
        } else {
            setbacks_.met(at.now);
        }
        give_up_if_hopeless();
        return end_of_call(at);
    }
    if (const auto* loss = std::get_if<events::loss_told>(&came)) {
        gone_ = gone_ || is_stale(loss->may_repeat);
        call.now = loss->may_repeat && *loss->may_repeat ? task::call::state::not_started
                                                         : task::call::state::lost;
        return end_of_call(at);
    }
    if (std::get<events::recorded>(came).written) {
        if (complete_) {
            record_.state = task::state::storing;
        }
        return end_of_call(at);
    }
    // The task may have been cancelled: its pictures are kept all the same.
    gone_ = true;
    actions::obtain todo;
    if (!complete_) {
        todo.pictures = list();
        todo.unreadable_answers = paid_.unreadable_answers;
    }
    now_ = state::rescuing;
    return todo;
}

action task_machine::end_of_call(const moment& at) {
    --under_way_;
    return go_on(at);
}

// Nobody is left to ask, and the task has met that often enough.
void task_machine::give_up_if_hopeless() {
    if (!refused_ && setbacks_.some_absent() && setbacks_.hopeless(backends_)) {
        const auto code = task::fail_code::backend_refused;
        auto reason = absence_.en.empty()
                          ? task::with_last_words(task::text_of(code), record_.last_words)
                          : absence_;
        refused_ = refusal{code, std::move(reason)};
    }
}

// -- Storing

// Makes sure that the queue has the task as storing, so that no further call is ever made.
action task_machine::deliver() {
    const auto paid =
        std::find_if(record_.calls.begin(), record_.calls.end(), [](const task::call& call) {
            return call.now == task::call::state::answered;
        });
    if (record_.state == task::state::storing || paid == record_.calls.end()) {
        return obtain();
    }
    now_ = state::marking;
    return actions::mark_complete{paid->index, paid->answer};
}

action task_machine::obtain() {
    actions::obtain todo;
    if (!listed_) {
        todo.pictures = list();
        todo.unreadable_answers = paid_.unreadable_answers;
    }
    now_ = state::obtaining;
    return todo;
}

action task_machine::obtain_again() {
    now_ = state::obtaining;
    return actions::obtain{open_pictures()};
}

std::vector<picture_order> task_machine::list() {
    paid_ = list_pictures(record_);
    listed_ = true;
    return open_pictures();
}

std::vector<picture_order> task_machine::open_pictures() const {
    std::vector<picture_order> orders;
    const auto& all = paid_.pictures;
    const bool alone = all.size() == 1 && terms_.what != task::operation::describe;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].now == paid_picture::state::open) {
            orders.push_back({i, all[i].n, all[i].url, all[i].backend, alone});
        }
    }
    return orders;
}

action task_machine::on_obtained(const events::obtained& got, const moment& at) {
    for (const auto& one : got.outcomes) {
        note(paid_, one, record_, at.wall);
    }
    const auto any = [this](paid_picture::state wanted) {
        return std::any_of(paid_.pictures.begin(), paid_.pictures.end(), [wanted](const auto& one) {
            return one.now == wanted;
        });
    };
    if (any(paid_picture::state::open)) {
        return wait_to_store(paid_.trouble, at);
    }
    if (any(paid_picture::state::later) && !is_enough(count().delivered, record_.called, at.wall)) {
        return release(
            actions::lane::storing,
            download_again_after(record_.attempt),
            "pictures could not be fetched yet"
        );
    }
    return end(at);
}

// Until the disk may take what is paid, the lease is kept.
action task_machine::wait_to_store(std::string trouble, const moment& at) {
    return pause_before_disk(disk_rule_.begins_to_wait() ? std::move(trouble) : "", at);
}

action task_machine::pause_before_disk(std::string trouble, const moment& at) {
    if (are_links_dead(at)) {
        return obtain_again(); // for the last time
    }
    disk_pause_end_ = at.now + disk_rule_.next_pause();
    return look_at_disk(std::move(trouble), at);
}

action task_machine::look_at_disk(std::string trouble, const moment& at) {
    if (at.stopping) {
        return release(actions::lane::storing, milliseconds(0), "the worker stops");
    }
    if (at.lease_lost) {
        return settle_next();
    }
    const auto left = std::chrono::ceil<milliseconds>(disk_pause_end_ - at.now);
    if (left > milliseconds(0)) {
        now_ = state::disk_wait;
        return actions::wait_for_disk{std::min(left, storing_glance), std::move(trouble)};
    }
    std::uint64_t bytes = 0;
    for (const auto& one : paid_.pictures) {
        bytes += one.now == paid_picture::state::open ? one.size : 0;
    }
    now_ = state::asking_disk;
    return actions::ask_disk{bytes};
}

bool task_machine::are_links_dead(const moment& at) const {
    return std::all_of(paid_.pictures.begin(), paid_.pictures.end(), [&](const auto& one) {
        return is_link_dead(one, record_, at.wall);
    });
}

harvest task_machine::count() const {
    harvest brought;
    brought.wanted = terms_.images;
    brought.unsafe = paid_.unsafe;
    brought.lost = static_cast<int>(assess(record_, brought.wanted).lost.size());
    brought.too_late = too_late_ && !refused_;
    brought.refused = refused_;
    brought.last_words = record_.last_words;
    for (const auto& one : paid_.pictures) {
        using state = paid_picture::state;
        brought.delivered += one.now == state::stored ? 1 : 0;
        brought.unreadable += one.now == state::unreadable || one.now == state::later ? 1 : 0;
        brought.unstored += one.now == state::unstored ? 1 : 0;
        if (one.now == state::damaged) {
            brought.damaged.push_back(one.n);
        }
    }
    return brought;
}

// -- Ending

action task_machine::end(const moment& at) {
    if (terms_.what == task::operation::describe) {
        if (terms_.has_pictures && !list_descriptions(record_).empty()) {
            now_ = state::showing;
            return actions::show{};
        }
        return end_described(false, at);
    }
    if (auto why = judge(count()); why.code) {
        return fail(std::move(why), at);
    }
    if (paid_.pictures.size() == 1 && paid_.pictures.front().is_shown) {
        events::shown same;
        same.picture = paid_.pictures.front().shown;
        same.picture->n = 0;
        same.picture->seed.clear();
        same.picture->prompt.clear();
        return on_shown(same, at);
    }
    actions::show todo;
    todo.listed = static_cast<int>(paid_.pictures.size());
    for (std::size_t i = 0; i < paid_.pictures.size(); ++i) {
        if (paid_.pictures[i].now == paid_picture::state::stored) {
            todo.stored.push_back({i, paid_.pictures[i].shown.n});
        }
    }
    now_ = state::showing;
    return todo;
}

// Which of the stored pictures turned out to be damaged, and what numbers the others have now.
void task_machine::note_numbers(const events::shown& made) {
    const auto& damaged = made.damaged;
    std::size_t next = 0;
    for (auto& one : paid_.pictures) {
        if (one.now != paid_picture::state::stored) {
            continue;
        }
        if (std::find(damaged.begin(), damaged.end(), one.shown.n) != damaged.end()) {
            one.now = paid_picture::state::damaged;
        } else if (made.half_numbered) {
            one.now = paid_picture::state::open;
        } else if (next < made.numbers.size()) {
            one.shown.n = made.numbers[next++];
        }
    }
}

action task_machine::on_shown(const events::shown& made, const moment& at) {
    if (terms_.what == task::operation::describe) {
        return end_described(made.picture.has_value(), at);
    }
    note_numbers(made);
    auto why = judge(count());
    // Files of which nothing is known count as nothing: they are fetched again.
    if (!made.picture && (!why.code || made.half_numbered)) {
        if (!are_links_dead(at)) {
            return wait_to_store(made.picture.error().detail, at);
        }
        why.code = task::fail_code::storage_failed;
        why.reason = task::text_of(task::fail_code::storage_failed);
    }
    if (why.code) {
        return fail(std::move(why), at);
    }
    task::delivery delivered;
    delivered.shown = *made.picture;
    if (made.undrawable) {
        delivered.notes.emplace_back("the grid of these pictures cannot be drawn");
    }
    if (!why.note.empty()) {
        delivered.notes.push_back(why.note);
    }
    delivered.unsafe = paid_.unsafe;
    for (const auto& one : paid_.pictures) {
        if (one.now == paid_picture::state::stored) {
            delivered.pictures.push_back(one.shown);
        }
    }
    const auto stored = std::to_string(delivered.pictures.size());
    const bool lost = count().lost > 0;
    return succeed(std::move(delivered), lost, {task::event_kind::stored, {stored}}, at);
}

// A describe brings no picture, but words. What it shows is the picture that it was asked about; if
// that cannot be shown, the words are what was paid for, and the client has the picture.
action task_machine::end_described(bool is_shown, const moment& at) {
    const auto texts = list_descriptions(record_);
    if (texts.empty()) {
        auto why = judge(count());
        if (why.code.value_or(task::fail_code::no_picture) == task::fail_code::no_picture) {
            why.code = task::fail_code::no_picture;
            why.reason = {"上游未返回描述", "The upstream answered without a description"};
        }
        return fail(std::move(why), at);
    }
    task::delivery delivered;
    if (is_shown) {
        delivered.shown = task::picture{};
    }
    if (!terms_.native) {
        delivered.text = task::numbered(texts);
        delivered.buttons = task::description_buttons(texts.size());
    }
    const auto described = std::to_string(texts.size());
    return succeed(std::move(delivered), false, {task::event_kind::described, {described}}, at);
}

action task_machine::succeed(
    task::delivery delivered, bool lost, task::happening event, const moment& at
) {
    record_.state = task::state::success;
    record_.finished = at.wall;
    queue::ending how;
    how.success = true;
    how.billed = lost ? "unknown" : record_.billed; // "no" where the answers were paid before
    how.event = std::move(event);
    now_ = state::ending;
    return actions::finish{std::move(how), std::move(delivered)};
}

action task_machine::fail(verdict why, const moment& at) {
    // The history names who refused, and why.
    task::happening event{task::event_kind::failed, {std::string(task::to_string(*why.code))}};
    if (!refused_calls_.empty() && refused_ && why.code == refused_->code) {
        const auto& first = refused_calls_.front();
        event = {task::event_kind::refused, {first.slot, first.said.words}};
    }
    return fail(*why.code, why.reason, std::move(event), at);
}

action task_machine::fail(
    task::fail_code code, const task::bilingual& reason, task::happening event, const moment& at
) {
    record_.state = task::state::failure;
    record_.finished = at.wall;
    record_.fail_code = code;
    record_.fail_reason = reason.in(terms_.lang);
    const bool lost =
        std::any_of(record_.calls.begin(), record_.calls.end(), [](const task::call& call) {
            return call.now == task::call::state::lost || call.now == task::call::state::in_flight;
        });
    queue::ending how;
    how.code = code;
    how.reason = record_.fail_reason;
    how.event = std::move(event);
    how.billed = lost ? "unknown" : record_.cost_micros > 0 ? "yes" : "no";
    now_ = state::ending;
    return actions::finish{std::move(how), std::nullopt};
}

action task_machine::settle_next() {
    if (settled_ == refused_calls_.size()) {
        now_ = state::left;
        return actions::leave{};
    }
    const auto& one = refused_calls_[settled_++];
    now_ = state::settling;
    return actions::settle{one.index, one.said};
}

} // namespace imagined::worker
