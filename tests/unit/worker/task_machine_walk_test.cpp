// Random lives of tasks, thousands of them: whatever the queue, the upstreams and the disk do, no
// picture is paid twice, a task ends at most once, and every life comes to its end.
#include "task_machine.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace imagined::worker::machine_walk {

constexpr int lives = 4'000;
constexpr int most_steps = 4'000;

const failure stale{failure_kind::conflict, "stale"};
const failure away{failure_kind::unavailable, "redis is away"};

// The world around one machine. Its methods are named as the actions that they answer.
class world {
public:
    explicit world(unsigned seed) : dice_(seed) {
        images_ = 1 + roll(4);
        per_call_ = chance(50) ? 1 : images_;
        at_.now = std::chrono::steady_clock::time_point(milliseconds(1'000'000));
        at_.wall = 1'000'000;
    }

    void live() {
        task::record record;
        record.id = "1";
        record.attempt = 1 + roll(3);
        task_terms terms;
        terms.images = images_;
        task_machine machine(record, chance(50) ? "a:1" : "", terms);
        event came = events::done{};
        for (int steps = 0; steps < most_steps; ++steps) {
            at_.stopping = at_.stopping || chance(1);
            at_.lease_lost = at_.lease_lost || chance(1);
            at_.call_ended = !sent_.empty() && chance(20);
            const action next = machine.resume(std::move(came), at_);
            if (std::holds_alternative<actions::leave>(next)) {
                CHECK(sent_.empty());
                return;
            }
            came = std::visit([this](const auto& todo) { return answer(todo); }, next);
        }
        FAIL("it goes on without end");
    }

    bool ended() const { return ended_; }

private:
    int roll(int below) { return static_cast<int>(dice_() % static_cast<unsigned>(below)); }

    bool chance(int percent) { return roll(100) < percent; }

    void pass(milliseconds time) {
        at_.now += time;
        at_.wall += time.count();
    }

    // How a write of a worker ends; once stale, always.
    template <class T>
    result<T> write(T value) {
        gone_ = gone_ || chance(2);
        if (gone_) {
            return stale;
        }
        if (chance(3)) {
            return away;
        }
        return value;
    }

    event answer(const actions::find_keys&) {
        CHECK_FALSE(gone_);
        CHECK_FALSE(at_.lease_lost);
        CHECK_FALSE(at_.stopping);
        CHECK_FALSE(refused_);
        events::keys_found found;
        found.has_room = chance(95);
        for (const char* name : {"a:1", "a:2", "b:1"}) {
            if (chance(80)) {
                key_choice one;
                one.slot.name = name;
                one.backend = std::string(1, *name);
                for (int first = 1; first <= images_; first += per_call_) {
                    one.plan.push_back({first, per_call_, {}});
                }
                found.keys.push_back(std::move(one));
            }
        }
        return found;
    }

    event answer(const actions::ask& todo) {
        CHECK(indices_.insert(todo.index).second == (todo.index != asked_));
        asked_ = todo.index;
        for (int n = todo.plan.first; n < todo.plan.first + todo.plan.count; ++n) {
            CHECK_FALSE(taken_.contains(n));
        }
        queue::call_grant grant;
        const int fate = roll(100);
        if (fate < 2) {
            return events::unbuildable{{failure_kind::invalid, "no mask"}};
        }
        if (fate < 4) {
            return events::unbuildable{{failure_kind::unavailable, "EIO"}};
        }
        if (fate < 10) {
            grant.what = queue::call_permit::no_slot;
            grant.absences = roll(4) - 1;
        } else if (fate < 13) {
            grant.what = queue::call_permit::over_budget;
        } else if (fate < 14) {
            grant.what = queue::call_permit::too_late;
        } else if (fate < 20 && todo.plan.count > 1) {
            grant.what = queue::call_permit::split;
            grant.most_pictures = todo.plan.count - 1;
        } else {
            auto granted = write(grant);
            if (granted) {
                granted_ = todo;
                take(todo);
            }
            return events::asked{granted};
        }
        return events::asked{grant};
    }

    event answer(const actions::take_back& todo) {
        CHECK(todo.index == asked_);
        return events::done{};
    }

    event answer(const actions::send& todo) {
        REQUIRE(granted_.has_value());
        CHECK(todo.index == granted_->index);
        CHECK((!todo.alone || sent_.empty()));
        sent_[todo.index] = *granted_;
        granted_.reset();
        return events::done{};
    }

    event answer(const actions::wait& todo) {
        if (sent_.empty() || chance(30)) {
            pass(todo.limit);
            return events::woken{};
        }
        const auto one = std::next(sent_.begin(), roll(static_cast<int>(sent_.size())));
        ending_ = one->second;
        sent_.erase(one);
        events::call_ended ended;
        ended.index = ending_.index;
        ended.price = 10;
        auto& came = ended.came;
        const int fate = roll(100);
        if (fate < 50) {
            came.what = backend::verdict::answered;
            came.answer.emplace();
            for (int n = 0; n < ending_.plan.count; ++n) {
                backend::answered_picture picture;
                picture.url = "https://pictures/" + std::to_string(n);
                picture.safe = chance(90);
                came.answer->pictures.push_back(picture);
            }
        } else if (fate < 80) {
            came.what = backend::verdict::not_started;
            came.key = chance(50) ? backend::key_effect::cool : backend::key_effect::absent;
            give(ending_);
        } else if (fate < 90) {
            came.what = backend::verdict::refused;
            refused_ = true;
        } else {
            came.what = backend::verdict::unknowable;
        }
        return ended;
    }

    event answer(const actions::record_not_started&) {
        queue::setback told;
        told.absences = roll(4);
        if (chance(50)) {
            told.right_in = seconds(roll(10));
        }
        return events::setback_told{write(told)};
    }

    event answer(const actions::record_lost&) {
        const auto may_repeat = write(chance(20));
        if (may_repeat && *may_repeat) {
            give(ending_);
        }
        return events::loss_told{may_repeat};
    }

    event answer(const actions::record_answer& todo) {
        CHECK(todo.cost_micros == 10 * ending_.plan.count);
        CHECK((!todo.complete || sent_.empty()));
        order(todo.pictures);
        gone_ = gone_ || chance(2);
        return events::recorded{gone_ ? result<void>(stale) : result<void>()};
    }

    event answer(const actions::release&) {
        CHECK(sent_.empty());
        CHECK_FALSE(ended_);
        return events::done{};
    }

    event answer(const actions::mark_complete&) {
        CHECK(sent_.empty());
        gone_ = gone_ || chance(2);
        return events::recorded{gone_ ? result<void>(stale) : result<void>()};
    }

    event answer(const actions::obtain& todo) {
        order(todo.pictures);
        events::obtained got;
        for (const auto& one : std::exchange(orders_, {})) {
            picture_outcome ended;
            ended.at = one.at;
            ended.picture.n = one.n;
            ended.is_shown = one.alone;
            if (const int fate = roll(100); fate < 20) {
                ended.came = picture_outcome::what::not_stored;
                ended.why.kind = fate < 2 ? failure_kind::corrupt : failure_kind::unavailable;
                ended.size = 100;
            } else if (fate < 30) {
                ended.came = picture_outcome::what::not_downloaded;
                ended.why.kind = fate < 25 ? failure_kind::corrupt : failure_kind::unavailable;
            }
            got.outcomes.push_back(ended);
        }
        return got;
    }

    event answer(const actions::wait_for_disk& todo) {
        CHECK(todo.limit > milliseconds(0));
        pass(todo.limit);
        return events::woken{};
    }

    event answer(const actions::ask_disk&) { return events::disk_answered{chance(70)}; }

    event answer(const actions::show& todo) {
        CHECK_FALSE(todo.stored.empty());
        events::shown made;
        if (chance(20)) {
            made.picture = away;
            made.half_numbered = chance(50);
            return made;
        }
        made.picture = task::picture{};
        for (const auto& one : todo.stored) {
            if (chance(10)) {
                made.damaged.push_back(one.n);
            } else {
                made.numbers.push_back(static_cast<int>(made.numbers.size()) + 1);
            }
        }
        return made;
    }

    event answer(const actions::finish& todo) {
        CHECK_FALSE(ended_);
        CHECK(sent_.empty());
        CHECK(todo.how.success == todo.delivered.has_value());
        CHECK(todo.how.success != todo.how.code.has_value());
        if (todo.delivered) {
            CHECK_FALSE(todo.delivered->pictures.empty());
        }
        ended_ = true;
        return events::done{};
    }

    event answer(const actions::settle& todo) {
        CHECK(settled_.insert(todo.index).second);
        return events::done{};
    }

    event answer(const actions::leave&) { return events::done{}; }

    void take(const actions::ask& call) {
        for (int n = call.plan.first; n < call.plan.first + call.plan.count; ++n) {
            taken_.insert(n);
        }
    }

    void give(const actions::ask& call) {
        for (int n = call.plan.first; n < call.plan.first + call.plan.count; ++n) {
            taken_.erase(n);
        }
    }

    void order(const std::vector<picture_order>& more) {
        orders_.insert(orders_.end(), more.begin(), more.end());
    }

    std::mt19937 dice_;
    int images_ = 1;
    int per_call_ = 1;
    moment at_;
    bool gone_ = false;
    bool refused_ = false;
    bool ended_ = false;
    int asked_ = -1;
    std::set<int> indices_;
    std::set<int> taken_; // pictures that are paid, under way or lost
    std::optional<actions::ask> granted_;
    std::map<int, actions::ask> sent_;
    actions::ask ending_; // of which the last end was told
    std::vector<picture_order> orders_;
    std::set<int> settled_;
};

TEST_CASE("no life of a task pays twice, ends twice or goes on for ever") {
    int ended = 0;
    for (unsigned seed = 0; seed < lives; ++seed) {
        CAPTURE(seed);
        world around(seed);
        around.live();
        ended += around.ended() ? 1 : 0;
    }
    CHECK(ended > lives / 4); // the others were given back or lost
}

} // namespace imagined::worker::machine_walk
