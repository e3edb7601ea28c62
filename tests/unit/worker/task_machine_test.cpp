// The life of a task as lists of what happens and what is done about it. Actions are compared by
// their sentences (said()), which name all that matters of them.
#include "task_machine.hpp"

#include "imagined/task/fail_texts.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <utility>
#include <vector>

namespace imagined::worker::machine_test {

using call_state = task::call::state;

constexpr unix_millis called_at = 1'000'000;
constexpr unix_millis a_day = 24LL * 3600 * 1000;

// -- Actions as sentences

std::string said(const queue::key_verdict& of) {
    static constexpr const char* words[] = {"none", "works", "cool", "disable", "absent", "full"};
    return words[static_cast<std::size_t>(of.what)];
}

std::string numbers(const std::vector<picture_order>& orders) {
    std::string text;
    for (const auto& one : orders) {
        text += fmt::format(" {}{}", one.n, one.alone ? " alone" : "");
    }
    return text.empty() ? " nothing" : text;
}

std::string said(const actions::find_keys&) {
    return "find keys";
}

std::string said(const actions::ask& todo) {
    const auto most = todo.key.slot.pictures;
    return fmt::format(
        "ask {} for call {}: {} from {}{}",
        todo.key.slot.name,
        todo.index,
        todo.plan.count,
        todo.plan.first,
        most > 0 ? fmt::format(", at most {}", most) : ""
    );
}

std::string said(const actions::take_back& todo) {
    return fmt::format("take back call {}", todo.index);
}

std::string said(const actions::send& todo) {
    return fmt::format(
        "send call {}{}{}", todo.index, todo.alone ? " alone" : "", todo.event ? ", telling so" : ""
    );
}

std::string said(const actions::wait& todo) {
    return fmt::format("wait {}", todo.limit.count());
}

std::string said(const actions::record_not_started& todo) {
    return fmt::format(
        "record: call {} not started: {} ({})", todo.index, todo.said.words, said(todo.said)
    );
}

std::string said(const actions::record_lost& todo) {
    return fmt::format(
        "record: call {} lost, {} ({})",
        todo.index,
        todo.after == queue::aftermath::over ? "over" : "under way",
        todo.why
    );
}

std::string said(const actions::record_answer& todo) {
    return fmt::format(
        "record: call {} answered by {} for {}, {}",
        todo.index,
        todo.backend,
        todo.cost_micros,
        todo.complete ? "complete, fetching" + numbers(todo.pictures) : "not complete"
    );
}

std::string said(const actions::release& todo) {
    static constexpr const char* lanes[] = {"as it stands", "where it belongs", "storing"};
    return fmt::format(
        "release {} for {}: {}",
        lanes[static_cast<std::size_t>(todo.to)],
        todo.delay.count(),
        todo.why
    );
}

std::string said(const actions::mark_complete& todo) {
    return fmt::format("mark complete by call {}", todo.index);
}

std::string said(const actions::obtain& todo) {
    return "obtain" + numbers(todo.pictures);
}

std::string said(const actions::wait_for_disk& todo) {
    return fmt::format("wait for disk {}{}", todo.limit.count(), todo.trouble.empty() ? "" : ": ")
           + todo.trouble;
}

std::string said(const actions::ask_disk& todo) {
    return fmt::format("ask disk for {}", todo.bytes);
}

std::string said(const actions::show& todo) {
    std::string text = "show";
    for (const auto& one : todo.stored) {
        text += fmt::format(" {}", one.n);
    }
    return todo.stored.empty() ? "show what was submitted"
                               : fmt::format("{} of {}", text, todo.listed);
}

std::string said(const actions::finish& todo) {
    const auto& how = todo.how;
    if (!how.success) {
        return fmt::format(
            "end {}, billed {}: {} ({})",
            task::to_string(how.code.value()),
            how.billed,
            task::sentence_of(how.event),
            how.reason
        );
    }
    std::string text =
        fmt::format("end SUCCESS, billed {}: {}", how.billed, task::sentence_of(how.event));
    for (const auto& note : todo.delivered.value().notes) {
        text += "; " + note;
    }
    return text;
}

std::string said(const actions::settle& todo) {
    return fmt::format(
        "settle: call {} refused: {} ({})", todo.index, todo.said.words, said(todo.said)
    );
}

std::string said(const actions::leave&) {
    return "leave";
}

std::string said(const action& any) {
    return std::visit([](const auto& todo) { return said(todo); }, any);
}

// -- Events

events::done done() {
    return {};
}

events::woken woken() {
    return {};
}

// Of names like "a:1": the first key of backend a, which makes `per_call` pictures a call.
events::keys_found keys(const std::vector<std::string>& slots, int images = 1, int per_call = 99) {
    events::keys_found found;
    for (const auto& name : slots) {
        key_choice one;
        one.slot.name = name;
        one.backend = name.substr(0, name.find(':'));
        one.timeout = milliseconds(60'000);
        for (int first = 1; first <= images; first += per_call) {
            one.plan.push_back({first, std::min(per_call, images - first + 1), {}});
        }
        found.keys.push_back(std::move(one));
    }
    return found;
}

events::keys_found no_room() {
    events::keys_found found;
    found.has_room = false;
    found.no_room = "the disk is full";
    return found;
}

events::asked permit(queue::call_permit what, int absences = -1) {
    queue::call_grant grant;
    grant.what = what;
    grant.absences = absences;
    return {grant};
}

events::asked granted() {
    return permit(queue::call_permit::granted);
}

events::asked no_place() {
    return permit(queue::call_permit::no_slot);
}

events::asked split(int most) {
    auto made = permit(queue::call_permit::split);
    made.grant->most_pictures = most;
    return made;
}

const failure stale{failure_kind::conflict, "stale"};
const failure away{failure_kind::unavailable, "redis is away"};

backend::answer answer_of(int pictures, int unsafe = 0) {
    backend::answer made;
    for (int n = 1; n <= pictures; ++n) {
        backend::answered_picture one;
        one.url = fmt::format("https://pictures/{}", n);
        one.safe = n > unsafe;
        made.pictures.push_back(one);
    }
    return made;
}

events::call_ended answered(int index, int pictures = 1, int unsafe = 0) {
    events::call_ended made;
    made.index = index;
    made.came.what = backend::verdict::answered;
    made.came.answer = answer_of(pictures, unsafe);
    made.price = 10;
    return made;
}

events::call_ended described(int index, std::vector<std::string> texts) {
    auto made = answered(index, 0);
    made.came.answer->descriptions = std::move(texts);
    return made;
}

events::call_ended ended(
    int index,
    backend::verdict what,
    std::string detail,
    backend::key_effect key = backend::key_effect::none
) {
    events::call_ended made;
    made.index = index;
    made.came.what = what;
    made.came.key = key;
    made.came.detail = std::move(detail);
    made.came.code = task::fail_code::content_rejected;
    made.came.reason = {"不行", "no"};
    made.address = "http://upstream/generate";
    return made;
}

events::call_ended not_started(int index, backend::key_effect key = backend::key_effect::cool) {
    return ended(index, backend::verdict::not_started, "HTTP 429", key);
}

events::call_ended refused(int index) {
    return ended(index, backend::verdict::refused, "HTTP 422");
}

events::call_ended cut(int index) {
    return ended(index, backend::verdict::unknowable, "cut");
}

events::setback_told setback(int absences = 0) {
    queue::setback told;
    told.absences = absences;
    return {told};
}

events::setback_told setback_with_right(int absences, milliseconds right_in) {
    queue::setback told;
    told.absences = absences;
    told.right_in = right_in;
    return {told};
}

events::recorded recorded() {
    return {result<void>()};
}

events::recorded unrecorded(const failure& why) {
    return {why};
}

picture_outcome stored(std::size_t at, bool is_shown = false) {
    picture_outcome made;
    made.at = at;
    made.picture.n = static_cast<int>(at) + 1;
    made.is_shown = is_shown;
    return made;
}

picture_outcome missed(std::size_t at, picture_outcome::what what, failure_kind kind) {
    picture_outcome made;
    made.at = at;
    made.came = what;
    made.why = {kind, "the disk is full"};
    made.size = what == picture_outcome::what::not_stored ? 500 : 0;
    return made;
}

picture_outcome unstored(std::size_t at) {
    return missed(at, picture_outcome::what::not_stored, failure_kind::unavailable);
}

picture_outcome not_downloaded(std::size_t at, failure_kind kind) {
    return missed(at, picture_outcome::what::not_downloaded, kind);
}

events::obtained obtained(std::vector<picture_outcome> outcomes = {}) {
    return {std::move(outcomes)};
}

events::shown shown(std::vector<int> there = {}, std::vector<int> damaged = {}) {
    events::shown made;
    made.numbers = std::move(there);
    made.damaged = std::move(damaged);
    made.picture = task::picture{};
    return made;
}

events::shown unshown(const failure& why) {
    events::shown made;
    made.picture = why;
    return made;
}

// -- Lives

task::record a_record() {
    task::record record;
    record.id = "1";
    record.attempt = 1;
    record.nonce = "n";
    return record;
}

task::call a_call(int index, call_state now, int first = 1, int count = 1) {
    task::call call;
    call.index = index;
    call.now = now;
    call.first_picture = first;
    call.count = count;
    call.backend = "a";
    call.slot = "a:1";
    if (now == call_state::answered) {
        call.answer = backend::to_text(answer_of(count));
    }
    return call;
}

// A task that another worker left like this.
task::record left_with(std::vector<task::call> calls, task::state now = task::state::leased) {
    auto record = a_record();
    record.attempt = 2;
    record.called = called_at;
    record.state = now;
    record.calls = std::move(calls);
    return record;
}

task_terms pictures(int images) {
    task_terms terms;
    terms.images = images;
    terms.lang = task::language::en;
    return terms;
}

task_terms describing() {
    auto terms = pictures(1);
    terms.what = task::operation::describe;
    terms.has_pictures = true;
    return terms;
}

// What happens, and what is done then.
struct step {
    event came;
    std::string then;
};

struct life {
    explicit life(task_terms terms, task::record record = a_record(), std::string reserved = "")
        : machine(std::move(record), std::move(reserved), std::move(terms)) {
        at.now = std::chrono::steady_clock::time_point(milliseconds(1'000'000));
        at.wall = called_at;
    }

    void follow(const std::vector<step>& steps) {
        for (std::size_t i = 0; i < steps.size(); ++i) {
            CAPTURE(i);
            last = machine.resume(steps[i].came, at);
            CHECK(said(last) == steps[i].then);
        }
    }

    void pass(milliseconds time) {
        at.now += time;
        at.wall += time.count();
    }

    task_machine machine;
    moment at;
    action last;
};

// A task of so many pictures whose one call is sent.
life calling(int images = 1) {
    life task(pictures(images));
    task.follow(
        {{done(), "find keys"},
         {keys({"a:1"}, images), fmt::format("ask a:1 for call 0: {} from 1", images)},
         {granted(), "send call 0 alone"},
         {done(), "wait 1000"}}
    );
    return task;
}

// A task of so many pictures, a call each, all of which are sent.
life calling_one_by_one(int images) {
    life task(pictures(images));
    task.follow({{done(), "find keys"}});
    for (int n = 1; n <= images; ++n) {
        task.follow(
            {{keys({"a:1"}, images, 1), fmt::format("ask a:1 for call {}: 1 from {}", n - 1, n)},
             {granted(), fmt::format("send call {}{}", n - 1, images == 1 ? " alone" : "")},
             {done(), n < images ? "find keys" : "wait 1000"}}
        );
    }
    return task;
}

// A task of so many pictures that are paid, and not yet on the disk.
life storing(int images = 1) {
    auto task = calling(images);
    std::string list;
    for (int n = 1; n <= images; ++n) {
        list += fmt::format(" {}{}", n, images == 1 ? " alone" : "");
    }
    task.follow(
        {{answered(0, images),
          fmt::format(
              "record: call 0 answered by a for {}, complete, fetching{}", images * 10, list
          )},
         {recorded(), "obtain nothing"}}
    );
    return task;
}

// -- The diagram's way

TEST_CASE("a task calls once, stores its picture and ends") {
    auto task = storing();
    CHECK(task.machine.record().state == task::state::storing);
    task.follow(
        {{obtained({stored(0, true)}), "end SUCCESS, billed yes: stored 1 pictures"},
         {done(), "leave"}}
    );
    CHECK(task.machine.record().state == task::state::success);
    CHECK(task.machine.record().cost_micros == 10);
}

TEST_CASE("several pictures are shown as one") {
    auto task = storing(4);
    task.follow(
        {{obtained({stored(0), stored(1), stored(2), stored(3)}), "show 1 2 3 4 of 4"},
         {shown({1, 2, 3, 4}), "end SUCCESS, billed yes: stored 4 pictures"},
         {done(), "leave"}}
    );
}

TEST_CASE("the first call is told to the hook, and with it begins the time of the task") {
    life task(pictures(1));
    auto grant = granted();
    grant.grant->event = queue::event_lease{2, "lease"};
    grant.grant->expected_ms = 7'000;
    task.follow(
        {{done(), "find keys"},
         {keys({"a:1"}), "ask a:1 for call 0: 1 from 1"},
         {grant, "send call 0 alone, telling so"}}
    );
    CHECK(task.machine.record().called == called_at);
    CHECK(task.machine.record().expected == 7'000);
    const auto& call = task.machine.record().calls.at(0);
    CHECK(call.now == call_state::in_flight);
    CHECK(call.deadline == called_at + 60'000);
}

TEST_CASE("calls that bring one picture each are made side by side") {
    auto task = calling_one_by_one(2);
    task.follow(
        {{answered(1), "record: call 1 answered by a for 10, not complete"},
         {recorded(), "wait 1000"},
         {answered(0), "record: call 0 answered by a for 10, complete, fetching 1 2"},
         {recorded(), "obtain nothing"},
         {obtained({stored(1), stored(0)}), "show 1 2 of 2"},
         {shown({1, 2}), "end SUCCESS, billed yes: stored 2 pictures"}}
    );
    CHECK(task.machine.record().cost_micros == 20);
}

TEST_CASE("the end of a call is told before the next one is asked for") {
    life task(pictures(2));
    task.follow(
        {{done(), "find keys"},
         {keys({"a:1"}, 2, 1), "ask a:1 for call 0: 1 from 1"},
         {granted(), "send call 0"}}
    );
    task.at.call_ended = true;
    task.follow({{done(), "wait 0"}});
    task.at.call_ended = false;
    task.follow(
        {{refused(0), "obtain nothing"},
         {obtained(), "end CONTENT_REJECTED, billed no: refused by a:1: HTTP 422 (no)"}}
    );
}

TEST_CASE("an answer with more pictures than were asked for costs what it brought") {
    auto task = calling();
    task.follow({{answered(0, 3), "record: call 0 answered by a for 30, complete, fetching 1 alone"}
    });
}

TEST_CASE("a task that cannot be read fails") {
    auto terms = pictures(1);
    terms.lang = task::language::zh;
    terms.unreadable = failure{failure_kind::corrupt, "not JSON"};
    life task(terms);
    task.follow(
        {{done(), "end INVALID_REQUEST, billed no: not JSON (任务数据损坏)"}, {done(), "leave"}}
    );
}

// -- Which key is asked

TEST_CASE("the key with the reserved place is asked first, but only among its equals") {
    life equal(pictures(1), a_record(), "b:1");
    equal.follow({{done(), "find keys"}, {keys({"a:1", "b:1"}), "ask b:1 for call 0: 1 from 1"}});

    life worse(pictures(1), a_record(), "b:1");
    auto found = keys({"a:1", "b:1"});
    found.keys[1].lacking = 1;
    worse.follow({{done(), "find keys"}, {found, "ask a:1 for call 0: 1 from 1"}});
}

TEST_CASE("a key without a place is passed over, and then the task waits its turn") {
    life task(pictures(1));
    task.follow(
        {{done(), "find keys"},
         {keys({"a:1", "b:1"}), "ask a:1 for call 0: 1 from 1"},
         {no_place(), "ask b:1 for call 0: 1 from 1"},
         {no_place(), "release where it belongs for 0: no backend could start the call"},
         {done(), "leave"}}
    );
}

TEST_CASE("a task that no key serves comes back later, and later by its attempts") {
    life first(pictures(1));
    first.follow(
        {{done(), "find keys"},
         {keys({}), "release where it belongs for 1000: no backend could start the call"}}
    );
    auto record = a_record();
    record.attempt = 4;
    life fourth(pictures(1), record);
    fourth.follow(
        {{done(), "find keys"},
         {keys({}), "release where it belongs for 8000: no backend could start the call"}}
    );
}

TEST_CASE("beside a call under way a place is looked for once a second") {
    life task(pictures(2));
    task.follow(
        {{done(), "find keys"},
         {keys({"a:1"}, 2, 1), "ask a:1 for call 0: 1 from 1"},
         {granted(), "send call 0"},
         {done(), "find keys"},
         {keys({"a:1"}, 2, 1), "ask a:1 for call 1: 1 from 2"},
         {no_place(), "wait 1000"},
         {woken(), "find keys"},
         {no_room(), "wait 1000"},
         {woken(), "find keys"}}
    );
}

TEST_CASE("a call is split to what may be in progress at a time") {
    life task(pictures(4));
    task.follow(
        {{done(), "find keys"},
         {keys({"a:1"}, 4), "ask a:1 for call 0: 4 from 1"},
         {split(3), "ask a:1 for call 0: 3 from 1, at most 3"},
         {granted(), "send call 0"},
         {done(), "find keys"},
         {keys({"a:1"}, 4), "ask a:1 for call 1: 1 from 4"},
         {granted(), "send call 1"},
         {done(), "wait 1000"}}
    );
}

TEST_CASE("a key that is limited in pictures is asked for no more") {
    life task(pictures(4));
    auto found = keys({"a:1"}, 4);
    found.keys[0].slot.pictures = 2;
    task.follow({{done(), "find keys"}, {found, "ask a:1 for call 0: 2 from 1, at most 2"}});
}

TEST_CASE("a task over the budget ends, unless another key may do it later") {
    const auto over = permit(queue::call_permit::over_budget);
    life broke(pictures(1));
    broke.follow(
        {{done(), "find keys"},
         {keys({"a:1"}), "ask a:1 for call 0: 1 from 1"},
         {over, "obtain nothing"},
         {obtained(),
          "end BUDGET, billed no: BUDGET (" + task::text_of(task::fail_code::budget).en + ")"}}
    );
    life patient(pictures(1));
    patient.follow(
        {{done(), "find keys"},
         {keys({"a:1", "b:1"}), "ask a:1 for call 0: 1 from 1"},
         {over, "ask b:1 for call 0: 1 from 1"},
         {no_place(), "release where it belongs for 500: no backend could start the call"}}
    );
}

TEST_CASE("past its deadline a task without an answer is a timeout, with the last words") {
    auto record = a_record();
    record.last_words = "a: HTTP 401";
    life task(pictures(1), record);
    const auto reason =
        task::with_last_words(task::text_of(task::fail_code::timeout), "a: HTTP 401");
    task.follow(
        {{done(), "find keys"},
         {keys({"a:1"}), "ask a:1 for call 0: 1 from 1"},
         {permit(queue::call_permit::too_late), "obtain nothing"},
         {obtained(), "end TIMEOUT, billed no: TIMEOUT (" + reason.en + ")"}}
    );
}

TEST_CASE("nothing is paid without room on the disk") {
    life task(pictures(1));
    task.follow(
        {{done(), "find keys"},
         {no_room(), "release as it stands for 1000: the disk is full"},
         {done(), "leave"}}
    );
}

// -- Requests that cannot be built

TEST_CASE("a request that cannot be built is invalid, and not called for") {
    for (const auto kind :
         {failure_kind::invalid, failure_kind::not_found, failure_kind::corrupt}) {
        life task(pictures(1));
        task.follow(
            {{done(), "find keys"},
             {keys({"a:1", "b:1"}), "ask a:1 for call 0: 1 from 1"},
             {events::unbuildable{{kind, "no picture"}}, "obtain nothing"},
             {obtained(),
              "end INVALID_REQUEST, billed no: INVALID_REQUEST (The request could not be built)"}}
        );
    }
}

TEST_CASE("trouble of the disk that passes is no fault of the request") {
    for (const auto kind : {failure_kind::unavailable, failure_kind::throttled}) {
        life task(pictures(1));
        task.follow(
            {{done(), "find keys"},
             {keys({"a:1"}), "ask a:1 for call 0: 1 from 1"},
             {events::unbuildable{{kind, "read: Input/output error"}},
              "release as it stands for 1000: read: Input/output error"},
             {done(), "leave"}}
        );
    }
}

TEST_CASE("an answer that is paid is delivered when a further request cannot be built") {
    life task(pictures(2));
    task.follow(
        {{done(), "find keys"},
         {keys({"a:1"}, 2, 1), "ask a:1 for call 0: 1 from 1"},
         {granted(), "send call 0"},
         {done(), "find keys"},
         {keys({"a:1"}, 2, 1), "ask a:1 for call 1: 1 from 2"},
         {events::unbuildable{{failure_kind::invalid, "no mask"}}, "wait 1000"},
         {answered(0), "record: call 0 answered by a for 10, not complete"},
         {recorded(), "mark complete by call 0"},
         {recorded(), "obtain 1 alone"},
         {obtained({stored(0, true)}),
          "end SUCCESS, billed yes: stored 1 pictures; 1 of 2 pictures: a further call was "
          "refused: The request could not be built"}}
    );
}

// -- Markers

TEST_CASE("a marker that was not confirmed is taken back, and another key asked") {
    life task(pictures(1));
    task.follow(
        {{done(), "find keys"},
         {keys({"a:1", "b:1"}), "ask a:1 for call 0: 1 from 1"},
         {events::asked{away}, "take back call 0"},
         {done(), "ask b:1 for call 1: 1 from 1"},
         {events::asked{away}, "take back call 1"},
         {done(), "release where it belongs for 0: no backend could start the call"}}
    );
}

// -- Calls that did not start

TEST_CASE("a call that did not start is made elsewhere, a second later") {
    auto task = calling();
    task.follow({{not_started(0), "record: call 0 not started: HTTP 429 (cool)"}});
    CHECK(task.machine.record().last_words == "a: HTTP 429");
    task.follow({{setback(), "wait 500"}});
    task.pass(milliseconds(500));
    task.follow({{woken(), "wait 500"}});
    task.pass(milliseconds(500));
    task.follow(
        {{woken(), "find keys"},
         {keys({"a:1", "b:1"}), "ask b:1 for call 1: 1 from 1"},
         {granted(), "send call 1 alone"}}
    );
}

TEST_CASE("a task whose keys all failed it waits for a place rather than for its own time") {
    auto task = calling();
    task.follow(
        {{not_started(0), "record: call 0 not started: HTTP 429 (cool)"}, {setback(), "wait 500"}}
    );
    task.pass(milliseconds(1'000));
    task.follow(
        {{woken(), "find keys"},
         {keys({"a:1"}), "release where it belongs for 0: no backend could start the call"}}
    );
}

TEST_CASE("a task meets an address where nothing is three times at its own pace, then it ends") {
    const auto absent = backend::key_effect::absent;
    const std::string met = "not started: HTTP 429 (absent)";
    auto task = calling();
    task.follow(
        {{not_started(0, absent), "record: call 0 " + met},
         {setback_with_right(1, milliseconds(1'000)), "wait 500"}}
    );
    task.pass(milliseconds(1'000));
    task.follow({{woken(), "find keys"}, {keys({"a:1"}), "find keys"}} // its right, now
    );
    task.follow(
        {{keys({"a:1"}), "ask a:1 for call 1: 1 from 1"},
         {granted(), "send call 1 alone"},
         {done(), "wait 1000"},
         {not_started(1, absent), "record: call 1 " + met},
         {setback_with_right(2, milliseconds(10'000)), "wait 500"}}
    );
    task.pass(milliseconds(1'000));
    task.follow({{woken(), "find keys"}, {keys({"a:1"}), "wait 500"}});
    task.pass(milliseconds(9'000));
    task.follow(
        {{woken(), "find keys"},
         {keys({"a:1"}), "ask a:1 for call 2: 1 from 1"},
         {granted(), "send call 2 alone"},
         {done(), "wait 1000"},
         {not_started(2, absent), "record: call 2 " + met},
         {setback(3), "obtain nothing"},
         {obtained(),
          "end BACKEND_REFUSED, billed no: BACKEND_REFUSED (The upstream has nothing at "
          "http://upstream/generate: HTTP 429)"},
         {done(), "leave"}}
    );
}

TEST_CASE("a task that others told of its dead address ends without a call") {
    life task(pictures(1));
    task.follow(
        {{done(), "find keys"},
         {keys({"a:1"}), "ask a:1 for call 0: 1 from 1"},
         {permit(queue::call_permit::no_slot, 3), "obtain nothing"},
         {obtained(),
          "end BACKEND_REFUSED, billed no: BACKEND_REFUSED ("
              + task::text_of(task::fail_code::backend_refused).en + ")"}}
    );
}

// -- Calls that were refused, and calls of which nothing is known

TEST_CASE("what was refused for good is asked nowhere else, and settled after the end") {
    auto task = calling();
    task.follow(
        {{refused(0), "obtain nothing"},
         {obtained(), "end CONTENT_REJECTED, billed no: refused by a:1: HTTP 422 (no)"},
         {done(), "settle: call 0 refused: HTTP 422 (works)"},
         {done(), "leave"}}
    );
}

TEST_CASE("a call of which nothing is known is never repeated") {
    const auto reason = task::text_of(task::fail_code::ambiguous_upstream_outcome).en;
    auto task = calling();
    task.follow(
        {{cut(0), "record: call 0 lost, under way (cut)"},
         {events::loss_told{false}, "obtain nothing"},
         {obtained(),
          "end AMBIGUOUS_UPSTREAM_OUTCOME, billed unknown: AMBIGUOUS_UPSTREAM_OUTCOME (" + reason
              + ")"}}
    );
    CHECK(task.machine.record().calls.at(0).now == call_state::lost);
}

TEST_CASE("unless the policy says so") {
    auto task = calling();
    auto heard = cut(0);
    heard.came.heard = true;
    task.follow(
        {{heard, "record: call 0 lost, over (cut)"},
         {events::loss_told{true}, "find keys"},
         {keys({"a:1"}), "ask a:1 for call 1: 1 from 1"}}
    );
}

TEST_CASE("pictures of other calls are delivered, and the bill stays open") {
    auto task = calling_one_by_one(2);
    task.follow(
        {{cut(0), "record: call 0 lost, under way (cut)"},
         {events::loss_told{false}, "wait 1000"},
         {answered(1), "record: call 1 answered by a for 10, complete, fetching 1 alone"},
         {recorded(), "obtain nothing"},
         {obtained({stored(0, true)}),
          "end SUCCESS, billed unknown: stored 1 pictures; 1 of 2 pictures: the outcome of the "
          "call for 1 is unknown"}}
    );
}

// -- The worker stops

TEST_CASE("a worker that stops gives back what has no call under way") {
    life task(pictures(1));
    task.at.stopping = true;
    task.follow({{done(), "release as it stands for 0: the worker stops"}, {done(), "leave"}});
}

TEST_CASE("and keeps the pause that an upstream was promised") {
    auto task = calling();
    task.at.stopping = true;
    task.follow(
        {{not_started(0), "record: call 0 not started: HTTP 429 (cool)"},
         {setback(), "release as it stands for 1000: the worker stops"}}
    );
}

TEST_CASE("a call under way is waited for, and its picture stored") {
    auto task = calling();
    task.at.stopping = true;
    task.follow(
        {{answered(0), "record: call 0 answered by a for 10, complete, fetching 1 alone"},
         {recorded(), "obtain nothing"},
         {obtained({stored(0, true)}), "end SUCCESS, billed yes: stored 1 pictures"}}
    );
    life several(pictures(2));
    several.follow(
        {{done(), "find keys"},
         {keys({"a:1"}, 2, 1), "ask a:1 for call 0: 1 from 1"},
         {granted(), "send call 0"}}
    );
    several.at.stopping = true;
    several.follow(
        {{done(), "wait 1000"},
         {answered(0), "record: call 0 answered by a for 10, not complete"},
         {recorded(), "release as it stands for 0: the worker stops"}}
    );
}

// -- The lease is lost: nothing more is written, but what calls under way bring

TEST_CASE("a task that is not ours any more is left") {
    life task(pictures(1));
    task.at.lease_lost = true;
    task.follow({{done(), "leave"}});
}

TEST_CASE("a stale marker means that the task is not ours any more") {
    life task(pictures(1));
    task.follow(
        {{done(), "find keys"},
         {keys({"a:1", "b:1"}), "ask a:1 for call 0: 1 from 1"},
         {events::asked{stale}, "leave"}}
    );
}

TEST_CASE("calls under way still record what they bring") {
    auto task = calling_one_by_one(2);
    task.at.lease_lost = true;
    task.follow(
        {{woken(), "wait 100"},
         {cut(0), "record: call 0 lost, under way (cut)"},
         {events::loss_told{stale}, "wait 100"},
         {answered(1), "record: call 1 answered by a for 10, complete, fetching 1 alone"},
         {recorded(), "leave"}}
    );
}

TEST_CASE("a stale write of a setback means that the task is not ours any more") {
    auto task = calling();
    task.follow(
        {{not_started(0), "record: call 0 not started: HTTP 429 (cool)"},
         {events::setback_told{stale}, "leave"}}
    );
}

TEST_CASE("a setback that was not written down in time counts all the same") {
    auto task = calling();
    task.follow(
        {{not_started(0), "record: call 0 not started: HTTP 429 (cool)"},
         {events::setback_told{away}, "wait 500"}}
    );
}

TEST_CASE("the pictures of an answer that nobody wants any more are kept all the same") {
    auto one = calling();
    one.follow(
        {{answered(0), "record: call 0 answered by a for 10, complete, fetching 1 alone"},
         {unrecorded(stale), "obtain nothing"},
         {obtained({stored(0, true)}), "leave"}}
    );
    auto two = calling_one_by_one(2);
    two.follow(
        {{answered(0), "record: call 0 answered by a for 10, not complete"},
         {unrecorded(stale), "obtain 1 alone"},
         {obtained({stored(0, true)}), "wait 100"},
         {answered(1), "record: call 1 answered by a for 10, complete, fetching 1 2"},
         {recorded(), "leave"}}
    );
}

TEST_CASE("a task that cannot be marked as complete is left as it stands") {
    life task(pictures(1), left_with({a_call(0, call_state::answered)}));
    task.follow({{done(), "mark complete by call 0"}, {unrecorded(stale), "leave"}});
}

TEST_CASE("what calls under way bring is recorded even when a step of the task broke off") {
    life task(pictures(2));
    task.follow(
        {{done(), "find keys"},
         {keys({"a:1"}, 2, 1), "ask a:1 for call 0: 1 from 1"},
         {granted(), "send call 0"},
         {done(), "find keys"}}
    );
    task.machine.abandon();
    task.follow(
        {{woken(), "wait 100"},
         {answered(0), "record: call 0 answered by a for 10, not complete"},
         {recorded(), "leave"}}
    );
    auto recording = calling();
    recording.follow({{cut(0), "record: call 0 lost, under way (cut)"}});
    recording.machine.abandon();
    recording.follow({{woken(), "leave"}});
}

// -- What a worker finds that takes a task over from one that died

TEST_CASE("died before the marker: the call is made") {
    life task(pictures(1), left_with({}));
    task.follow({{done(), "find keys"}, {keys({"a:1"}), "ask a:1 for call 0: 1 from 1"}});
}

TEST_CASE("died between marker and answer: the call counts as lost") {
    const auto reason = task::text_of(task::fail_code::ambiguous_upstream_outcome).en;
    for (const auto now : {call_state::in_flight, call_state::lost}) {
        life task(pictures(1), left_with({a_call(0, now)}));
        task.follow(
            {{done(), "obtain nothing"},
             {obtained(),
              "end AMBIGUOUS_UPSTREAM_OUTCOME, billed unknown: AMBIGUOUS_UPSTREAM_OUTCOME ("
                  + reason + ")"}}
        );
    }
}

TEST_CASE("died after a call that did not start: it is made with a marker of its own") {
    life task(pictures(1), left_with({a_call(0, call_state::not_started)}));
    task.follow({{done(), "find keys"}, {keys({"a:1"}), "ask a:1 for call 1: 1 from 1"}});
}

TEST_CASE("died between two answers: only the missing picture is asked for") {
    life task(pictures(2), left_with({a_call(0, call_state::answered)}));
    task.follow(
        {{done(), "find keys"},
         {keys({"a:1"}, 2, 1), "ask a:1 for call 1: 1 from 2"},
         {granted(), "send call 1 alone"},
         {done(), "wait 1000"},
         {answered(1), "record: call 1 answered by a for 10, complete, fetching 1 2"}}
    );
}

TEST_CASE("died beside a call of which nothing is known: what is paid is delivered") {
    life task(
        pictures(2), left_with({a_call(0, call_state::answered), a_call(1, call_state::lost, 2)})
    );
    task.follow(
        {{done(), "mark complete by call 0"},
         {recorded(), "obtain 1 alone"},
         {obtained({stored(0, true)}),
          "end SUCCESS, billed unknown: stored 1 pictures; 1 of 2 pictures: the outcome of the "
          "call for 1 is unknown"}}
    );
}

TEST_CASE("died while storing, showing or ending: all of it is done again without a call") {
    life task(
        pictures(2), left_with({a_call(0, call_state::answered, 1, 2)}, task::state::storing)
    );
    task.follow(
        {{done(), "obtain 1 2"},
         {obtained({stored(0), stored(1)}), "show 1 2 of 2"},
         {shown({1, 2}), "end SUCCESS, billed no: stored 2 pictures"},
         {done(), "leave"}}
    );
}

// -- Storing

TEST_CASE("a disk that refuses what is paid is tried again") {
    auto task = storing();
    task.follow({{obtained({unstored(0)}), "wait for disk 250: the disk is full"}});
    for (int glances = 0; glances < 3; ++glances) {
        task.pass(milliseconds(250));
        task.follow({{woken(), "wait for disk 250"}});
    }
    task.pass(milliseconds(250));
    task.follow({{woken(), "ask disk for 500"}, {events::disk_answered{false}, "wait for disk 250"}}
                // for 2 s now, told once
    );
    task.pass(milliseconds(2'000));
    task.follow(
        {{woken(), "ask disk for 500"},
         {events::disk_answered{true}, "obtain 1 alone"},
         {obtained({stored(0, true)}), "end SUCCESS, billed yes: stored 1 pictures"}}
    );
}

TEST_CASE("until the link of the picture is dead") {
    const auto reason = task::text_of(task::fail_code::storage_failed).en;
    auto task = storing();
    task.follow({{obtained({unstored(0)}), "wait for disk 250: the disk is full"}});
    task.pass(milliseconds(a_day + 1));
    task.follow(
        {{woken(), "ask disk for 500"},
         {events::disk_answered{false}, "obtain 1 alone"}, // for the last time
         {obtained({unstored(0)}), "end STORAGE_FAILED, billed yes: STORAGE_FAILED (" + reason + ")"
         }}
    );
}

TEST_CASE("what waits for the disk is given to another worker when this one stops") {
    auto task = storing();
    task.follow({{obtained({unstored(0)}), "wait for disk 250: the disk is full"}});
    task.at.stopping = true;
    task.follow({{woken(), "release storing for 0: the worker stops"}, {done(), "leave"}});
}

TEST_CASE("and left when somebody else has it") {
    auto task = storing();
    task.follow({{obtained({unstored(0)}), "wait for disk 250: the disk is full"}});
    task.at.lease_lost = true;
    task.follow({{woken(), "leave"}});
}

TEST_CASE("a picture that cannot be downloaded now is asked for again later") {
    auto task = storing(2);
    task.follow(
        {{obtained({stored(0), not_downloaded(1, failure_kind::unavailable)}),
          "release storing for 15000: pictures could not be fetched yet"},
         {done(), "leave"}}
    );
}

TEST_CASE("but not for ever while others are there") {
    auto task = storing(2);
    task.pass(std::chrono::minutes(16));
    task.follow(
        {{obtained({stored(0), not_downloaded(1, failure_kind::unavailable)}), "show 1 of 2"},
         {shown({1}),
          "end SUCCESS, billed yes: stored 1 pictures; 1 of 2 pictures: 1 could not be "
          "downloaded"}}
    );
}

TEST_CASE("a picture that is gone is not waited for") {
    const auto reason = task::text_of(task::fail_code::no_picture).en;
    auto task = storing();
    task.follow(
        {{obtained({not_downloaded(0, failure_kind::corrupt)}),
          "end NO_PICTURE, billed yes: NO_PICTURE (" + reason + ")"}}
    );
}

TEST_CASE("a picture that was withheld is not fetched") {
    auto task = calling(2);
    task.follow(
        {{answered(0, 2, 1), "record: call 0 answered by a for 20, complete, fetching 1 alone"},
         {recorded(), "obtain nothing"},
         {obtained({stored(0, true)}),
          "end SUCCESS, billed yes: stored 1 pictures; 1 of 2 pictures: 1 withheld as unsafe"}}
    );
}

TEST_CASE("a recorded answer that cannot be read brings nothing") {
    auto call = a_call(0, call_state::answered);
    call.answer = "{";
    life task(pictures(1), left_with({call}, task::state::storing));
    task.follow({{done(), "obtain nothing"}});
    CHECK(std::get<actions::obtain>(task.last).unreadable_answers == 1);
}

// -- Showing

TEST_CASE("a damaged picture is left out, and the others numbered anew") {
    auto task = storing(3);
    task.follow(
        {{obtained({stored(0), stored(1), stored(2)}), "show 1 2 3 of 3"},
         {shown({1, 2}, {2}),
          "end SUCCESS, billed yes: stored 2 pictures; 2 of 3 pictures: picture 2 is damaged"}}
    );
    const auto& finish = std::get<actions::finish>(task.last);
    CHECK(finish.delivered->pictures.at(0).n == 1);
    CHECK(finish.delivered->pictures.at(1).n == 2);
}

TEST_CASE("when none can be decoded, the task has no picture") {
    const auto reason = task::text_of(task::fail_code::no_picture).en;
    auto task = storing(2);
    auto made = unshown({failure_kind::corrupt, "no picture can be decoded"});
    made.damaged = {1, 2};
    task.follow(
        {{obtained({stored(0), stored(1)}), "show 1 2 of 2"},
         {made, "end NO_PICTURE, billed yes: NO_PICTURE (" + reason + ")"}}
    );
}

TEST_CASE("a grid that the disk refuses is tried again") {
    auto task = storing(2);
    task.follow(
        {{obtained({stored(0), stored(1)}), "show 1 2 of 2"},
         {unshown({failure_kind::unavailable, "no space"}), "wait for disk 250: no space"}}
    );
    task.pass(milliseconds(1'000));
    task.follow(
        {{woken(), "ask disk for 0"},
         {events::disk_answered{true}, "obtain nothing"},
         {obtained(), "show 1 2 of 2"},
         {shown({1, 2}), "end SUCCESS, billed yes: stored 2 pictures"}}
    );
}

TEST_CASE("pictures of which nothing is known are fetched again") {
    auto task = storing(2);
    auto made = unshown({failure_kind::unavailable, "no space"});
    made.half_numbered = true;
    task.follow(
        {{obtained({stored(0), stored(1)}), "show 1 2 of 2"}, {made, "wait for disk 250: no space"}}
    );
    task.pass(milliseconds(1'000));
    task.follow({{woken(), "ask disk for 0"}, {events::disk_answered{true}, "obtain 1 2"}});
}

TEST_CASE("until their links are dead") {
    const auto reason = task::text_of(task::fail_code::storage_failed).en;
    auto task = storing(2);
    task.follow({{obtained({stored(0), stored(1)}), "show 1 2 of 2"}});
    task.pass(milliseconds(a_day + 1));
    task.follow(
        {{unshown({failure_kind::unavailable, "no space"}),
          "end STORAGE_FAILED, billed yes: STORAGE_FAILED (" + reason + ")"}}
    );
}

TEST_CASE("a grid that cannot be drawn of good pictures is told") {
    auto task = storing(2);
    auto made = shown({1, 2});
    made.undrawable = true;
    task.follow(
        {{obtained({stored(0), stored(1)}), "show 1 2 of 2"},
         {made,
          "end SUCCESS, billed yes: stored 2 pictures; the grid of these pictures cannot be "
          "drawn"}}
    );
}

// -- Describing

TEST_CASE("a describe ends with words, and shows what it was asked about") {
    life task(describing());
    task.follow(
        {{done(), "find keys"},
         {keys({"a:1"}), "ask a:1 for call 0: 1 from 1"},
         {granted(), "send call 0 alone"},
         {done(), "wait 1000"},
         {described(0, {"a fox", "a red fox"}),
          "record: call 0 answered by a for 10, complete, fetching nothing"},
         {recorded(), "obtain nothing"},
         {obtained(), "show what was submitted"},
         {shown(), "end SUCCESS, billed yes: 2 descriptions"}}
    );
    const auto& delivered = *std::get<actions::finish>(task.last).delivered;
    CHECK(delivered.shown.has_value());
    CHECK(delivered.text.find("a red fox") != std::string::npos);
    CHECK(delivered.buttons.size() == 4);
}

TEST_CASE("words that are paid are delivered when the picture cannot be shown") {
    auto call = a_call(0, call_state::answered, 1, 0);
    backend::answer words;
    words.descriptions = {"a fox"};
    call.count = 1;
    call.answer = backend::to_text(words);
    life task(describing(), left_with({call}, task::state::storing));
    task.follow(
        {{done(), "obtain nothing"},
         {obtained(), "show what was submitted"},
         {unshown({failure_kind::not_found, "forgotten"}), "end SUCCESS, billed no: 1 descriptions"}
        }
    );
    CHECK_FALSE(std::get<actions::finish>(task.last).delivered->shown.has_value());
}

TEST_CASE("a describe without words failed") {
    life task(describing());
    task.follow(
        {{done(), "find keys"},
         {keys({"a:1"}), "ask a:1 for call 0: 1 from 1"},
         {granted(), "send call 0 alone"},
         {done(), "wait 1000"},
         {described(0, {}), "record: call 0 answered by a for 10, complete, fetching nothing"},
         {recorded(), "obtain nothing"},
         {obtained(),
          "end NO_PICTURE, billed yes: NO_PICTURE (The upstream answered without a "
          "description)"}}
    );
}

} // namespace imagined::worker::machine_test
