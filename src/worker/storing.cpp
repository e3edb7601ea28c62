// The second half of a task's life: what was paid is downloaded, stored durably, shown, and the
// task ends. Everything here may be done again by another worker without another call.
#include "imagined/base/log.hpp"
#include "imagined/base/step_back.hpp"
#include "imagined/task/fail_texts.hpp"
#include "imagined/task/follow_up.hpp"
#include "imagined/task/job_id.hpp"
#include "insist.hpp"
#include "task_step.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace imagined::worker {

namespace {

constexpr int download_tries = 4;
constexpr milliseconds download_pause{500};
constexpr milliseconds download_limit{60000};
constexpr seconds download_again_after{15};
constexpr std::int64_t link_lifetime_ms = 24LL * 3600 * 1000; // where a link states no `exp`
constexpr seconds storing_vouch{600};

// A page of words in a picture's place may be a moment's trouble of who delivers it.
bool may_pass(const failure& why) {
    return why.kind == failure_kind::unavailable || why.kind == failure_kind::corrupt;
}

// Midjourney shows grids of everything but what was enlarged.
bool shows_grid(const task::submission& submission) {
    return !submission.native && submission.request.what != task::operation::upscale;
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

task::picture describe(int n, const store::stored_picture& stored) {
    task::picture made;
    made.n = n;
    made.width = stored.info.width;
    made.height = stored.info.height;
    made.bytes = stored.bytes;
    made.media_type = store::media_type(stored.info.format);
    return made;
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
    result<std::string> last = failure{};
    for (int tried = 0; tried < download_tries; ++tried) {
        if (tried > 0) {
            co_await pause_for(download_pause * (1 << tried));
        }
        last =
            co_await at->fetch_picture(wanted.url, on_->options.max_picture_bytes, download_limit);
        if (last || !may_pass(last.error())) {
            break;
        }
    }
    co_return last;
}

std::shared_ptr<task_step::downloads> task_step::begin_downloads() {
    auto begun = std::make_shared<downloads>(on_->parts.on);
    begun->pictures = list_pictures();
    begun->under_way = begun->pictures.size();
    for (std::size_t i = 0; i < begun->pictures.size(); ++i) {
        on_->work.spawn("picture of " + record_.id, [self = shared_from_this(), begun, i] {
            return self->obtain(begun, i);
        });
    }
    return begun;
}

awaitable<> task_step::all_of(std::shared_ptr<downloads> begun) {
    while (begun->under_way > 0) {
        co_await begun->ended.wait(storing_vouch); // each picture has its own limits
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
        wanted.shown = describe(n, stored);
        wanted.shown.seed = told.seed;
        wanted.shown.prompt = told.prompt;
        wanted.now = wanted_picture::state::stored;
    };
    if (record_.attempt > 1) {
        auto find = [&images, id, n] { return images.find(id, n); };
        if (const auto found = co_await on_->parts.pool.run(std::move(find))) {
            keep(*found);
            co_return;
        }
    }
    auto bytes = co_await download(wanted);
    if (!bytes) {
        const auto born = record_.called == 0 ? record_.submitted : record_.called;
        const auto exp = backend::link_expiry(wanted.url);
        const auto dies = exp ? *exp * 1000 : born + link_lifetime_ms;
        const bool hopeless = bytes.error().kind != failure_kind::unavailable || now() > dies;
        wanted.now = hopeless ? wanted_picture::state::unreadable : wanted_picture::state::later;
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
    const auto stored = co_await on_->parts.pool.run(std::move(put));
    if (stored) {
        keep(*stored);
        wanted.is_shown = alone;
        wanted.bytes = std::move(*held);
        co_return;
    }
    const auto why = stored.error();
    log::error(
        "a picture could not be stored",
        {{"task", id}, {"trace", trace_.id}, {"reason", why.detail}}
    );
    if (why.kind == failure_kind::invalid || why.kind == failure_kind::corrupt) {
        wanted.now = wanted_picture::state::unreadable;
    } else {
        wanted.now = wanted_picture::state::open; // the disk, not the picture
    }
}

// What imageUrl shows: the grid of several pictures, or the single one.
awaitable<result<task::picture>> task_step::make_shown(std::vector<wanted_picture>& pictures) {
    if (pictures.size() == 1 && pictures.front().is_shown) {
        task::picture same = pictures.front().shown;
        same.n = 0;
        same.seed.clear();
        same.prompt.clear();
        co_return same;
    }
    auto& images = on_->parts.images;
    const std::string id = record_.id;
    std::vector<int> numbers;
    auto bytes = std::make_shared<std::vector<std::string>>();
    for (auto& one : pictures) {
        if (one.now == wanted_picture::state::stored) {
            numbers.push_back(one.n);
            bytes->push_back(std::move(one.bytes));
        }
    }
    const auto format = on_->options.grid_format;
    const bool grid = shows_grid(*submission_) && numbers.size() > 1;
    auto make = [&images, id, numbers, bytes, format, grid]() -> result<store::stored_picture> {
        if (!grid) {
            return images.link(id, numbers.front(), id, 0);
        }
        step_back();
        constexpr std::size_t most_cells = 4;
        std::vector<std::string_view> cells;
        for (std::size_t i = 0; i < std::min(numbers.size(), most_cells); ++i) {
            auto& held = (*bytes)[i];
            if (held.empty()) { // stored by an earlier attempt
                auto read = images.read(id, numbers[i]);
                if (!read) {
                    return read.error();
                }
                held = std::move(*read);
            }
            cells.push_back(held);
        }
        auto composed = store::compose_grid(cells, format);
        if (!composed) {
            return composed.error();
        }
        return images.put(id, 0, *composed);
    };
    auto made = co_await on_->parts.pool.run(std::move(make));
    if (!made) {
        co_return made.error();
    }
    co_return describe(0, *made);
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

awaitable<> task_step::deliver() {
    holding_->vouch_for(storing_vouch);
    if (!co_await mark_complete()) {
        co_return;
    }
    const auto begun = downloads_ ? downloads_ : begin_downloads();
    co_await all_of(begun);
    auto& pictures = begun->pictures;

    harvest brought;
    brought.wanted = submission_->request.images;
    brought.unsafe = unsafe_;
    brought.lost = static_cast<int>(assess(record_, brought.wanted).lost.size());
    brought.too_late = too_late_ && !refused_;
    brought.refused = refused_;
    brought.last_words = record_.last_words;
    bool later = false;
    bool disk_trouble = false;
    for (const auto& one : pictures) {
        using state = wanted_picture::state;
        brought.delivered += one.now == state::stored ? 1 : 0;
        brought.unreadable += one.now == state::unreadable ? 1 : 0;
        later = later || one.now == state::later;
        disk_trouble = disk_trouble || one.now == state::open;
    }
    if (disk_trouble) {
        co_await fail(
            task::fail_code::storage_failed,
            task::text_of(task::fail_code::storage_failed),
            "the pictures could not be stored"
        );
    } else if (later) {
        co_await give_back(
            std::string(queue::storing_lane),
            download_again_after,
            "pictures could not be fetched yet"
        );
    } else {
        co_await end(brought, pictures);
    }
}

awaitable<> task_step::end(harvest brought, std::vector<wanted_picture>& pictures) {
    if (submission_->request.what == task::operation::describe) {
        co_await end_described(std::move(brought));
        co_return;
    }
    auto verdict = judge(brought);
    if (verdict.code) {
        co_await fail(*verdict.code, verdict.reason, event_of_failure(*verdict.code));
        co_return;
    }
    task::delivery delivered;
    auto shown = co_await make_shown(pictures);
    if (!shown) {
        co_await fail(
            task::fail_code::storage_failed,
            task::text_of(task::fail_code::storage_failed),
            shown.error().detail
        );
        co_return;
    }
    delivered.shown = std::move(*shown);
    delivered.unsafe = brought.unsafe;
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
    co_await succeed(std::move(delivered), brought.lost > 0, std::move(event));
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
    how.billed = lost ? "unknown" : "yes";
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
