#include "pipeline.hpp"

#include "resp.hpp"

namespace imagined::redis {

namespace {

// A burst's memory is given back; what ordinary traffic needs is kept.
constexpr std::size_t kept_capacity = 1024UL * 1024;

} // namespace

bool pipeline::admit(std::size_t bytes) {
    const auto fits = [&] { return unsent_.size() + writing_bytes_ <= max_pending_bytes_; };
    if (!fits() && stale_) {
        // The new command's bytes have no slot yet: keep them aside.
        const std::string fresh = unsent_.substr(unsent_.size() - bytes);
        unsent_.resize(unsent_.size() - bytes);
        drop_stale_bytes();
        unsent_ += fresh;
    }
    return fits();
}

void pipeline::refuse(std::unique_ptr<waiter> who, failure why) {
    finish(std::move(who), std::move(why));
}

void pipeline::take(std::string& batch, time_point now) {
    drop_stale_bytes();
    batch.clear();
    if (batch.capacity() > kept_capacity) {
        batch.shrink_to_fit();
    }
    batch.swap(unsent_);
    writing_bytes_ = batch.size();
    if (sent_ == 0) {
        last_heard_ = now; // silence counts from the first question
    }
    sent_ = queue_.size();
}

bool pipeline::answer(reply what) {
    if (sent_ == 0) {
        return false;
    }
    auto who = std::move(queue_.front().who);
    queue_.pop_front();
    ++head_place_;
    --sent_;
    if (!who) {
        return true;
    }
    if (const auto* error = what.failed(); error != nullptr && !who->wants_error_replies) {
        finish(std::move(who), error_reply(error->text));
    } else {
        finish(std::move(who), std::move(what));
    }
    return true;
}

void pipeline::abandon(waiter& who) {
    if (who.finished_) {
        return;
    }
    const std::size_t index = who.place_ - head_place_;
    stale_ = stale_ || index >= sent_;
    finish(
        std::move(queue_[index].who),
        failure{failure_kind::cancelled, "redis: the wait was cancelled"}
    );
}

void pipeline::expire(time_point now, const failure& of_sent, const failure& of_unsent) {
    earliest_deadline_ = time_point::max();
    for (std::size_t i = 0; i < queue_.size(); ++i) {
        slot& each = queue_[i];
        if (!each.who) {
            continue;
        }
        if (now < each.deadline) {
            earliest_deadline_ = std::min(earliest_deadline_, each.deadline);
            continue;
        }
        stale_ = stale_ || i >= sent_;
        finish(std::move(each.who), i < sent_ ? of_sent : of_unsent);
    }
    drop_stale_bytes();
}

void pipeline::lose_sent(const failure& why) {
    for (; sent_ > 0; --sent_) {
        if (auto who = std::move(queue_.front().who)) {
            finish(std::move(who), why);
        }
        queue_.pop_front();
        ++head_place_;
    }
    writing_bytes_ = 0;
}

void pipeline::lose_unsent(const failure& why) {
    for (std::size_t i = sent_; i < queue_.size(); ++i) {
        if (auto who = std::move(queue_[i].who)) {
            finish(std::move(who), why);
        }
    }
    queue_.resize(sent_);
    unsent_.clear();
    stale_ = false;
}

void pipeline::deliver_next() {
    auto who = std::move(finished_.front());
    finished_.pop_front();
    auto outcome = std::move(who->outcome_);
    who->deliver(std::move(outcome));
}

void pipeline::destroy_waiters() {
    // Destroying a waiter may destroy the coroutine's client, which calls back: empty ours first.
    const auto queue = std::exchange(queue_, {});
    const auto finished = std::exchange(finished_, {});
    sent_ = 0;
    unsent_.clear();
    stale_ = false;
}

void pipeline::finish(std::unique_ptr<waiter> who, result<reply> outcome) {
    who->finished_ = true;
    who->outcome_ = std::move(outcome);
    finished_.push_back(std::move(who));
}

void pipeline::drop_stale_bytes() {
    if (!stale_) {
        return;
    }
    stale_ = false;
    std::string kept;
    std::size_t from = 0;
    std::size_t to = sent_;
    for (std::size_t i = sent_; i < queue_.size(); ++i) {
        const std::size_t bytes = queue_[i].bytes;
        if (queue_[i].who) {
            kept.append(unsent_, from, bytes);
            if (to != i) {
                queue_[to] = std::move(queue_[i]);
            }
            queue_[to].who->place_ = head_place_ + to;
            ++to;
        }
        from += bytes;
    }
    queue_.resize(to);
    unsent_ = std::move(kept);
}

} // namespace imagined::redis
