#include "imagined/worker/worker.hpp"

#include "imagined/base/bytes.hpp"
#include "shift.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace imagined::worker {

namespace {

std::string make_name() {
    constexpr std::size_t longest_host = 64;
    constexpr std::size_t random_bytes = 3;
    std::array<char, longest_host> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) {
        host = {'h', 'o', 's', 't'};
    }
    return std::string(host.data()) + "-" + std::to_string(getpid()) + "-"
           + random_hex(random_bytes);
}

class shift_worker final : public worker {
public:
    shift_worker(worker_options options, const worker_parts& parts)
        : shift_(std::make_shared<shift>(std::move(options), parts, make_name())) {}

    ~shift_worker() override { cut(); }

    void start() override {
        const auto run = [this](const char* name, awaitable<> (*duty)(std::shared_ptr<shift>)) {
            shift_->duties.spawn(name, [duty, on = shift_] { return duty(on); });
        };
        run("lease_keeper", keep_leases);
        run("claimer", claim_tasks);
        run("progress_reporter", report_progress);
        run("reaper", reap_leases);
        run("promoter", promote_due);
        run("janitor", forget_old);
        run("courier", deliver_callbacks);
    }

    void hint(std::string_view message) override {
        if (message.starts_with("q")) {
            if (message.starts_with("q ")) {
                shift_->lanes.emplace(message.substr(2));
            }
            shift_->claimable.ring();
        } else if (message == "c") {
            shift_->deliverable.ring();
        }
    }

    void hint_all() override {
        shift_->claimable.ring();
        shift_->deliverable.ring();
    }

    awaitable<bool> drain(milliseconds limit) override {
        shift_->draining = true;
        hint_all();
        const bool done = co_await shift_->work.join(limit);
        if (auto gone = co_await shift_->parts.tasks.sign_off(shift_->name); !gone) {
            co_return done; // its entry expires by itself
        }
        co_return done;
    }

    void cut() override {
        shift_->draining = true;
        shift_->duties.stop();
        shift_->duties.cancel();
        shift_->work.stop();
        shift_->work.cancel();
    }

    awaitable<bool> join(milliseconds limit) override {
        const auto until = std::chrono::steady_clock::now() + limit;
        const bool idle = co_await shift_->duties.join(limit);
        const auto left =
            std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now());
        co_return co_await shift_->work.join(std::max(left, milliseconds(0))) && idle;
    }

    std::size_t held() const override { return shift_->held.size(); }

    std::vector<std::string> warnings() const override {
        return shift_->failing.warnings(std::chrono::steady_clock::now());
    }

    milliseconds since_progress() const override {
        return std::chrono::duration_cast<milliseconds>(
            std::chrono::steady_clock::now() - shift_->last_progress
        );
    }

private:
    std::shared_ptr<shift> shift_;
};

} // namespace

std::unique_ptr<worker> worker::create(worker_options options, const worker_parts& parts) {
    return std::make_unique<shift_worker>(std::move(options), parts);
}

} // namespace imagined::worker
