// The second half of a task's life: what was paid is downloaded, stored durably, shown, and the
// task ends. Everything here may be done again by another worker without another call.
#include "imagined/backend/picture_fetcher.hpp"
#include "imagined/base/log.hpp"
#include "imagined/store/renumbering.hpp"
#include "imagined/task/fail_texts.hpp"
#include "imagined/task/follow_up.hpp"
#include "imagined/task/job_id.hpp"
#include "insist.hpp"
#include "storing_rule.hpp"
#include "task_step.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace imagined::worker {

namespace {

constexpr int download_tries = 4;
constexpr int tries_when_it_failed_before = 1; // all attempts together must not take without end
constexpr milliseconds download_pause{500};
constexpr milliseconds download_limit{60000};
constexpr std::size_t most_downloads = 64; // each may take max_picture_bytes of memory
constexpr seconds storing_vouch{600};
constexpr milliseconds storing_glance{250}; // at whether the worker stops, while storing waits

// A page of words in a picture's place may be a moment's trouble of who delivers it.
bool may_pass(const failure& why) {
    return why.kind == failure_kind::unavailable || why.kind == failure_kind::corrupt;
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

// A place among the downloads of this worker.
class download_place {
public:
    explicit download_place(shift& of) : of_(of) { ++of_.downloads; }

    download_place(const download_place&) = delete;
    download_place& operator=(const download_place&) = delete;

    ~download_place() {
        --of_.downloads;
        of_.download_line.ring("");
    }

private:
    shift& of_;
};

awaitable<> wait_for_place(std::shared_ptr<shift> on) {
    if (on->downloads < most_downloads && on->download_line.empty("")) {
        co_return;
    }
    waiting_lines::stand in_line(on->download_line, "", on->parts.on);
    while (!in_line.is_first() || on->downloads >= most_downloads) {
        co_await in_line.turn.wait(seconds(1));
    }
}

} // namespace

// Pictures get consecutive numbers over all answers, without those that the upstream withheld; the
// numbers depend on the recorded answers alone, so a worker that takes over continues them.
std::vector<task_step::wanted_picture> task_step::list_pictures() {
    std::vector<const task::call*> paid;
    for (const auto& call : record_.calls) {
        if (call.now == task::call::state::answered) {
            paid.push_back(&call);
        }
    }
    std::sort(paid.begin(), paid.end(), [](const task::call* a, const task::call* b) {
        return a->first_picture < b->first_picture;
    });
    std::vector<wanted_picture> wanted;
    unsafe_ = 0;
    for (const auto* call : paid) {
        const auto answer = backend::answer_from_text(call->answer);
        if (!answer) {
            log::error(
                "a recorded answer cannot be read", {{"task", record_.id}, {"trace", trace_.id}}
            );
            continue;
        }
        const std::size_t count =
            std::min(answer->pictures.size(), static_cast<std::size_t>(call->count));
        for (std::size_t i = 0; i < count; ++i) {
            const auto& entry = answer->pictures[i];
            if (!entry.safe || entry.url.empty()) {
                ++unsafe_;
                continue;
            }
            wanted_picture one;
            one.n = static_cast<int>(wanted.size()) + 1;
            one.url = entry.url;
            one.backend = call->backend;
            one.shown.seed = entry.seed ? std::to_string(*entry.seed) : "";
            one.shown.prompt = entry.prompt;
            wanted.push_back(std::move(one));
        }
    }
    return wanted;
}

awaitable<result<std::string>> task_step::download(const wanted_picture& wanted) {
    auto* at = on_->parts.backends.find(wanted.backend);
    if (at == nullptr) {
        co_return failure{
            failure_kind::unavailable, "backend " + wanted.backend + " is not configured here"
        };
    }
    const int most = record_.attempt > 2 ? tries_when_it_failed_before : download_tries;
    result<std::string> last = failure{};
    for (int tried = 0; tried < most; ++tried) {
        if (tried > 0) {
            co_await pause_for(download_pause * (1 << tried));
        }
        co_await wait_for_place(on_);
        const download_place taken(*on_);
        last =
            co_await at->fetch_picture(wanted.url, on_->options.max_picture_bytes, download_limit);
        if (last || !may_pass(last.error()) || on_->draining) {
            break;
        }
    }
    co_return last;
}

std::shared_ptr<task_step::downloads> task_step::begin_downloads() {
    auto begun = std::make_shared<downloads>(on_->parts.on);
    begun->pictures = list_pictures();
    obtain_open(begun);
    return begun;
}

void task_step::obtain_open(const std::shared_ptr<downloads>& of) {
    for (std::size_t i = 0; i < of->pictures.size(); ++i) {
        if (of->pictures[i].now == wanted_picture::state::open) {
            ++of->under_way;
            on_->work.spawn("picture of " + record_.id, [self = shared_from_this(), of, i] {
                return self->obtain(of, i);
            });
        }
    }
}

awaitable<> task_step::all_of(std::shared_ptr<downloads> begun) {
    while (begun->under_way > 0) {
        holding_->vouch_for(storing_vouch); // each picture has its own limits
        co_await begun->ended.wait(storing_vouch / 2);
    }
}

// Downloads and stores one picture, unless an earlier attempt did.
awaitable<> task_step::obtain(std::shared_ptr<downloads> all, std::size_t at) {
    const downloads::one under_way{all.get()};
    auto& wanted = all->pictures[at];
    auto& images = on_->parts.images;
    const std::string id = record_.id;
    const int n = wanted.n;
    const auto keep = [&wanted, n](const store::stored_picture& stored) {
        const auto told = wanted.shown;
        wanted.shown = described(n, stored);
        wanted.shown.seed = told.seed;
        wanted.shown.prompt = told.prompt;
        wanted.now = wanted_picture::state::stored;
    };
    if (record_.attempt > 1) {
        auto find = [&images, id, n]() -> result<store::stored_picture> {
            if (store::renumbered(images, id)) {
                return failure{failure_kind::not_found, "another picture may have its number"};
            }
            return images.find(id, n);
        };
        if (const auto found = co_await on_->parts.pool.run(std::move(find))) {
            keep(*found);
            co_return;
        }
    }
    auto bytes = co_await download(wanted);
    if (!bytes) {
        const bool hopeless =
            bytes.error().kind != failure_kind::unavailable || is_link_dead(wanted);
        using state = wanted_picture::state;
        const auto dead =
            wanted.size > 0 ? state::unstored : state::unreadable; // it was had before
        wanted.now = hopeless ? dead : state::later;
        log::warning(
            "a paid picture could not be downloaded",
            {{"task", id},
             {"trace", trace_.id},
             {"picture", std::to_string(n)},
             {"reason", bytes.error().detail}}
        );
        co_return;
    }
    const auto held = std::make_shared<std::string>(std::move(*bytes));
    const bool alone =
        all->pictures.size() == 1 && submission_->request.what != task::operation::describe;
    auto put = [&images, id, n, held, alone] {
        return alone ? images.put_shown(id, n, *held) : images.put(id, n, *held);
    };
    result<store::stored_picture> stored = failure{failure_kind::unavailable, "the disk is full"};
    // What others need of the disk is spared, or an embedded Redis could not write any more.
    if (co_await on_->parts.disk.can_take(held->size())) {
        stored = co_await on_->parts.pool.run(std::move(put));
    }
    if (stored) {
        keep(*stored);
        wanted.is_shown = alone;
        wanted.bytes = std::move(*held);
        co_return;
    }
    const auto why = stored.error();
    if (why.kind == failure_kind::invalid || why.kind == failure_kind::corrupt) {
        wanted.now = wanted_picture::state::unreadable;
        log::error(
            "a picture could not be stored",
            {{"task", id}, {"trace", trace_.id}, {"reason", why.detail}}
        );
        co_return;
    }
    // The disk, not the picture. It is downloaded again rather than held: a full disk is no reason
    // to fill the memory.
    wanted.size = held->size();
    all->trouble = why.detail;
    if (is_link_dead(wanted)) {
        wanted.now = wanted_picture::state::unstored;
    }
}

bool task_step::is_link_dead(const wanted_picture& of) const {
    const auto born = record_.called == 0 ? record_.submitted : record_.called;
    return now() > backend::link_death(of.url, born);
}

// Makes sure that the queue has the task as storing, so that no further call is ever made.
awaitable<bool> task_step::mark_complete() {
    if (record_.state == task::state::storing) {
        co_return true;
    }
    const auto paid =
        std::find_if(record_.calls.begin(), record_.calls.end(), [](const task::call& call) {
            return call.now == task::call::state::answered;
        });
    if (paid == record_.calls.end()) {
        co_return true; // nothing to store; the end is written next
    }
    auto& tasks = on_->parts.tasks;
    const auto held = holding_->held;
    const int index = paid->index;
    const std::string answer = paid->answer;
    auto write = [&tasks, held, index, answer] {
        return tasks.stored(held, index, answer, true, 0);
    };
    const auto written = co_await insist(write);
    co_return written.has_value();
}

harvest task_step::count(const std::vector<wanted_picture>& pictures) const {
    harvest brought;
    brought.wanted = submission_->request.images;
    brought.unsafe = unsafe_;
    brought.lost = static_cast<int>(assess(record_, brought.wanted).lost.size());
    brought.too_late = too_late_ && !refused_;
    brought.refused = refused_;
    brought.last_words = record_.last_words;
    for (const auto& one : pictures) {
        using state = wanted_picture::state;
        brought.delivered += one.now == state::stored ? 1 : 0;
        brought.unreadable += one.now == state::unreadable || one.now == state::later ? 1 : 0;
        brought.unstored += one.now == state::unstored ? 1 : 0;
        if (one.now == state::damaged) {
            brought.damaged.push_back(one.n);
        }
    }
    return brought;
}

awaitable<> task_step::deliver() {
    holding_->vouch_for(storing_vouch);
    if (!co_await mark_complete()) {
        co_return;
    }
    const auto begun = downloads_ ? downloads_ : begin_downloads();
    storing_rule rule;
    for (;;) {
        co_await all_of(begun);
        const auto& pictures = begun->pictures;
        const auto any = [&pictures](wanted_picture::state wanted) {
            return std::any_of(pictures.begin(), pictures.end(), [wanted](const auto& one) {
                return one.now == wanted;
            });
        };
        if (!any(wanted_picture::state::open)) {
            const int stored = count(pictures).delivered;
            if (any(wanted_picture::state::later) && !is_enough(stored, record_.called, now())) {
                co_await give_back(
                    std::string(queue::storing_lane),
                    download_again_after(record_.attempt),
                    "pictures could not be fetched yet"
                );
                co_return;
            }
            const auto ended = co_await end(begun->pictures);
            if (ended) {
                co_return;
            }
            begun->trouble = ended.error().detail;
        }
        if (!co_await wait_to_store(*begun, rule)) {
            co_return;
        }
        obtain_open(begun);
    }
}

// Until the disk may take what is paid, the lease is kept. False: the task is not ours any more.
awaitable<bool> task_step::wait_to_store(downloads& of, storing_rule& rule) {
    using clock = std::chrono::steady_clock;
    if (rule.begins_to_wait()) {
        log::error(
            "what is paid cannot be stored; it is tried again until its links are dead",
            {{"task", record_.id}, {"trace", trace_.id}, {"reason", of.trouble}}
        );
    }
    std::uint64_t size = 0;
    for (auto& one : of.pictures) {
        one.bytes = {};
        size += one.now == wanted_picture::state::open ? one.size : 0;
    }
    bool fits = false;
    while (!fits && !are_links_dead(of.pictures)) {
        const auto end = clock::now() + rule.next_pause();
        for (auto at = clock::now(); at < end; at = clock::now()) {
            holding_->vouch_for(storing_vouch);
            if (on_->draining) {
                co_await give_back(
                    std::string(queue::storing_lane), milliseconds(0), "the worker stops"
                );
            }
            if (gone_ || holding_->lost) {
                co_return false;
            }
            const auto left = std::chrono::duration_cast<milliseconds>(end - at);
            co_await pause_for(std::clamp(left, milliseconds(1), storing_glance));
        }
        fits = co_await on_->parts.disk.can_take(size);
    }
    co_return true;
}

bool task_step::are_links_dead(const std::vector<wanted_picture>& of) const {
    return std::all_of(of.begin(), of.end(), [this](const auto& one) { return is_link_dead(one); });
}

// Fails when what the task shows cannot be stored yet.
awaitable<result<void>> task_step::end(std::vector<wanted_picture>& pictures) {
    if (submission_->request.what == task::operation::describe) {
        co_await end_described(count(pictures));
        co_return result<void>();
    }
    task::delivery delivered;
    auto verdict = judge(count(pictures));
    if (!verdict.code) {
        auto shown = co_await make_shown(pictures);
        verdict = judge(count(pictures)); // with what turned out to be damaged
        if (!shown && !verdict.code) {
            if (!are_links_dead(pictures)) {
                co_return shown.error();
            }
            verdict.code = task::fail_code::storage_failed;
            verdict.reason = task::text_of(task::fail_code::storage_failed);
        }
        if (shown) {
            delivered.shown = std::move(shown->picture);
            delivered.notes = std::move(shown->notes);
        }
    }
    if (verdict.code) {
        co_await fail(*verdict.code, verdict.reason, event_of_failure(*verdict.code));
        co_return result<void>();
    }
    delivered.unsafe = unsafe_;
    for (const auto& one : pictures) {
        if (one.now == wanted_picture::state::stored) {
            delivered.pictures.push_back(one.shown);
        }
    }
    if (!verdict.note.empty()) {
        delivered.notes.push_back(verdict.note);
    }
    delivered.buttons =
        buttons_under(*submission_, delivered.pictures.size(), on_->parts.backends, record_.id);
    std::string event = fmt::format("stored {} pictures", delivered.pictures.size());
    const bool lost = count(pictures).lost > 0;
    co_await succeed(std::move(delivered), lost, std::move(event));
    co_return result<void>();
}

// The history names who refused, and why.
std::string task_step::event_of_failure(task::fail_code code) const {
    const bool refused = !refused_calls_.empty() && refused_ && code == refused_->code;
    return refused ? refused_calls_.front().event : std::string(task::to_string(code));
}

awaitable<> task_step::succeed(task::delivery delivered, bool lost, std::string event) {
    record_.state = task::state::success;
    record_.finished = now();
    queue::ending how;
    how.success = true;
    how.billed = lost ? "unknown" : record_.billed; // "no" where the answers were paid before
    how.event = std::move(event);
    how.view = task::render_view(
        record_,
        *submission_,
        delivered,
        task::bill{record_.cost_micros, how.billed},
        record_.finished
    );
    co_await finish(std::move(how));
}

awaitable<> task_step::fail(task::fail_code code, task::bilingual reason, std::string event) {
    record_.state = task::state::failure;
    record_.finished = now();
    record_.fail_code = code;
    record_.fail_reason = reason.in(submission_->lang);
    queue::ending how;
    how.code = code;
    how.reason = record_.fail_reason;
    how.event = std::move(event);
    const bool lost =
        std::any_of(record_.calls.begin(), record_.calls.end(), [](const task::call& call) {
            return call.now == task::call::state::lost || call.now == task::call::state::in_flight;
        });
    how.billed = lost ? "unknown" : record_.cost_micros > 0 ? "yes" : "no";
    how.view = task::render_view(
        record_,
        *submission_,
        std::nullopt,
        task::bill{record_.cost_micros, how.billed},
        record_.finished
    );
    co_await finish(std::move(how));
}

awaitable<> task_step::finish(queue::ending how) {
    auto& tasks = on_->parts.tasks;
    const auto held = holding_->held;
    const bool success = how.success;
    const std::string code = how.code ? std::string(task::to_string(*how.code)) : "";
    how.event_lease = holding_->has_hook ? event_lease(*on_) : milliseconds(0);
    auto write = [&tasks, held, &how] { return tasks.finish(held, how); };
    holding_->vouch_for(insist_limit);
    auto written = co_await insist(write);
    if (!written) {
        log::warning(
            "an end was not accepted",
            {{"task", record_.id}, {"trace", trace_.id}, {"reason", written.error().detail}}
        );
        co_return;
    }
    if (*written) {
        start_callback(
            success ? "SUCCESS" : "FAILURE", "100%", std::move(**written), std::move(how.view)
        );
    }
    on_->parts.metrics.count(
        "imagined_tasks_total",
        "Tasks ended by this process, by caller.",
        {{"caller", on_->caller_label(record_.caller)}, {"end", success ? "SUCCESS" : code}}
    );
    log::info(
        "task ended",
        {{"task", record_.id}, {"trace", trace_.id}, {"end", success ? "SUCCESS" : code}}
    );
}

} // namespace imagined::worker
