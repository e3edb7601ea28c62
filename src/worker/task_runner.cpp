#include "task_runner.hpp"

#include "imagined/base/log.hpp"
#include "imagined/http/client.hpp"
#include "imagined/store/picture_link.hpp"
#include "imagined/task/follow_up.hpp"
#include "imagined/task/job_id.hpp"
#include "imagined/task/money.hpp"
#include "insist.hpp"
#include "showing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <string_view>
#include <utility>

namespace imagined::worker {

namespace {

// After a call's deadline its answer is given up by the queue; we write until then and a little on.
constexpr seconds call_slack{30};
constexpr std::chrono::hours answer_limit{24}; // as long as the links in an answer live
constexpr seconds farewell_limit{5};           // of a lease that ends by itself anyway
constexpr seconds broke_for{5};
constexpr milliseconds link_slack{600000}; // an upstream may fetch late
constexpr seconds first_vouch{30};
constexpr seconds storing_vouch{600};

std::int64_t micros_of(double dollars) {
    return std::llround(dollars * task::micros_per_dollar);
}

std::string address_of(std::string base, const std::string& path) {
    while (base.ends_with('/')) {
        base.pop_back();
    }
    return base + path;
}

// Reads the submission `into` place. An empty one stands for what cannot be read: the task fails,
// in its language by default.
task_terms read_terms(
    const std::string& text, const std::string& id, std::unique_ptr<task::submission>& into
) {
    auto read = task::submission_from_text(text);
    into = std::make_unique<task::submission>();
    task_terms terms;
    if (!read) {
        log::error("a task cannot be read", {{"task", id}, {"trace", task::trace_of("", id).id}});
        terms.unreadable = read.error();
        return terms;
    }
    *into = std::move(*read);
    terms.images = into->request.images;
    terms.what = into->request.what;
    terms.native = into->native;
    terms.has_pictures = !into->request.pictures.empty();
    terms.lang = into->lang;
    return terms;
}

std::vector<task::button> buttons_under(
    const task::submission& submission,
    std::size_t pictures,
    const backend::roster& backends,
    const std::string& id
) {
    if (submission.native) {
        return {};
    }
    const auto can =
        task::support_of(submission.request, [&backends](task::operation what, task::model with) {
            return backends.serves(what, with);
        });
    const std::string job = task::job_id_of(id);
    return shows_grid(submission) ? task::grid_buttons(static_cast<int>(pictures), can, job)
                                  : task::single_buttons(can, job);
}

} // namespace

task_runner::task_runner(
    std::shared_ptr<shift> on, queue::claimed claimed, std::shared_ptr<holding> holding
)
    : on_(std::move(on)),
      holding_(std::move(holding)),
      text_(std::move(claimed.submission)),
      machine_(
          claimed.record, std::move(claimed.slot), read_terms(text_, claimed.record.id, submission_)
      ),
      trace_(task::trace_of(submission_->traceparent, claimed.record.id)),
      claim_event_(std::move(claimed.event)),
      call_ended_(on_->parts.on) {}

const task::submission& task_runner::submission() {
    if (!submission_) {
        submission_ = std::make_unique<task::submission>();
        if (auto read = task::submission_from_text(text_)) { // as it was read before
            *submission_ = std::move(*read);
        }
    }
    return *submission_;
}

moment task_runner::look_around() const {
    return {
        std::chrono::steady_clock::now(),
        now(),
        on_->draining,
        holding_->lost,
        !ended_.empty(),
    };
}

awaitable<bool> task_runner::run() {
    holding_->has_hook = !submission().notify_hook.empty();
    if (claim_event_ && holding_->has_hook) {
        start_callback("SUBMITTED", "0%", std::move(*claim_event_));
    }
    claim_event_.reset();
    co_return co_await go_on(events::done{});
}

void task_runner::when_answered(std::function<void()> go) {
    only_->answer->when_ready(std::move(go));
}

awaitable<bool> task_runner::resume() {
    auto ended = co_await receive(std::move(*only_));
    only_.reset();
    co_return co_await go_on(std::move(ended));
}

awaitable<bool> task_runner::go_on(event came) {
    for (;;) {
        action next = machine_.resume(std::move(came), look_around());
        holding_->called = record().called;
        holding_->expected_ms = record().expected;
        if (std::holds_alternative<actions::leave>(next)) {
            break;
        }
        if (only_ && std::holds_alternative<actions::wait>(next)) {
            co_return false;
        }
        try {
            auto under_way = std::visit([this](auto& todo) { return perform(todo); }, next);
            came = co_await std::move(under_way);
        } catch (...) {
            if (std::exchange(trouble_, std::current_exception())) {
                throw; // as when the worker is cut
            }
            machine_.abandon();
            came = events::woken{};
        }
    }
    if (trouble_) {
        std::rethrow_exception(trouble_);
    }
    co_return true;
}

void task_runner::leave() {
    const auto found = on_->held.find(id());
    if (found != on_->held.end() && found->second == holding_) {
        on_->held.erase(found);
    }
}

void task_runner::start_callback(
    std::string status, std::string progress, queue::event_lease lease, std::string body
) {
    due_callback due;
    due.hook = submission().notify_hook;
    due.trace = trace_;
    due.body = body.empty()
                   ? task::render_event_view(record(), submission(), status, progress, now())
                   : handed_out(*on_, body, id(), submission());
    due.event.record.id = id();
    due.event.record.caller = record().caller;
    due.event.sequence = lease.sequence;
    due.event.status = std::move(status);
    due.event.progress = std::move(progress);
    due.event.nonce = std::move(lease.nonce);
    start_delivery(on_, std::move(due));
}

// -- Calls

awaitable<event> task_runner::perform(const actions::find_keys&) {
    events::keys_found found;
    found.has_room = co_await on_->parts.disk.has_room();
    if (!found.has_room) {
        found.no_room = on_->parts.disk.last().sentence();
        co_return found;
    }
    const auto& backends = on_->parts.backends;
    const auto& request = submission().request;
    const auto dice = static_cast<std::uint64_t>(std::hash<std::string>{}(record().nonce));
    const auto keys = backends.candidates(request, dice);
    for (const auto& key : keys) {
        const auto* at = backends.owner_of(key.name);
        if (at == nullptr) {
            continue;
        }
        const auto& name = at->options().name;
        auto& last = found.keys;
        key_choice choice;
        if (!last.empty() && last.back().backend == name) { // a backend's keys stand together
            choice = last.back();
        } else {
            choice.backend = name;
            choice.timeout = at->options().timeout;
            choice.plan = at->speaks().plan(request);
            // Whatever it lacks, a single key is taken.
            choice.lacking =
                keys.size() == 1 ? 0 : static_cast<int>(at->speaks().inexpressible(request).size());
        }
        choice.slot = {key.name, key.limit, key.group, key.pictures};
        found.keys.push_back(std::move(choice));
    }
    co_return found;
}

// Where a backend reads pictures only by address: signed links of the process that took the task.
backend::picture_source task_runner::link_source(milliseconds limit) {
    const unix_millis expires = now() + (limit + link_slack).count();
    return [key = on_->options.link_key,
            base = submission().public_url,
            expires](const task::picture_ref& wanted) -> result<std::string> {
        return store::picture_link(key, base, {wanted.id, wanted.n, expires});
    };
}

awaitable<result<backend::wire_request>> task_runner::build(
    const backend::dialect& dialect, const backend::call_plan& plan, milliseconds limit
) {
    auto& images = on_->parts.images;
    const backend::picture_source source = [&images](const task::picture_ref& wanted) {
        return images.read(wanted.id, wanted.n);
    };
    const auto links = link_source(limit);
    const auto& request = submission().request;
    // Requests with pictures read files; those go to the pool.
    if (request.pictures.empty()) {
        co_return dialect.encode(request, plan, source, links);
    }
    auto encode = [&dialect, request, plan, source, links] {
        return dialect.encode(request, plan, source, links);
    };
    co_return co_await on_->parts.pool.run(std::move(encode));
}

awaitable<event> task_runner::perform(const actions::ask& todo) {
    const auto& request = submission().request;
    auto* at = on_->parts.backends.find(todo.key.backend);
    const milliseconds limit = todo.key.timeout;
    auto wire = co_await build(at->speaks(), todo.plan, limit);
    if (!wire) {
        log::warning(
            "a request could not be built",
            {{"task", id()}, {"trace", trace_.id}, {"reason", wire.error().detail}}
        );
        co_return events::unbuildable{wire.error()};
    }
    queue::call_marker marker;
    marker.index = todo.index;
    marker.backend = todo.key.backend;
    marker.slot = todo.key.slot;
    marker.first_picture = todo.plan.first;
    marker.count = todo.plan.count;
    marker.timeout = limit;
    marker.duration_key = task::duration_class_of(request);
    marker.cost_micros = at->prices().of_picture(request) * todo.plan.count;
    marker.backend_cap_micros = micros_of(at->options().max_spend_per_day);
    marker.total_cap_micros = micros_of(on_->options.max_spend_per_day);
    marker.event_lease = holding_->has_hook ? event_lease(*on_) : milliseconds(0);
    const auto asked = std::chrono::steady_clock::now();
    auto granted = co_await on_->parts.tasks.calling(holding_->held, marker);
    if (granted && granted->what == queue::call_permit::granted) {
        holding_->vouch_for(limit + call_slack);
        granted_ = std::make_unique<granted_call>(
            granted_call{todo.index, at, std::move(*wire), asked + limit}
        );
    } else if (granted && granted->what == queue::call_permit::over_budget) {
        on_->broke[marker.backend] = std::chrono::steady_clock::now() + broke_for;
    }
    co_return events::asked{std::move(granted)};
}

awaitable<event> task_runner::perform(const actions::take_back& todo) {
    auto& tasks = on_->parts.tasks;
    auto undo = [&tasks, held = holding_->held, index = todo.index] {
        return tasks.not_started(held, index, {});
    };
    holding_->vouch_for(insist_limit);
    if (auto undone = co_await insist(undo); !undone) {
        log::debug("no marker to take back", {{"task", id()}, {"trace", trace_.id}});
    }
    co_return events::done{};
}

awaitable<event> task_runner::perform(const actions::send& todo) {
    if (todo.event) {
        start_callback("IN_PROGRESS", "1%", *todo.event);
    }
    const std::shared_ptr<granted_call> call = std::exchange(granted_, nullptr);
    if (!todo.alone) {
        on_->work.spawn("call of " + id(), [self = shared_from_this(), call] {
            return self->make_call(call);
        });
        co_return events::done{};
    }
    submission_.reset(); // meanwhile it is kept as its text alone: a quarter of it
    auto sent = co_await send(std::move(*call));
    if (sent.answer) {
        only_ = std::make_unique<sent_call>(std::move(sent));
    } else {
        auto ended = co_await receive(std::move(sent));
        ended_.push_back(std::move(ended));
    }
    co_return events::done{};
}

awaitable<> task_runner::make_call(std::shared_ptr<granted_call> granted) {
    auto sent = co_await send(std::move(*granted));
    auto ended = co_await receive(std::move(sent));
    ended_.push_back(std::move(ended));
    call_ended_.ring();
}

awaitable<task_runner::sent_call> task_runner::send(granted_call granted) {
    sent_call sent;
    sent.index = granted.index;
    sent.at = granted.at;
    sent.path = granted.wire.path;
    sent.span = task::new_span();
    sent.began = std::chrono::steady_clock::now();
    const auto& calls = record().calls;
    const auto marked = std::find_if(calls.begin(), calls.end(), [&sent](const task::call& call) {
        return call.index == sent.index;
    });
    sent.slot = marked->slot;
    const auto limit = std::max(
        milliseconds(0), std::chrono::duration_cast<milliseconds>(granted.until - sent.began)
    );
    granted.wire.headers.set("traceparent", task::to_traceparent(trace_, sent.span));
    sent.answer = co_await sent.at->begin(std::move(granted.wire), sent.slot, limit);
    co_return sent;
}

awaitable<events::call_ended> task_runner::receive(sent_call sent) {
    events::call_ended ended;
    ended.index = sent.index;
    auto& came = ended.came;
    if (sent.answer) {
        auto made = co_await sent.answer->end();
        sent.answer.reset();
        came = sent.at->judge(submission().request, std::move(made));
    } else {
        came.what = backend::verdict::not_started;
        came.detail = "no key of this process is named so";
    }
    if (came.key == backend::key_effect::absent) {
        ended.address = address_of(sent.at->options().base_url, sent.path);
    }
    ended.price = sent.at->prices().of_picture(submission().request);
    tell_end(came, sent);
    tell_change(came, sent);
    holding_->vouch_for(insist_limit);
    on_->made_progress();
    co_return ended;
}

void task_runner::tell_end(const backend::outcome& came, const sent_call& sent) const {
    static constexpr std::string_view words[] = {
        "answered", "not_started", "refused", "unknowable"
    };
    const std::string word(words[static_cast<std::size_t>(came.what)]);
    const auto& name = sent.at->options().name;
    const auto took = std::chrono::steady_clock::now() - sent.began;
    on_->parts.metrics.count(
        "imagined_calls_total",
        "Calls to backends by outcome.",
        {{"backend", name}, {"outcome", word}}
    );
    on_->parts.metrics.observe(
        "imagined_call_seconds",
        "Duration of calls to backends.",
        std::chrono::duration<double>(took).count(),
        {{"backend", name}}
    );
    log::debug(
        "call ended",
        {{"task", id()},
         {"trace", trace_.id},
         {"span", sent.span},
         {"backend", name},
         {"outcome", word},
         {"detail", came.detail}}
    );
}

// Of what a key, or an operation at its backend, meets only the change is told.
void task_runner::tell_change(const backend::outcome& came, const sent_call& sent) {
    const auto route =
        fmt::format("{}/{}", sent.at->options().name, task::to_string(submission().request.what));
    if (came.what == backend::verdict::answered) {
        const bool key = on_->troubles.erase(sent.slot) > 0;
        if (on_->troubles.erase(route) > 0 || key) {
            log::info("a backend takes calls again", {{"slot", sent.slot}});
        }
    }
    if (came.what == backend::verdict::not_started) {
        const bool absent = came.key == backend::key_effect::absent;
        if (on_->is_news(absent ? route : sent.slot, came.key)) {
            log::warning(
                "a call did not start; the same again is not told",
                {{"task", id()}, {"trace", trace_.id}, {"slot", sent.slot}, {"reason", came.detail}}
            );
        }
    }
}

awaitable<event> task_runner::perform(const actions::wait& todo) {
    const milliseconds limit = ended_.empty() ? todo.limit : milliseconds(0);
    co_await call_ended_.wait(limit);
    if (ended_.empty()) {
        co_return events::woken{};
    }
    auto ended = std::move(ended_.front());
    ended_.erase(ended_.begin());
    co_return ended;
}

// -- Writing down

awaitable<event> task_runner::perform(const actions::record_not_started& todo) {
    auto& tasks = on_->parts.tasks;
    auto write = [&tasks, held = holding_->held, &todo] {
        return tasks.not_started(held, todo.index, todo.said);
    };
    holding_->vouch_for(insist_limit);
    auto told = co_await insist(write);
    co_return events::setback_told{std::move(told)};
}

awaitable<event> task_runner::perform(const actions::record_lost& todo) {
    auto& tasks = on_->parts.tasks;
    auto write = [&tasks, held = holding_->held, &todo] {
        return tasks.lost(held, todo.index, todo.why, todo.after);
    };
    holding_->vouch_for(insist_limit);
    auto told = co_await insist(write);
    co_return events::loss_told{std::move(told)};
}

awaitable<event> task_runner::perform(const actions::record_answer& todo) {
    auto& tasks = on_->parts.tasks;
    begin_downloads(todo.pictures, todo.unreadable_answers);
    auto write = [&tasks, held = holding_->held, &todo] {
        return tasks.stored(held, todo.index, todo.answer, todo.complete, todo.cost_micros);
    };
    holding_->vouch_for(insist_limit);
    // Nobody else knows it, so it is written down whenever Redis can do that again.
    const auto written = co_await insist(write, answer_limit);
    if (written) {
        on_->parts.metrics.count(
            "imagined_spent_usd_total",
            "Price of the answered calls of this process, by the price table.",
            {{"caller", on_->caller_label(record().caller)}, {"backend", todo.backend}},
            static_cast<double>(todo.cost_micros) / task::micros_per_dollar
        );
    } else {
        log::warning(
            "a paid answer came late",
            {{"task", id()}, {"trace", trace_.id}, {"reason", written.error().detail}}
        );
    }
    co_return events::recorded{written};
}

awaitable<event> task_runner::perform(const actions::mark_complete& todo) {
    auto& tasks = on_->parts.tasks;
    auto write = [&tasks, held = holding_->held, &todo] {
        return tasks.stored(held, todo.index, todo.answer, true, 0);
    };
    holding_->vouch_for(storing_vouch);
    auto written = co_await insist(write);
    co_return events::recorded{std::move(written)};
}

awaitable<event> task_runner::perform(const actions::release& todo) {
    auto& tasks = on_->parts.tasks;
    std::string lane; // "" is its own
    if (todo.to == actions::lane::storing) {
        lane = queue::storing_lane;
    } else if (todo.to == actions::lane::where_it_belongs) {
        // A task of the version before, or of another configuration, goes where it is known who
        // serves it and how many places it needs.
        lane = on_->parts.backends.lane_of(submission().request);
        if (lane == record().lane) {
            lane.clear();
        }
    }
    auto write = [&tasks, held = holding_->held, &lane, &todo] {
        return tasks.release(held, lane, todo.delay, todo.why);
    };
    const milliseconds limit = on_->draining ? farewell_limit : milliseconds(insist_limit);
    if (auto released = co_await insist(write, limit); !released) {
        log::debug(
            "a lease was not given back",
            {{"task", id()}, {"trace", trace_.id}, {"reason", released.error().detail}}
        );
    }
    co_return events::done{};
}

awaitable<event> task_runner::perform(const actions::settle& todo) {
    auto& tasks = on_->parts.tasks;
    auto write = [&tasks, held = holding_->held, &todo] {
        return tasks.not_started(held, todo.index, todo.said);
    };
    // Stale as a rule, because the task has ended; the place is free all the same.
    const auto told = co_await insist(write);
    if (!told && told.error().kind != failure_kind::conflict) {
        log::warning(
            "a refused call keeps its place to its deadline",
            {{"task", id()}, {"trace", trace_.id}, {"reason", told.error().detail}}
        );
    }
    co_return events::done{};
}

awaitable<event> task_runner::perform(const actions::leave&) {
    co_return events::done{};
}

// -- Storing

void task_runner::begin_downloads(
    const std::vector<picture_order>& orders, int unreadable_answers
) {
    if (unreadable_answers > 0) {
        log::error("a recorded answer cannot be read", {{"task", id()}, {"trace", trace_.id}});
    }
    if (!downloads_) {
        downloads_ = std::make_shared<downloads>(on_, id(), record().attempt, trace_.id);
    }
    downloads_->begin(orders);
}

awaitable<event> task_runner::perform(const actions::obtain& todo) {
    begin_downloads(todo.pictures, todo.unreadable_answers);
    bool over = false;
    while (!over) {
        holding_->vouch_for(storing_vouch); // each picture has its own limits
        over = co_await downloads_->wait(storing_vouch / 2);
    }
    co_return events::obtained{downloads_->take_outcomes()};
}

awaitable<event> task_runner::perform(const actions::wait_for_disk& todo) {
    if (!todo.trouble.empty()) {
        log::error(
            "what is paid cannot be stored; it is tried again until its links are dead",
            {{"task", id()}, {"trace", trace_.id}, {"reason", todo.trouble}}
        );
    }
    downloads_->drop_bytes();
    holding_->vouch_for(storing_vouch);
    co_await pause_for(todo.limit);
    co_return events::woken{};
}

awaitable<event> task_runner::perform(const actions::ask_disk& todo) {
    const bool fits = co_await on_->parts.disk.can_take(todo.bytes);
    co_return events::disk_answered{fits};
}

awaitable<event> task_runner::perform(const actions::show& todo) {
    if (todo.stored.empty()) {
        co_return co_await show_submitted();
    }
    wanted_view wanted;
    wanted.id = id();
    wanted.listed = todo.listed;
    wanted.grid = draws_grid(submission());
    wanted.tidy = !submission().native;
    wanted.format = on_->options.grid_format;
    for (const auto& one : todo.stored) {
        wanted.numbers.push_back(one.n);
        wanted.bytes.push_back(downloads_->take_bytes(one.at));
    }
    const auto kept = std::make_shared<wanted_view>(std::move(wanted));
    auto make = [&images = on_->parts.images, kept] {
        return make_shown(images, std::move(*kept));
    };
    auto made = co_await on_->parts.pool.run(std::move(make));
    events::shown shown;
    if (made) {
        shown = std::move(*made);
    } else {
        shown.picture = made.error();
    }
    co_return shown;
}

awaitable<event> task_runner::show_submitted() {
    const auto asked = submission().request.pictures.front();
    auto link = [&images = on_->parts.images, asked, id = id()] {
        return images.link(asked.id, asked.n, id, 0);
    };
    const auto made = co_await on_->parts.pool.run(std::move(link));
    events::shown shown;
    if (made) {
        shown.picture = described(0, *made);
    } else {
        shown.picture = made.error();
        log::warning(
            "a described picture cannot be shown",
            {{"task", id()}, {"trace", trace_.id}, {"reason", made.error().detail}}
        );
    }
    co_return shown;
}

// -- Ending

awaitable<event> task_runner::perform(actions::finish& todo) {
    auto& tasks = on_->parts.tasks;
    auto& how = todo.how;
    if (todo.delivered && submission().request.what != task::operation::describe) {
        const auto count = todo.delivered->pictures.size();
        todo.delivered->buttons = buttons_under(submission(), count, on_->parts.backends, id());
    }
    how.view = task::render_view(
        record(),
        submission(),
        todo.delivered,
        task::bill{record().cost_micros, how.billed},
        record().finished
    );
    how.event_lease = holding_->has_hook ? event_lease(*on_) : milliseconds(0);
    auto write = [&tasks, held = holding_->held, &how] { return tasks.finish(held, how); };
    holding_->vouch_for(insist_limit);
    auto written = co_await insist(write);
    if (!written) {
        log::warning(
            "an end was not accepted",
            {{"task", id()}, {"trace", trace_.id}, {"reason", written.error().detail}}
        );
        co_return events::done{};
    }
    const std::string end = how.code ? std::string(task::to_string(*how.code)) : "SUCCESS";
    if (*written) {
        start_callback(
            how.success ? "SUCCESS" : "FAILURE", "100%", std::move(**written), std::move(how.view)
        );
    }
    on_->parts.metrics.count(
        "imagined_tasks_total",
        "Tasks ended by this process, by caller.",
        {{"caller", on_->caller_label(record().caller)}, {"end", end}}
    );
    log::info("task ended", {{"task", id()}, {"trace", trace_.id}, {"end", end}});
    co_return events::done{};
}

namespace {

using part_of_life = awaitable<bool> (task_runner::*)();

// Goes on with a task until it is over, or its one call is waited for.
awaitable<>
run_task(std::shared_ptr<shift> on, std::shared_ptr<task_runner> runner, part_of_life part) {
    on->made_progress();
    bool over = true;
    std::exception_ptr trouble;
    try {
        over = co_await (*runner.*part)();
    } catch (...) {
        trouble = std::current_exception();
    }
    if (!over) {
        const auto wait = [&runner](std::function<void()> go) {
            runner->when_answered(std::move(go));
        };
        on->work.spawn_later("task " + runner->id(), wait, [on, runner] {
            return run_task(on, runner, &task_runner::resume);
        });
        co_return;
    }
    // Left alone, the task is recovered when its lease ends.
    runner->leave();
    runner.reset();
    on->made_progress();
    on->freed.ring();
    if (!on->lanes.empty()) {
        on->claimable.ring();
    }
    if (trouble) {
        std::rethrow_exception(trouble);
    }
}

} // namespace

void start_task(const std::shared_ptr<shift>& on, queue::claimed claimed) {
    const auto kept = std::make_shared<holding>();
    const auto& record = claimed.record;
    kept->held = {record.id, record.attempt, record.nonce};
    kept->vouch_for(first_vouch);
    on->held[record.id] = kept;
    std::string name = "task " + record.id;
    auto runner = std::make_shared<task_runner>(on, std::move(claimed), kept);
    on->work.spawn(std::move(name), [on, runner = std::move(runner)]() mutable {
        return run_task(on, std::move(runner), &task_runner::run);
    });
}

} // namespace imagined::worker
