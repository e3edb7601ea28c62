// In which order a picture reaches the disk. This program's fsync(), link() and both renames note
// what they are asked for, or fail; a test that only reads the file back cannot tell whether a
// power cut would lose it.
#include "imagined/store/image_store.hpp"

#include "pictures.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::vector<std::string>* noted = nullptr; // while a test listens
bool directories_fail = false;
bool links_fail = false;
bool all_fails = false;
std::chrono::milliseconds all_takes{0};
bool every_name_seems_taken = false; // as on a file system that cannot tell

void note(std::string what) {
    if (noted != nullptr) {
        noted->push_back(std::move(what));
    }
}

std::string path_of(int fd) {
    std::array<char, 4096> path{};
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    const auto length = ::readlink(link.c_str(), path.data(), path.size());
    return length < 0 ? "" : std::string(path.data(), static_cast<std::size_t>(length));
}

} // namespace

extern "C" int fsync(int fd) {
    struct stat found{};
    ::fstat(fd, &found);
    const bool directory = S_ISDIR(found.st_mode);
    const std::string size = directory ? "" : " of " + std::to_string(found.st_size) + " bytes";
    note("sync " + path_of(fd) + size);
    if (directory && directories_fail) {
        errno = EIO;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_fsync, fd));
}

extern "C" int syncfs(int fd) noexcept {
    note("sync all");
    std::this_thread::sleep_for(all_takes);
    if (all_fails) {
        errno = EIO;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_syncfs, fd));
}

extern "C" int
renameat2(int from_fd, const char* from, int to_fd, const char* to, unsigned flags) noexcept {
    if (every_name_seems_taken) {
        errno = EINVAL;
        return -1;
    }
    const auto told = static_cast<int>(::syscall(SYS_renameat2, from_fd, from, to_fd, to, flags));
    if (told == 0) {
        note(std::string("rename ") + from + " to " + to);
    }
    return told;
}

extern "C" int link(const char* from, const char* to) noexcept {
    if (links_fail) {
        errno = EPERM;
        return -1;
    }
    note(std::string("link ") + from + " to " + to);
    return static_cast<int>(::syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}

extern "C" int rename(const char* from, const char* to) noexcept {
    note(std::string("rename ") + from + " to " + to);
    return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

namespace imagined::store {

namespace {

namespace fs = std::filesystem;

const std::string durable_id = "1728005000000017";

struct on_disk {
    on_disk() {
        std::string pattern = (fs::temp_directory_path() / "imagined-durable-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        root = pattern;
        noted = &steps;
    }

    on_disk(const on_disk&) = delete;
    on_disk& operator=(const on_disk&) = delete;

    ~on_disk() {
        noted = nullptr;
        directories_fail = false;
        links_fail = false;
        all_fails = false;
        all_takes = {};
        every_name_seems_taken = false;
        fs::remove_all(root);
    }

    // The place of the first step from `from` on that begins and ends so; -1 without one.
    int find(const std::string& begin, const std::string& end, int from = 0) const {
        for (auto i = static_cast<std::size_t>(from); i < steps.size(); ++i) {
            if (steps[i].starts_with(begin) && steps[i].ends_with(end)) {
                return static_cast<int>(i);
            }
        }
        return -1;
    }

    std::vector<std::string> steps;
    fs::path root;
};

} // namespace

TEST_CASE_FIXTURE(on_disk, "a picture is on the disk, then under its name, then in its directory") {
    image_store pictures(root);
    const std::string bytes = *encode(test::busy(24, 16), picture_format::png);
    const auto stored = pictures.put(durable_id, 1, bytes);
    REQUIRE(stored.has_value());
    const std::string hour = fs::path(stored->path).parent_path().string();
    const std::string day = fs::path(hour).parent_path().string();
    CAPTURE(steps);

    // All bytes, under a name that nobody asks for.
    const int written =
        find("sync " + hour + "/.", " of " + std::to_string(bytes.size()) + " bytes");
    CHECK(written >= 0);
    const int named = find("rename ", " to " + stored->path);
    CHECK(named > written);
    CHECK(find("sync ", hour, std::max(named, 0)) > named);
    // The directories' own names.
    CHECK(find("sync ", day) >= 0);
    CHECK(find("sync ", root.string()) >= 0);
}

TEST_CASE_FIXTURE(on_disk, "a directory that is durable is not flushed again, a new one is") {
    image_store pictures(root);
    const std::string bytes = *encode(test::busy(24, 16), picture_format::png);
    const std::string day = (root / "20000").string();
    REQUIRE(pictures.put(durable_id, 1, bytes).has_value());
    steps.clear();
    REQUIRE(pictures.put(durable_id, 2, bytes).has_value());
    CHECK(find("sync ", day) < 0);
    CHECK(find("sync ", root.string()) < 0);
    fs::remove_all(day + "/01");
    REQUIRE(pictures.put(durable_id, 1, bytes).has_value());
    CHECK(find("sync ", day) >= 0);
    CHECK(find("sync ", root.string()) < 0);
}

TEST_CASE_FIXTURE(on_disk, "a directory that another has made is made durable") {
    const std::string bytes = *encode(test::busy(24, 16), picture_format::png);
    image_store pictures(root);
    fs::create_directories(root / "20000" / "01");
    REQUIRE(test::put_shown(pictures, durable_id, 1, bytes).has_value());
    CHECK(find("sync ", (root / "20000").string()) >= 0);
    CHECK(find("sync ", root.string()) >= 0);
}

TEST_CASE_FIXTURE(on_disk, "a new picture whose names cannot be made durable has none") {
    image_store pictures(root);
    const std::string bytes = *encode(test::busy(24, 16), picture_format::png);
    directories_fail = true;
    CHECK(pictures.put(durable_id, 1, bytes).error().kind == failure_kind::unavailable);
    CHECK(
        test::put_shown(pictures, durable_id, 2, bytes).error().kind == failure_kind::unavailable
    );
    CHECK(fs::is_empty(root / "20000" / "01"));
    directories_fail = false;
    steps.clear();
    REQUIRE(test::put_shown(pictures, durable_id, 2, bytes).has_value());
    CHECK(find("sync ", (root / "20000").string()) >= 0); // what failed is done now
    CHECK(find("sync ", root.string()) >= 0);
}

TEST_CASE_FIXTURE(on_disk, "a picture that replaced another keeps its name whatever fails then") {
    image_store pictures(root);
    const std::string first = *encode(test::busy(24, 16, 1), picture_format::png);
    const std::string second = *encode(test::busy(24, 16, 2), picture_format::png);
    REQUIRE(test::put_shown(pictures, durable_id, 1, first).has_value());
    directories_fail = true;
    CHECK_FALSE(test::put_shown(pictures, durable_id, 1, second).has_value());
    CHECK(*pictures.read(durable_id, 1) == second);
    CHECK(*pictures.read(durable_id, 0) == second);
}

TEST_CASE_FIXTURE(on_disk, "a file system without links or exclusive renames holds pictures") {
    image_store pictures(root);
    links_fail = true;
    every_name_seems_taken = true;
    for (const unsigned seed : {1U, 2U}) {
        const std::string bytes = *encode(test::busy(24, 16, seed), picture_format::png);
        REQUIRE(test::put_shown(pictures, durable_id, 1, bytes).has_value());
        REQUIRE(pictures.link(durable_id, 1, durable_id, 5).has_value());
        for (const int n : {0, 1, 5}) {
            CHECK(*pictures.read(durable_id, n) == bytes);
        }
    }
    CHECK(std::distance(fs::directory_iterator(root / "20000" / "01"), {}) == 3);
}

TEST_CASE_FIXTURE(on_disk, "a picture that is linked is in its directory for good") {
    image_store pictures(root);
    REQUIRE(
        pictures.put(durable_id, 1, *encode(test::busy(24, 16), picture_format::png)).has_value()
    );
    steps.clear();
    const auto linked = pictures.link(durable_id, 1, durable_id, 0);
    REQUIRE(linked.has_value());
    const std::string hour = fs::path(linked->path).parent_path().string();
    CAPTURE(steps);
    const int named = find("link ", " to " + linked->path);
    CHECK(named >= 0);
    CHECK(find("sync ", hour, std::max(named, 0)) > named);
}

TEST_CASE_FIXTURE(on_disk, "a picture with two names has both in its directory for good") {
    image_store pictures(root);
    const std::string bytes = *encode(test::busy(24, 16), picture_format::png);
    const auto stored = test::put_shown(pictures, durable_id, 1, bytes);
    REQUIRE(stored.has_value());
    const std::string hour = fs::path(stored->path).parent_path().string();
    CAPTURE(steps);
    const int written =
        find("sync " + hour + "/.", " of " + std::to_string(bytes.size()) + " bytes");
    const int named = find("rename ", " to " + stored->path);
    const int shown = find("link ", " to " + hour + "/" + durable_id + ".0");
    CHECK(written >= 0);
    CHECK(named > written);
    CHECK(shown > named);
    CHECK(find("sync ", hour, std::max(shown, 0)) > shown);
}

TEST_CASE_FIXTURE(
    on_disk, "a lone task that shows its picture takes two flushes, file and directory"
) {
    image_store pictures(root);
    const std::string bytes = *encode(test::busy(24, 16), picture_format::png);
    REQUIRE(pictures.put("1728005000000016", 1, bytes).has_value());
    steps.clear();
    REQUIRE(test::put_shown(pictures, durable_id, 1, bytes).has_value());
    CHECK(
        std::count_if(
            steps.begin(),
            steps.end(),
            [](const std::string& step) { return step.starts_with("sync "); }
        )
        == 2
    );
}

TEST_CASE_FIXTURE(on_disk, "many pictures share one flush before and one behind their names") {
    const std::string bytes = *encode(test::busy(24, 16), picture_format::png);
    for (const std::size_t count : {2, 3, 4, 16}) {
        CAPTURE(count);
        image_store pictures(root);
        REQUIRE(pictures.put("1728005000000016", 1, bytes).has_value());
        steps.clear();
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < count; ++i) {
            ids.push_back(std::to_string(1728005000001000 + i));
        }
        std::vector<new_picture> batch;
        for (const std::string& id : ids) {
            batch.push_back({id, 1, bytes, true});
        }
        for (const auto& stored : pictures.put_all(batch)) {
            CHECK(stored.has_value());
        }
        CAPTURE(steps);
        const auto is_flush = [](const std::string& step) { return step.starts_with("sync "); };
        const auto is_name = [](const std::string& step) { return !step.starts_with("sync "); };
        const auto first_name = std::find_if(steps.begin(), steps.end(), is_name);
        const auto last_name = std::find_if(steps.rbegin(), steps.rend(), is_name).base();
        const bool together = count >= 4;
        CHECK(
            std::count_if(steps.begin(), first_name, is_flush)
            == static_cast<long>(together ? 1 : count)
        );
        CHECK((steps.front() == "sync all") == together);
        CHECK(std::count_if(first_name, last_name, is_flush) == 0);
        CHECK(std::count_if(last_name, steps.end(), is_flush) == 1);
        CHECK(steps.back() == "sync " + (root / "20000" / "01").string());
    }
}

TEST_CASE_FIXTURE(on_disk, "of many pictures whose names cannot be made durable none is there") {
    image_store pictures(root);
    const std::string bytes = *encode(test::busy(24, 16), picture_format::png);
    directories_fail = true;
    const std::vector<new_picture> batch{
        {durable_id, 1, bytes, true},
        {durable_id, 2, bytes},
        {durable_id, 3, bytes},
        {durable_id, 4, bytes}
    };
    for (const auto& stored : pictures.put_all(batch)) {
        CHECK(stored.error().kind == failure_kind::unavailable);
    }
    CHECK(fs::is_empty(root / "20000" / "01"));
}

TEST_CASE_FIXTURE(on_disk, "many pictures that cannot be flushed together have no names") {
    image_store pictures(root);
    const std::string bytes = *encode(test::busy(24, 16), picture_format::png);
    all_fails = true;
    const std::vector<new_picture> batch(4, {durable_id, 1, bytes});
    for (const auto& stored : pictures.put_all(batch)) {
        CHECK(stored.error().kind == failure_kind::unavailable);
    }
    CHECK(find("rename ", "") < 0);
    CHECK(fs::is_empty(root / "20000" / "01"));
}

TEST_CASE_FIXTURE(on_disk, "while flushing all is slow, files are flushed one by one") {
    image_store pictures(root);
    const std::string bytes = *encode(test::busy(24, 16), picture_format::png);
    const std::vector<new_picture> batch(4, {durable_id, 1, bytes});
    all_takes = std::chrono::milliseconds(550);
    CHECK(pictures.put_all(batch).front().has_value());
    CHECK(find("sync all", "") == 0);
    steps.clear();
    CHECK(pictures.put_all(batch).front().has_value());
    CHECK(find("sync all", "") < 0);
    CHECK(find("sync ", " bytes") == 0);
}

} // namespace imagined::store
