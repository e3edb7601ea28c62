#include "picture_line.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace imagined;
using namespace imagined::worker;

namespace {

// A disk that remembers who came together, and can be held.
struct slow_disk {
    std::vector<result<store::stored_picture>> store(const std::vector<store::new_picture>& pictures
    ) {
        ++calls;
        while (held) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        std::vector<result<store::stored_picture>> done;
        batches.push_back(pictures.size());
        for (const auto& one : pictures) {
            if (one.bytes == "bad") {
                done.push_back(failure{failure_kind::invalid, "bad"});
                continue;
            }
            if (one.bytes == "worse") {
                throw std::runtime_error("worse");
            }
            store::stored_picture made;
            made.path = std::string(one.id) + "." + std::to_string(one.n) + (one.shown ? "+" : "");
            done.push_back(made);
        }
        return done;
    }

    std::atomic<bool> held = false;
    std::atomic<int> calls = 0;
    std::vector<std::size_t> batches; // by one job at a time
};

struct stood {
    stood()
        : line(io.get_executor(), pool, [this](const auto& pictures) {
              return disk.store(pictures);
          }) {}

    void put(const std::string& id, const std::string& bytes = "good", bool shown = false) {
        asio::co_spawn(
            io,
            [this, id, bytes, shown]() -> awaitable<> {
                auto stored =
                    co_await line.put({id, 1, std::make_shared<const std::string>(bytes), shown});
                told.push_back(stored ? stored->path : stored.error().detail);
            },
            [this](const std::exception_ptr& error) { thrown += error ? 1 : 0; }
        );
    }

    void wait_for_the_disk(int calls) {
        while (disk.calls < calls) {
            io.poll();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }

    asio::io_context io;
    offload_pool pool{{.threads = 2}};
    slow_disk disk;
    picture_line line;
    std::vector<std::string> told;
    int thrown = 0;
};

} // namespace

TEST_CASE_FIXTURE(stood, "a lone picture is stored at once, as it was wanted") {
    put("a", "good", true);
    io.run();
    CHECK(told == std::vector<std::string>{"a.1+"});
    CHECK(disk.batches == std::vector<std::size_t>{1});
}

TEST_CASE_FIXTURE(stood, "what comes while one is stored goes together, and each is told its own") {
    disk.held = true;
    put("a");
    wait_for_the_disk(1);
    put("b");
    put("c", "bad");
    put("d");
    io.poll();
    CHECK(disk.calls == 1); // one batch at a time
    disk.held = false;
    io.run();
    CHECK(told == std::vector<std::string>{"a.1", "b.1", "bad", "d.1"});
    CHECK(disk.batches == std::vector<std::size_t>{1, 3});
    CHECK(thrown == 0);
}

TEST_CASE_FIXTURE(stood, "a crowd goes in batches, first come first served") {
    disk.held = true;
    put("first");
    wait_for_the_disk(1);
    for (int i = 0; i < 130; ++i) {
        put(std::to_string(i));
    }
    io.poll();
    disk.held = false;
    io.run();
    CHECK(disk.batches == std::vector<std::size_t>{1, 64, 64, 2});
    REQUIRE(told.size() == 131);
    CHECK(told[1] == "0.1");
    CHECK(told[130] == "129.1");
}

TEST_CASE_FIXTURE(stood, "who is cut off while storing leaves nobody behind") {
    disk.held = true;
    put("a");
    wait_for_the_disk(1);
    put("b", "worse");
    put("c");
    io.poll();
    put("d");
    disk.held = false;
    io.run();
    // One of the batch was storing and got the exception, the others a failure; d came with them.
    CHECK(thrown == 1);
    CHECK(
        told
        == std::vector<std::string>{"a.1", "the storing was cut off", "the storing was cut off"}
    );
    put("e");
    io.restart();
    io.run();
    CHECK(told.back() == "e.1");
}
