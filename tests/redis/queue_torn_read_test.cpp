// A task that ends between the commands of one read.
#include "redis_fixture.hpp"

#include <functional>
#include <utility>

namespace imagined::test {

namespace {

// Lets something happen between the first command of a group and the others, once.
class interrupted_client final : public redis::client {
public:
    interrupted_client(redis::client& through, std::function<void()> between)
        : through_(through), between_(std::move(between)) {}

    awaitable<result<redis::reply>>
    execute(redis::arguments command, milliseconds deadline) override {
        return through_.execute(std::move(command), deadline);
    }

    awaitable<result<redis::array>>
    execute_together(std::vector<redis::arguments> commands, milliseconds deadline) override {
        ++groups;
        redis::array answers;
        for (auto& command : commands) {
            auto one = co_await through_.execute(std::move(command), deadline);
            if (!one) {
                co_return one.error();
            }
            answers.push_back(std::move(*one));
            if (const auto happens = std::exchange(between_, nullptr)) {
                happens();
            }
        }
        co_return answers;
    }

    awaitable<result<redis::reply>>
    run(const redis::function& what,
        redis::arguments keys,
        redis::arguments values,
        milliseconds deadline) override {
        return through_.run(what, std::move(keys), std::move(values), deadline);
    }

    bool connected() const override { return true; }

    std::string trouble() const override { return {}; }

    unix_millis server_now() const override { return system_clock().now(); }

    awaitable<result<void>> measure_clock(milliseconds) override { co_return result<void>{}; }

    void close() override {}

    int groups = 0;

private:
    redis::client& through_;
    std::function<void()> between_;
};

struct torn_read : redis_fixture {
    queue::snapshot read_while(const std::string& id, std::function<void()> between) {
        interrupted_client client(raw, std::move(between));
        asio::io_context context(1);
        queue::queue_options options;
        options.prefix = "test";
        const auto reader = queue::open_redis_queue(client, options);
        auto found = run_on<result<std::vector<queue::snapshot>>>(context, [&] {
            return reader.reading->read(everybody, {id});
        });
        groups = client.groups;
        REQUIRE(found.has_value());
        return found->at(0);
    }

    int groups = 0;
};

} // namespace

TEST_CASE_FIXTURE(torn_read, "a task that ends while it is read is read as it ended") {
    const auto id = submit();
    const auto held = lease();
    call(held);
    answer(held);
    const auto seen = read_while(id, [&] { finish(held); });
    CHECK(seen.record.state == task::state::success);
    CHECK(seen.view == R"({"view":1})");
    CHECK(groups == 2);
}

TEST_CASE_FIXTURE(torn_read, "a task that ended without a view is read once") {
    const auto id = submit();
    REQUIRE(run(tasks().submission->cancel(everybody, id, "no more")).has_value());
    const auto seen = read_while(id, [] {});
    CHECK(seen.record.state == task::state::failure);
    CHECK(seen.view.empty());
    CHECK(groups == 1);
}

} // namespace imagined::test
