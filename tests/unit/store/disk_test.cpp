#include "imagined/store/disk.hpp"

#include "tests/support/run_coroutine.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using namespace imagined;
using namespace imagined::store;

namespace {

constexpr std::uint64_t min_free = 64'000'000;

disk_look free_of(std::uint64_t bytes) {
    return {bytes, ""};
}

} // namespace

TEST_CASE("a paid call may start while as much is free as is asked for") {
    disk_state disk(min_free);
    disk.note_trial(free_of(min_free));
    CHECK(disk.has_room());
    CHECK(disk.sentence().empty());
    disk.note_glance(free_of(min_free - 1));
    CHECK_FALSE(disk.has_room());
    CHECK(disk.usable());
    CHECK(disk.sentence().find("data.min_free (64.0 MB)") != std::string::npos);
    disk.note_glance(free_of(min_free));
    CHECK(disk.has_room());
}

TEST_CASE("a disk that was full is so until it has clearly more: readiness does not flap") {
    disk_state disk(0);
    disk.note_trial(free_of(full_below));
    CHECK(disk.usable());
    disk.note_glance(free_of(full_below - 1));
    CHECK_FALSE(disk.usable());
    CHECK_FALSE(disk.has_room());
    disk.note_glance(free_of(full_until - 1));
    CHECK_FALSE(disk.usable());
    CHECK(disk.sentence().find("the disk is full") != std::string::npos);
    disk.note_glance(free_of(full_until));
    CHECK(disk.usable());
}

TEST_CASE("what a trial could not write counts until a trial could, whatever is free") {
    disk_state disk(0);
    disk.note_trial({min_free, "cannot create /x: Read-only file system"});
    CHECK_FALSE(disk.usable());
    disk.note_glance(free_of(min_free));
    CHECK_FALSE(disk.usable());
    CHECK(disk.sentence() == "data.dir: cannot create /x: Read-only file system");
    disk.note_trial(free_of(min_free));
    CHECK(disk.usable());
    disk.note_glance({0, "cannot examine /x: No such file or directory"});
    CHECK_FALSE(disk.usable());
}

TEST_CASE("a directory is tried, and nothing stays of it; one that is gone is not usable") {
    const test::temporary_directory place;
    CHECK(try_disk(place.path).trouble.empty());
    CHECK(try_disk(place.path).free_bytes > 0);
    CHECK(std::filesystem::is_empty(place.path));
    CHECK(try_disk(place.path / "gone").trouble.find("gone") != std::string::npos);
}

TEST_CASE("the watch tells of room and of what would fit") {
    const test::temporary_directory place;
    const auto plenty = glance_at_disk(place.path).free_bytes;
    disk_watch well(place.path, 0, 0);
    disk_watch narrow(place.path, plenty * 2, plenty * 2);
    CHECK(well.last().has_room());
    CHECK_FALSE(narrow.last().has_room());
    asio::io_context io;
    const auto ask = [&io](disk_watch& watch, bool& room, bool& fits) {
        fits = test::run_on<bool>(io, [&]() -> awaitable<bool> {
            co_await watch.try_it();
            room = co_await watch.has_room();
            co_return co_await watch.can_take(1);
        });
    };
    bool room = false;
    bool fits = false;
    ask(well, room, fits);
    CHECK(room);
    CHECK(fits);
    ask(narrow, room, fits);
    CHECK_FALSE(room);
    CHECK_FALSE(fits);
}
