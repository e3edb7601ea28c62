#include "showing.hpp"

#include "imagined/base/step_back.hpp"
#include "imagined/store/renumbering.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <utility>

namespace imagined::worker {

namespace {

constexpr std::size_t most_cells = 4;

class showing {
public:
    showing(store::image_store& images, wanted_view wanted)
        : images_(images), wanted_(std::move(wanted)) {}

    events::shown run();

private:
    result<store::stored_picture> show();
    result<void> read_all();
    result<std::string> compose();
    void drop_damaged();
    result<void> number_anew();

    store::image_store& images_;
    wanted_view wanted_;
    std::vector<int> damaged_;
    bool undrawable_ = false;
    bool half_numbered_ = false;
};

result<void> showing::read_all() {
    for (std::size_t i = 0; i < wanted_.numbers.size(); ++i) {
        if (wanted_.bytes[i].empty()) { // stored by an earlier attempt
            auto read = images_.read(wanted_.id, wanted_.numbers[i]);
            if (!read) {
                return read.error();
            }
            wanted_.bytes[i] = std::move(*read);
        }
    }
    return {};
}

void showing::drop_damaged() {
    for (std::size_t i = wanted_.numbers.size(); i-- > 0;) {
        if (!store::decode(wanted_.bytes[i])) {
            damaged_.insert(damaged_.begin(), wanted_.numbers[i]);
            wanted_.numbers.erase(wanted_.numbers.begin() + static_cast<std::ptrdiff_t>(i));
            wanted_.bytes.erase(wanted_.bytes.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
}

// "" where there is to be none.
result<std::string> showing::compose() {
    if (!wanted_.grid || wanted_.numbers.size() < 2) {
        return std::string();
    }
    if (auto read = read_all(); !read) {
        return std::move(read).error();
    }
    for (int tries = 0; tries < 2 && wanted_.numbers.size() > 1; ++tries) {
        const std::size_t cells = std::min(wanted_.numbers.size(), most_cells);
        const std::vector<std::string_view> views(
            wanted_.bytes.begin(), wanted_.bytes.begin() + static_cast<std::ptrdiff_t>(cells)
        );
        auto composed = store::compose_grid(views, wanted_.format);
        if (composed || !is_about_pictures(composed.error())) {
            return composed;
        }
        const std::size_t before = wanted_.numbers.size();
        drop_damaged();
        undrawable_ = wanted_.numbers.size() == before;
    }
    return std::string();
}

result<void> showing::number_anew() {
    if (!wanted_.tidy || static_cast<int>(wanted_.numbers.size()) == wanted_.listed) {
        return {};
    }
    const auto done = store::renumber(images_, wanted_.id, wanted_.numbers, wanted_.listed);
    half_numbered_ = !done;
    if (done) {
        std::iota(wanted_.numbers.begin(), wanted_.numbers.end(), 1);
    }
    return done;
}

events::shown showing::run() {
    step_back();
    const auto stored = show();
    events::shown made;
    if (stored) {
        made.picture = described(0, *stored);
    } else {
        made.picture = stored.error();
    }
    made.numbers = std::move(wanted_.numbers);
    made.damaged = std::move(damaged_);
    made.undrawable = undrawable_;
    made.half_numbered = half_numbered_;
    return made;
}

result<store::stored_picture> showing::show() {
    const auto composed = compose();
    if (!composed) {
        return composed.error();
    }
    if (wanted_.numbers.empty()) {
        return failure{failure_kind::corrupt, "no picture can be decoded"};
    }
    if (auto numbered = number_anew(); !numbered) {
        return std::move(numbered).error();
    }
    return composed->empty() ? images_.link(wanted_.id, wanted_.numbers.front(), wanted_.id, 0)
                             : images_.put(wanted_.id, 0, *composed);
}

} // namespace

bool is_about_pictures(const failure& why) {
    return why.kind == failure_kind::invalid || why.kind == failure_kind::corrupt;
}

bool draws_grid(const task::submission& submission) {
    const auto asked = static_cast<std::size_t>(std::max(submission.request.images, 0));
    return shows_grid(submission) && asked <= most_cells;
}

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

events::shown make_shown(store::image_store& images, wanted_view wanted) {
    return showing(images, std::move(wanted)).run();
}

} // namespace imagined::worker
