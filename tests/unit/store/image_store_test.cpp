#include "imagined/store/image_store.hpp"
#include "imagined/store/renumbering.hpp"

#include "durable_file.hpp"
#include "pictures.hpp"
#include "stored_file.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <functional>
#include <set>
#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace imagined;
using namespace imagined::store;
namespace fs = std::filesystem;

namespace {

constexpr unix_millis day_length = 86'400'000;
constexpr unix_millis today = 20'000 * day_length + 5'000'000;
const std::string id = std::to_string(today * 1000 + 17);
const std::string other_id = std::to_string(today * 1000 + 18);

struct temporary_directory {
    temporary_directory() {
        std::string pattern = (fs::temp_directory_path() / "imagined-store-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }

    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    ~temporary_directory() { fs::remove_all(path); }

    fs::path path;
};

std::string a_png(unsigned seed = 1) {
    return *encode(test::busy(24, 16, seed), picture_format::png);
}

// Every file below `root`, as paths relative to it.
std::set<std::string> files_in(const fs::path& root) {
    std::set<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        if (!entry.is_directory()) {
            found.insert(entry.path().lexically_relative(root).string());
        }
    }
    return found;
}

using names = std::set<std::string>;

// Runs `work` in a child process and returns its exit code; `work` must not use doctest.
int in_child(const std::function<int()>& work) {
    const pid_t child = fork();
    if (child == 0) {
        ::_exit(work());
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

TEST_CASE("a stored picture is found with its size and format, and read byte for byte") {
    const temporary_directory place;
    image_store pictures(place.path / "pictures");
    const std::string bytes = a_png();
    const auto put = pictures.put(id, 1, bytes);
    REQUIRE(put);
    const auto found = pictures.find(id, 1);
    REQUIRE(found);
    CHECK(found->path == (place.path / "pictures" / "20000" / "01" / (id + ".1")).string());
    CHECK(found->bytes == bytes.size());
    CHECK(found->info.format == picture_format::png);
    CHECK(found->info.width == 24);
    CHECK(found->info.height == 16);
    CHECK(*pictures.read(id, 1) == bytes);
    CHECK(put->path == found->path);
    CHECK(put->changed == found->changed);
    CHECK(put->bytes == found->bytes);
    CHECK(put->info.width == found->info.width);
}

TEST_CASE("a picture put as what its task shows is there twice, and replaces both") {
    const temporary_directory place;
    image_store pictures(place.path);
    REQUIRE(pictures.put(id, 0, a_png(3)));
    for (const unsigned seed : {1U, 2U}) {
        const std::string bytes = a_png(seed);
        const auto put = test::put_shown(pictures, id, 1, bytes);
        REQUIRE(put);
        CHECK(put->path == pictures.find(id, 1)->path);
        CHECK(put->changed == pictures.find(id, 0)->changed);
        CHECK(*pictures.read(id, 0) == bytes);
        CHECK(*pictures.read(id, 1) == bytes);
    }
    CHECK(std::distance(fs::directory_iterator(place.path / "20000" / "01"), {}) == 2);
    CHECK(test::put_shown(pictures, id, 1, "no picture").error().kind == failure_kind::invalid);
    CHECK(test::put_shown(pictures, "..", 1, a_png()).error().kind == failure_kind::invalid);
}

TEST_CASE("a picture is found by another store on the same directory") {
    const temporary_directory place;
    REQUIRE(image_store(place.path).put(id, 0, a_png()));
    CHECK(image_store(place.path.string() + "/").find(id, 0).has_value());
}

TEST_CASE("a picture that was never stored is not found") {
    const temporary_directory place;
    image_store pictures(place.path);
    CHECK(pictures.find(id, 1).error().kind == failure_kind::not_found);
    REQUIRE(pictures.put(id, 1, a_png()));
    CHECK(pictures.find(id, 2).error().kind == failure_kind::not_found);
    CHECK(pictures.read(id, 2).error().kind == failure_kind::not_found);
    CHECK(pictures.find_thumbnail(id, 2).error().kind == failure_kind::not_found);
    CHECK(pictures.find(other_id, 1).error().kind == failure_kind::not_found);
}

TEST_CASE("ids and numbers that are not well-formed name nothing and create nothing") {
    const temporary_directory place;
    const fs::path root = place.path / "root";
    image_store pictures(root);
    const std::string bytes = a_png();
    const std::string with_zero = id.substr(0, 15) + '\0';
    for (const std::string_view bad :
         {std::string_view(""),
          std::string_view("../../etc"),
          std::string_view("../../../../etc/"),
          std::string_view(id).substr(1),
          std::string_view("12345678901234567"),
          std::string_view("123456789012345a"),
          std::string_view("-123456789012345"),
          std::string_view(" 12345678901234 "),
          std::string_view(with_zero)}) {
        CAPTURE(bad);
        CHECK(pictures.put(bad, 1, bytes).error().kind == failure_kind::invalid);
        CHECK(pictures.find(bad, 1).error().kind == failure_kind::invalid);
        CHECK(pictures.read(bad, 1).error().kind == failure_kind::invalid);
        CHECK(pictures.find_thumbnail(bad, 1).error().kind == failure_kind::invalid);
        CHECK(pictures.link(bad, 1, id, 1).error().kind == failure_kind::invalid);
        CHECK(pictures.link(id, 1, bad, 1).error().kind == failure_kind::invalid);
        CHECK_FALSE(is_task_id(bad));
    }
    for (const int n : {-1, 100, 1'000'000}) {
        CHECK(pictures.put(id, n, bytes).error().kind == failure_kind::invalid);
        CHECK(pictures.find(id, n).error().kind == failure_kind::invalid);
    }
    CHECK(fs::is_empty(root));
    CHECK(is_task_id(id));
}

TEST_CASE("only pictures are stored, whatever they were called") {
    const temporary_directory place;
    image_store pictures(place.path);
    const std::string plain = test::jpeg_of(test::busy(16, 16), {});
    for (const std::string& bytes :
         {std::string(),
          std::string("<html>"),
          test::with_segments(plain, std::size_t{2} * 1024 * 1024)}) {
        CHECK(pictures.put(id, 1, bytes).error().kind == failure_kind::invalid);
    }
    CHECK(files_in(place.path).empty());
}

TEST_CASE("a JPEG with a long head is found like any other") {
    const temporary_directory place;
    image_store pictures(place.path);
    const std::string plain = test::jpeg_of(test::busy(16, 16), {});
    int n = 0;
    for (const std::size_t head : {3'000U, 5'000U, 70'000U, 900'000U}) {
        CAPTURE(head);
        REQUIRE(pictures.put(id, n, test::with_segments(plain, head)));
        const auto found = pictures.find(id, n++);
        REQUIRE(found);
        CHECK(found->info.width == 16);
    }
}

TEST_CASE("pictures that are put together are as if each was put alone") {
    const temporary_directory place;
    image_store pictures(place.path);
    const std::string next_day = std::to_string((today + day_length) * 1000);
    const std::string bytes[] = {a_png(1), a_png(2), a_png(3), a_png(4)};
    REQUIRE(pictures.put(id, 2, a_png(9)));
    const auto put = pictures.put_all({
        {id, 1, bytes[0]},
        {id, 2, bytes[1]},
        {"..", 1, bytes[0]},
        {other_id, 1, bytes[2], true},
        {id, 100, bytes[0]},
        {next_day, 1, bytes[3]},
        {id, 3, "no picture"},
        {other_id, 0, bytes[0], true},
    });
    REQUIRE(put.size() == 8);
    for (const std::size_t bad : {2, 4, 6}) {
        CHECK(put[bad].error().kind == failure_kind::invalid);
    }
    for (const std::size_t good : {0, 1, 3, 5, 7}) {
        CHECK(put[good]);
    }
    CHECK(put[1]->changed == pictures.find(id, 2)->changed);
    CHECK(put[5]->path == pictures.find(next_day, 1)->path);
    CHECK(*pictures.read(id, 1) == bytes[0]);
    CHECK(*pictures.read(id, 2) == bytes[1]);
    CHECK(*pictures.read(other_id, 1) == bytes[2]);
    CHECK(*pictures.read(other_id, 0) == bytes[0]); // the later one
    CHECK(*pictures.read(next_day, 1) == bytes[3]);
    CHECK(files_in(place.path).size() == 5);
    CHECK(pictures.put_all({}).empty());
}

namespace {

// As version 0.1 left it.
void put_before(const fs::path& root, const std::string& of, int n, const std::string& bytes) {
    const fs::path task = root / "20000" / of;
    fs::create_directories(task);
    std::ofstream(task / std::to_string(n), std::ios::binary) << bytes;
}

} // namespace

TEST_CASE("what version 0.1 stored is found, shown small, linked, replaced and forgotten") {
    const temporary_directory place;
    image_store pictures(place.path);
    put_before(place.path, id, 0, a_png(1));
    put_before(place.path, id, 1, a_png(2));
    CHECK(*pictures.read(id, 0) == a_png(1));
    CHECK(pictures.find(id, 1)->path == (place.path / "20000" / id / "1").string());
    const auto small = pictures.find_thumbnail(id, 1);
    REQUIRE(small);
    CHECK(small->path == pictures.find_thumbnail(id, 1)->path);
    REQUIRE(pictures.link(id, 1, other_id, 1));
    CHECK(*pictures.read(other_id, 1) == a_png(2));
    REQUIRE(pictures.put(id, 1, a_png(3)));
    CHECK(*pictures.read(id, 1) == a_png(3));
    CHECK(pictures.find_thumbnail(id, 1)->changed == pictures.find(id, 1)->changed);
    pictures.forget(id);
    CHECK(files_in(place.path) == names{"20000/01/" + other_id + ".1"});
}

TEST_CASE("what version 0.1 stored is numbered anew, and its mark counts") {
    const temporary_directory place;
    image_store pictures(place.path);
    for (const int n : {1, 2, 3}) {
        put_before(place.path, id, n, a_png(n));
    }
    REQUIRE(pictures.put(id, 4, a_png(4)));
    CHECK_FALSE(renumbered(pictures, id));
    REQUIRE(renumber(pictures, id, {2, 4}, 4));
    CHECK(renumbered(pictures, id));
    CHECK(*pictures.read(id, 1) == a_png(2));
    CHECK(*pictures.read(id, 2) == a_png(4));
    CHECK_FALSE(pictures.find(id, 3));
    CHECK_FALSE(pictures.find(id, 4));
    CHECK_FALSE(renumbered(pictures, other_id));
    put_before(place.path, other_id, 1, a_png());
    std::ofstream(place.path / "20000" / other_id / ".renumbered") << "";
    CHECK(renumbered(pictures, other_id));
}

TEST_CASE("days of version 0.1 are over as others are") {
    const temporary_directory place;
    image_store pictures(place.path);
    put_before(place.path, id, 0, a_png(1));
    put_before(place.path, id, 1, a_png(2));
    put_before(place.path, other_id, 1, a_png(3));
    REQUIRE(pictures.put(other_id, 2, a_png(4)));
    REQUIRE(pictures.find_thumbnail(id, 1));
    CHECK(pictures.forget_before(today + 2 * day_length, std::chrono::hours(1)) == 4);
    CHECK(fs::is_empty(place.path));
}

TEST_CASE("putting a picture again replaces it") {
    const temporary_directory place;
    image_store pictures(place.path);
    REQUIRE(pictures.put(id, 1, a_png(1)));
    REQUIRE(pictures.put(id, 1, a_png(2)));
    CHECK(*pictures.read(id, 1) == a_png(2));
    CHECK(files_in(place.path) == names{"20000/01/" + id + ".1"});
}

TEST_CASE("what is no picture any more is called corrupt") {
    const temporary_directory place;
    image_store pictures(place.path);
    const std::string path = pictures.put(id, 1, a_png())->path;
    std::ofstream(path) << "not a picture";
    CHECK(pictures.find(id, 1).error().kind == failure_kind::corrupt);
    std::ofstream(path, std::ios::trunc).close();
    CHECK(pictures.find(id, 1).error().kind == failure_kind::corrupt);
    fs::remove(path);
    fs::create_directory(path);
    CHECK(pictures.find(id, 1).error().kind == failure_kind::corrupt);
}

TEST_CASE("a symbolic link in place of a picture is not followed") {
    const temporary_directory place;
    image_store pictures(place.path / "root");
    const std::string path = pictures.put(id, 1, a_png())->path;
    std::ofstream(place.path / "secret.png") << a_png(2);
    fs::remove(path);
    fs::create_symlink(place.path / "secret.png", path);
    CHECK_FALSE(pictures.find(id, 1));
    CHECK_FALSE(pictures.read(id, 1));
}

TEST_CASE("a symbolic link in place of a day or an hour leads nowhere, to read or to write") {
    const temporary_directory place;
    image_store pictures(place.path / "root");
    const fs::path hour = fs::path(pictures.put(id, 1, a_png())->path).parent_path();
    const fs::path elsewhere = place.path / "elsewhere";
    for (const fs::path& linked : {hour, hour.parent_path()}) {
        CAPTURE(linked.string());
        fs::rename(linked, elsewhere);
        fs::create_directory_symlink(elsewhere, linked);
        CHECK_FALSE(pictures.find(id, 1));
        CHECK_FALSE(pictures.read(id, 1));
        CHECK_FALSE(pictures.put(id, 2, a_png()));
        CHECK_FALSE(test::put_shown(pictures, id, 2, a_png()));
        fs::remove(linked);
        fs::rename(elsewhere, linked);
    }
    CHECK(pictures.find(id, 1));
    CHECK_FALSE(pictures.find(id, 2));
    CHECK(std::distance(fs::directory_iterator(hour), {}) == 1);
}

TEST_CASE("a root that is reached by a symbolic link is the operator's own choice") {
    const temporary_directory place;
    fs::create_directory(place.path / "disk");
    fs::create_directory_symlink(place.path / "disk", place.path / "root");
    image_store pictures(place.path / "root");
    CHECK(pictures.put(id, 1, a_png()));
    CHECK(pictures.find(id, 1)->path.starts_with((place.path / "disk").string()));
}

TEST_CASE("a pipe in place of a picture is corrupt, and nobody waits for who writes to it") {
    const temporary_directory place;
    image_store pictures(place.path);
    const std::string path = pictures.put(id, 1, a_png())->path;
    fs::remove(path);
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    CHECK(pictures.find(id, 1).error().kind == failure_kind::corrupt);
    CHECK(pictures.read(id, 1).error().kind == failure_kind::corrupt);
    CHECK(pictures.find_thumbnail(id, 1).error().kind == failure_kind::corrupt);
    CHECK(pictures.put(id, 1, a_png(2)));
    CHECK(pictures.read(id, 1).value() == a_png(2));
}

TEST_CASE("pictures are numbered anew, without those that are of no use") {
    const temporary_directory place;
    image_store pictures(place.path);
    for (const int n : {1, 2, 3, 4}) {
        REQUIRE(pictures.put(id, n, a_png(n)));
    }
    REQUIRE(pictures.find_thumbnail(id, 3));
    CHECK_FALSE(renumbered(pictures, id));
    REQUIRE(renumber(pictures, id, {1, 3, 4}, 4));
    CHECK(renumbered(pictures, id));
    CHECK(pictures.read(id, 1).value() == a_png(1));
    CHECK(pictures.read(id, 2).value() == a_png(3));
    CHECK(pictures.read(id, 3).value() == a_png(4));
    CHECK_FALSE(pictures.find(id, 4));
    REQUIRE(renumber(pictures, id, {1, 2, 3}, 4)); // once more changes nothing
    CHECK(pictures.read(id, 2).value() == a_png(3));
    pictures.forget(id);
    CHECK_FALSE(renumbered(pictures, id));
}

TEST_CASE("a linked picture is the same and lives on without its source") {
    const temporary_directory place;
    image_store pictures(place.path);
    const std::string next_day = std::to_string((today + day_length) * 1000);
    const auto source = pictures.put(id, 3, a_png());
    const auto linked = pictures.link(id, 3, next_day, 0);
    REQUIRE(linked);
    CHECK(linked->path == (place.path / "20001" / "01" / (next_day + ".0")).string());
    CHECK(linked->changed == source->changed);
    CHECK(linked->bytes == source->bytes);
    fs::remove_all(place.path / "20000");
    CHECK(*pictures.read(next_day, 0) == a_png());
    CHECK(files_in(place.path) == names{"20001/01/" + next_day + ".0"});
}

TEST_CASE("linking twice, or a picture to itself, leaves nothing behind") {
    const temporary_directory place;
    image_store pictures(place.path);
    REQUIRE(pictures.put(id, 3, a_png()));
    REQUIRE(pictures.link(id, 3, id, 0));
    REQUIRE(pictures.link(id, 3, id, 0));
    REQUIRE(pictures.link(id, 3, id, 3));
    CHECK(files_in(place.path) == names{"20000/01/" + id + ".0", "20000/01/" + id + ".3"});
}

TEST_CASE("a link replaces the picture that was there") {
    const temporary_directory place;
    image_store pictures(place.path);
    REQUIRE(pictures.put(id, 1, a_png(1)));
    REQUIRE(pictures.put(other_id, 0, a_png(2)));
    REQUIRE(pictures.link(id, 1, other_id, 0));
    CHECK(*pictures.read(other_id, 0) == a_png(1));
}

TEST_CASE("replacing a picture does not change what was linked to it") {
    const temporary_directory place;
    image_store pictures(place.path);
    REQUIRE(pictures.put(id, 1, a_png(1)));
    REQUIRE(pictures.link(id, 1, other_id, 0));
    REQUIRE(pictures.put(id, 1, a_png(2)));
    CHECK(*pictures.read(other_id, 0) == a_png(1));
}

TEST_CASE("a link to nothing is not found") {
    const temporary_directory place;
    image_store pictures(place.path);
    CHECK(pictures.link(id, 1, other_id, 0).error().kind == failure_kind::not_found);
    CHECK(fs::is_empty(place.path));
}

TEST_CASE("a thumbnail is made once, beside its picture") {
    const temporary_directory place;
    image_store pictures(place.path);
    REQUIRE(pictures.put(id, 1, *encode(test::busy(1024, 512), picture_format::png)));
    const auto first = pictures.find_thumbnail(id, 1);
    REQUIRE(first);
    CHECK(first->path == pictures.find(id, 1)->path + ".t");
    CHECK(first->info.format == picture_format::jpeg);
    CHECK(first->info.width == 512);
    CHECK(first->info.height == 256);
    CHECK(first->changed == pictures.find(id, 1)->changed);
    struct stat before{};
    struct stat after{};
    REQUIRE(::stat(first->path.c_str(), &before) == 0);
    REQUIRE(pictures.find_thumbnail(id, 1));
    REQUIRE(::stat(first->path.c_str(), &after) == 0);
    CHECK(before.st_ino == after.st_ino);
    CHECK(files_in(place.path).size() == 2);
}

TEST_CASE("a replaced picture gets a new thumbnail") {
    const temporary_directory place;
    image_store pictures(place.path);
    REQUIRE(pictures.put(id, 1, *encode(test::flat(20, 20, 0xff0000), picture_format::png)));
    REQUIRE(pictures.find_thumbnail(id, 1));
    REQUIRE(pictures.put(id, 1, *encode(test::flat(30, 30, 0x0000ff), picture_format::png)));
    CHECK(pictures.find_thumbnail(id, 1)->info.width == 30);
}

TEST_CASE("a picture replaced by one of the same age gets a new thumbnail") {
    const temporary_directory place;
    image_store pictures(place.path);
    REQUIRE(pictures.put(id, 1, *encode(test::flat(20, 20, 0), picture_format::png)));
    REQUIRE(pictures.put(id, 2, *encode(test::flat(30, 30, 0), picture_format::png)));
    const auto age = fs::last_write_time(pictures.find(id, 2)->path);
    fs::last_write_time(pictures.find(id, 1)->path, age);
    REQUIRE(pictures.find_thumbnail(id, 1)->info.width == 20);
    REQUIRE(pictures.link(id, 2, id, 1));
    CHECK(pictures.find_thumbnail(id, 1)->info.width == 30);
}

TEST_CASE("a thumbnail of a picture that was replaced meanwhile is made again") {
    const temporary_directory place;
    image_store pictures(place.path);
    const auto stored = pictures.put(id, 1, a_png());
    // Somebody who had read the former picture writes its thumbnail only now.
    std::ofstream(stored->path + ".t") << *encode(test::flat(5, 5, 0), picture_format::jpeg);
    fs::last_write_time(
        stored->path + ".t", fs::file_time_type::clock::now() - std::chrono::hours(1)
    );
    CHECK(pictures.find_thumbnail(id, 1)->info.width == 24);
}

TEST_CASE("a thumbnail that fell to a power cut is made again") {
    const temporary_directory place;
    image_store pictures(place.path);
    const auto stored = pictures.put(id, 1, a_png());
    std::ofstream(stored->path + ".t").close();
    CHECK(pictures.find_thumbnail(id, 1).has_value());
}

TEST_CASE("a damaged picture has no thumbnail and leaves none behind") {
    const temporary_directory place;
    image_store pictures(place.path);
    REQUIRE(pictures.put(id, 1, a_png().substr(0, 200)));
    CHECK(pictures.find_thumbnail(id, 1).error().kind == failure_kind::corrupt);
    CHECK(files_in(place.path).size() == 1);
}

TEST_CASE("days that are over are forgotten whole, and later ones are kept") {
    const temporary_directory place;
    image_store pictures(place.path);
    const auto id_of = [](unix_millis when) { return std::to_string(when * 1000); };
    const unix_millis midnight = 20'000 * day_length;
    const std::string last_of_old = id_of(midnight - 1);
    const std::string first_of_new = id_of(midnight);
    REQUIRE(pictures.put(last_of_old, 0, a_png()));
    REQUIRE(pictures.put(last_of_old, 1, a_png()));
    REQUIRE(pictures.put(id_of(midnight - 5 * day_length), 1, a_png()));
    REQUIRE(pictures.find_thumbnail(last_of_old, 1));
    REQUIRE(pictures.put(first_of_new, 1, a_png()));
    std::ofstream(place.path / "19999" / "23" / ("." + last_of_old + ".1.0011223344556677.tmp"))
        << "left over";

    const std::chrono::milliseconds keep(3 * day_length);
    CHECK(pictures.forget_before(midnight + keep.count() - 1, keep) == 1);
    CHECK(pictures.find(last_of_old, 1).has_value());
    CHECK(pictures.forget_before(midnight + keep.count(), keep) == 2);
    CHECK(pictures.find(last_of_old, 1).error().kind == failure_kind::not_found);
    CHECK_FALSE(fs::exists(place.path / "19999"));
    CHECK(files_in(place.path) == names{"20000/00/" + first_of_new + ".1"});
}

TEST_CASE("a day that was forgotten can be written to again") {
    const temporary_directory place;
    image_store pictures(place.path);
    REQUIRE(pictures.put(id, 1, a_png()));
    CHECK(pictures.forget_before(today + 2 * day_length, std::chrono::hours(1)) == 1);
    CHECK(pictures.put(id, 1, a_png()).has_value());
    CHECK(pictures.find(id, 1).has_value());
}

TEST_CASE("forgetting leaves alone what is not a day") {
    const temporary_directory place;
    const fs::path root = place.path / "root";
    image_store pictures(root);
    fs::create_directories(root / "notes" / "1");
    fs::create_directories(root / "12x");
    std::ofstream(root / "notes" / "1" / "1") << "keep";
    std::ofstream(root / "123") << "a file with a day's name";
    CHECK(pictures.forget_before(today, std::chrono::hours(1)) == 0);
    CHECK(files_in(root) == names{"123", "notes/1/1"});
    CHECK(fs::exists(root / "12x"));
}

TEST_CASE("forgetting never follows a symbolic link out of the store") {
    const temporary_directory place;
    const fs::path root = place.path / "root";
    const fs::path outside = place.path / "outside";
    image_store pictures(root);
    fs::create_directories(outside / "task");
    std::ofstream(outside / "1") << "keep";
    std::ofstream(outside / "task" / "1") << "keep";
    fs::create_symlink(outside, root / "100");
    fs::create_directories(root / "101" / "task");
    fs::create_symlink(outside, root / "101" / "linked-task");
    fs::create_symlink(outside / "1", root / "101" / "task" / "1");
    pictures.forget_before(today, std::chrono::hours(1));
    CHECK(files_in(outside) == names{"1", "task/1"});
    CHECK_FALSE(fs::exists(root / "101"));
}

TEST_CASE("nothing is forgotten while everything is young") {
    const temporary_directory place;
    image_store pictures(place.path);
    REQUIRE(pictures.put(id, 1, a_png()));
    CHECK(pictures.forget_before(today, std::chrono::hours(24 * 365 * 100)) == 0);
    CHECK(pictures.find(id, 1).has_value());
}

TEST_CASE("a temporary file that a crash has left is no picture") {
    const temporary_directory place;
    image_store pictures(place.path);
    fs::create_directories(place.path / "20000" / "01");
    std::ofstream(place.path / "20000" / "01" / ("." + id + ".1.0011223344556677.tmp")) << a_png();
    CHECK(pictures.find(id, 1).error().kind == failure_kind::not_found);
}

TEST_CASE("a put that runs out of disk leaves the old picture and no temporary file") {
    const temporary_directory place;
    image_store pictures(place.path);
    REQUIRE(pictures.put(id, 1, a_png(1)));
    const std::string large = *encode(test::busy(200, 200), picture_format::png);
    const int failed = in_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit small{4096, 4096};
        setrlimit(RLIMIT_FSIZE, &small);
        const auto put = pictures.put(id, 1, large);
        return !put && put.error().kind == failure_kind::unavailable ? 7 : 1;
    });
    CHECK(failed == 7);
    CHECK(*pictures.read(id, 1) == a_png(1));
    CHECK(files_in(place.path) == names{"20000/01/" + id + ".1"});
}

TEST_CASE("a put into what is not a directory is unavailable and leaves nothing") {
    const temporary_directory place;
    image_store pictures(place.path);
    std::ofstream(place.path / "20000") << "in the way";
    const auto put = pictures.put(id, 1, a_png());
    REQUIRE_FALSE(put);
    CHECK(put.error().kind == failure_kind::unavailable);
    CHECK(files_in(place.path) == names{"20000"});
}

TEST_CASE("a put over a directory is unavailable and leaves no temporary file") {
    const temporary_directory place;
    image_store pictures(place.path);
    fs::create_directories(place.path / "20000" / "01" / (id + ".1"));
    CHECK(pictures.put(id, 1, a_png()).error().kind == failure_kind::unavailable);
    CHECK(files_in(place.path).empty());
}

TEST_CASE("a full disk is called so") {
    for (const int error : {ENOSPC, EDQUOT}) {
        const failure full = disk_failure("write", "/data/1", error);
        CHECK(full.kind == failure_kind::unavailable);
        CHECK(full.detail == "cannot write /data/1: the disk is full");
    }
    CHECK(
        disk_failure("write", "/data/1", EIO).detail == "cannot write /data/1: Input/output error"
    );
}

TEST_CASE("a root that cannot be a directory is refused by name at the start") {
    const temporary_directory place;
    const fs::path file = place.path / "file";
    std::ofstream(file) << "in the way";
    CHECK_THROWS_WITH_AS(image_store{file}, doctest::Contains(file.c_str()), std::runtime_error);
    CHECK_THROWS_AS(image_store{file / "below"}, std::runtime_error);
}

TEST_CASE("a root is created with everything above it") {
    const temporary_directory place;
    image_store pictures(place.path / "a" / "b" / "c");
    CHECK(pictures.put(id, 1, a_png()).has_value());
}

TEST_CASE("a reader sees the old picture or the new one, never a part") {
    const temporary_directory place;
    image_store pictures(place.path);
    const std::string first = a_png(1);
    const std::string second = *encode(test::busy(90, 90, 2), picture_format::png);
    REQUIRE(pictures.put(id, 1, first));
    std::atomic<bool> done = false;
    std::atomic<int> torn = 0;
    std::thread reader([&] {
        while (!done) {
            const auto bytes = pictures.read(id, 1);
            if (!bytes || (*bytes != first && *bytes != second)) {
                ++torn;
            }
        }
    });
    for (int i = 0; i < 40; ++i) {
        CHECK(pictures.put(id, 1, i % 2 == 0 ? second : first).has_value());
    }
    done = true;
    reader.join();
    CHECK(torn == 0);
}

TEST_CASE("two processes may put and link the same picture at the same time") {
    const temporary_directory place;
    const std::string ours = a_png(1);
    const std::string theirs = a_png(2);
    const auto put_often = [&](const std::string& bytes) {
        image_store pictures(place.path);
        int failures = 0;
        for (int i = 0; i < 25; ++i) {
            failures += pictures.put(id, 1, bytes) ? 0 : 1;
            failures += pictures.link(id, 1, id, 0) ? 0 : 1;
            failures += pictures.find_thumbnail(id, 1) ? 0 : 1;
        }
        return failures;
    };
    const pid_t child = fork();
    if (child == 0) {
        ::_exit(put_often(theirs));
    }
    CHECK(put_often(ours) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    image_store pictures(place.path);
    for (const int n : {0, 1}) {
        const auto bytes = pictures.read(id, n);
        REQUIRE(bytes);
        CHECK((*bytes == ours || *bytes == theirs));
    }
    for (const std::string& name : files_in(place.path)) {
        CAPTURE(name);
        CHECK_FALSE(name.ends_with(".tmp"));
    }
}

TEST_CASE("a picture number has one name only") {
    CHECK(is_task_id("0000000000000000"));
    const temporary_directory place;
    image_store pictures(place.path);
    REQUIRE(pictures.put("0000000000000000", 99, a_png()));
    CHECK(files_in(place.path) == names{"0/00/0000000000000000.99"});
}
