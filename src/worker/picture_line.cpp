#include "picture_line.hpp"

#include <algorithm>
#include <utility>

namespace imagined::worker {

namespace {

constexpr std::size_t most_together = 64;
constexpr milliseconds patience{1000}; // should nobody ring

} // namespace

// Storing what waits, from construction to destruction; then the next in the line looks. Whoever
// has no result by then gets none: the one who was storing was cut off.
class picture_line::turn {
public:
    explicit turn(picture_line& of) : of_(of) {
        of_.storing_ = true;
        const std::size_t count = std::min(of_.waiting_.size(), most_together);
        const auto last = of_.waiting_.begin() + static_cast<std::ptrdiff_t>(count);
        together.assign(of_.waiting_.begin(), last);
        of_.waiting_.erase(of_.waiting_.begin(), last);
    }

    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;

    ~turn() {
        of_.storing_ = false;
        for (const auto& one : together) {
            if (!one->ended) {
                one->ended = failure{failure_kind::unavailable, "the storing was cut off"};
            }
            one->look.ring();
        }
        if (!of_.waiting_.empty()) {
            of_.waiting_.front()->look.ring();
        }
    }

    batch together;

private:
    picture_line& of_;
};

awaitable<> picture_line::store_waiting() {
    turn mine(*this);
    auto job = [together = mine.together, store = store_] {
        std::vector<store::new_picture> pictures;
        for (const auto& one : together) {
            const order& wanted = one->wanted;
            pictures.push_back({wanted.id, wanted.n, *wanted.bytes, wanted.shown});
        }
        return store(pictures);
    };
    auto stored = co_await pool_.run(std::move(job));
    for (std::size_t i = 0; i < mine.together.size(); ++i) {
        mine.together[i]->ended =
            stored ? std::move((*stored)[i]) : result<store::stored_picture>(stored.error());
    }
}

awaitable<result<store::stored_picture>> picture_line::put(order wanted) {
    const auto own = std::make_shared<standing>(std::move(wanted), on_);
    waiting_.push_back(own);
    while (!own->ended) {
        if (storing_) {
            co_await own->look.wait(patience);
        } else {
            co_await store_waiting();
        }
    }
    co_return std::move(*own->ended);
}

} // namespace imagined::worker
