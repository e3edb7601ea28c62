// What imageUrl shows: the grid of several pictures, or the single one. Here it comes to light that
// a picture is damaged, because all of a grid are decoded; the others are numbered anew then, so
// that the second picture of a task is the second one that it has.
#include "imagined/base/step_back.hpp"
#include "imagined/store/renumbering.hpp"
#include "task_step.hpp"

#include <algorithm>
#include <numeric>

namespace imagined::worker {

namespace {

constexpr std::size_t most_cells = 4;

// The work of one pool job.
struct showing {
    store::image_store& images;
    std::string id;
    std::vector<int> numbers;       // of the pictures that there are, ascending
    std::vector<std::string> bytes; // of each; "" where it is to be read
    int listed = 0;                 // how many there were to be
    bool grid = false;
    bool tidy = false; // numbers without gaps are wanted
    store::picture_format format = store::picture_format::jpeg;

    std::vector<int> damaged = {};
    bool undrawable = false;    // the pictures are well, and their grid cannot be made
    bool half_numbered = false; // cut short by the disk: nothing is known of the files any more

    result<store::stored_picture> run();

private:
    result<void> read_all();
    result<std::string> compose();
    void drop_damaged();
    result<void> number_anew();
};

bool is_about_pictures(const failure& why) {
    return why.kind == failure_kind::invalid || why.kind == failure_kind::corrupt;
}

result<void> showing::read_all() {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (bytes[i].empty()) { // stored by an earlier attempt
            auto read = images.read(id, numbers[i]);
            if (!read) {
                return read.error();
            }
            bytes[i] = std::move(*read);
        }
    }
    return {};
}

void showing::drop_damaged() {
    for (std::size_t i = numbers.size(); i-- > 0;) {
        if (!store::decode(bytes[i])) {
            damaged.insert(damaged.begin(), numbers[i]);
            numbers.erase(numbers.begin() + static_cast<std::ptrdiff_t>(i));
            bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
}

// "" where there is to be none.
result<std::string> showing::compose() {
    if (!grid || numbers.size() < 2) {
        return std::string();
    }
    if (auto read = read_all(); !read) {
        return std::move(read).error();
    }
    for (int tries = 0; tries < 2 && numbers.size() > 1; ++tries) {
        const std::size_t cells = std::min(numbers.size(), most_cells);
        const std::vector<std::string_view> views(
            bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(cells)
        );
        auto composed = store::compose_grid(views, format);
        if (composed || !is_about_pictures(composed.error())) {
            return composed;
        }
        const std::size_t before = numbers.size();
        drop_damaged();
        undrawable = numbers.size() == before;
    }
    return std::string();
}

result<void> showing::number_anew() {
    if (!tidy || static_cast<int>(numbers.size()) == listed) {
        return {};
    }
    const auto done = store::renumber(images, id, numbers, listed);
    half_numbered = !done;
    if (done) {
        std::iota(numbers.begin(), numbers.end(), 1);
    }
    return done;
}

result<store::stored_picture> showing::run() {
    step_back();
    const auto composed = compose();
    if (!composed) {
        return composed.error();
    }
    if (numbers.empty()) {
        return failure{failure_kind::corrupt, "no picture can be decoded"};
    }
    if (auto numbered = number_anew(); !numbered) {
        return std::move(numbered).error();
    }
    return composed->empty() ? images.link(id, numbers.front(), id, 0)
                             : images.put(id, 0, *composed);
}

} // namespace

bool shows_grid(const task::submission& submission) {
    return !submission.native && submission.request.what != task::operation::upscale;
}

task::picture described(int n, const store::stored_picture& stored) {
    task::picture made;
    made.n = n;
    made.width = stored.info.width;
    made.height = stored.info.height;
    made.bytes = stored.bytes;
    made.media_type = store::media_type(stored.info.format);
    return made;
}

awaitable<result<task_step::shown_picture>>
task_step::make_shown(std::vector<wanted_picture>& pictures) {
    if (pictures.size() == 1 && pictures.front().is_shown) {
        shown_picture same{pictures.front().shown, {}};
        same.picture.n = 0;
        same.picture.seed.clear();
        same.picture.prompt.clear();
        co_return same;
    }
    using state = wanted_picture::state;
    const auto work = std::make_shared<showing>(showing{
        on_->parts.images,
        record_.id,
        {},
        {},
        static_cast<int>(pictures.size()),
        shows_grid(*submission_),
        !submission_->native,
        on_->options.grid_format
    });
    std::vector<wanted_picture*> there;
    for (auto& one : pictures) {
        if (one.now == state::stored) {
            there.push_back(&one);
            work->numbers.push_back(one.shown.n);
            work->bytes.push_back(std::move(one.bytes));
        }
    }
    auto make = [work] { return work->run(); };
    const auto made = co_await on_->parts.pool.run(std::move(make));
    std::size_t next = 0;
    for (auto* one : there) {
        const auto& damaged = work->damaged;
        if (std::find(damaged.begin(), damaged.end(), one->shown.n) != damaged.end()) {
            one->now = state::damaged;
        } else if (work->half_numbered) {
            one->now = state::open;
        } else if (next < work->numbers.size()) {
            one->shown.n = work->numbers[next++];
        }
    }
    if (!made) {
        co_return made.error();
    }
    shown_picture shown{described(0, *made), {}};
    if (work->undrawable) {
        shown.notes.emplace_back("the grid of these pictures cannot be drawn");
    }
    co_return shown;
}

} // namespace imagined::worker
