#include "imagined/store/picture_link.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include <unistd.h>

namespace imagined::store {

namespace {

constexpr const char* linked_id = "1795179585251000";
constexpr unix_millis now = 1'800'000'000'000;

std::string name_of(const std::string& link) {
    return link.substr(link.rfind('/') + 1);
}

} // namespace

TEST_CASE("a link leads to its picture until it expires") {
    const std::string link = picture_link("key", "http://host:1", {linked_id, 90, now + 1});
    CHECK(link.starts_with("http://host:1/mj/image/1795179585251000/90-"));
    CHECK(picture_of_link("key", linked_id, name_of(link), now) == 90);
    CHECK_FALSE(picture_of_link("key", linked_id, name_of(link), now + 1));
}

TEST_CASE("a link cannot be made up or bent") {
    const std::string name = name_of(picture_link("key", "http://h", {linked_id, 90, now + 1000}));
    CHECK_FALSE(picture_of_link("other", linked_id, name, now));
    CHECK_FALSE(picture_of_link("", linked_id, name, now));
    CHECK_FALSE(picture_of_link("key", "1795179585251010", name, now));
    CHECK_FALSE(picture_of_link("key", linked_id, "91" + name.substr(2), now));
    CHECK_FALSE(picture_of_link("key", linked_id, "90-9" + name.substr(3), now));
    CHECK_FALSE(picture_of_link("key", linked_id, name.substr(0, name.size() - 1), now));
    for (const char* text : {"", "-", "--", "90", "90-", "90-1800000001000", "a-b-c"}) {
        CHECK_FALSE(picture_of_link("key", linked_id, text, now));
    }
}

TEST_CASE("all processes of a folder share one key") {
    const auto folder =
        std::filesystem::temp_directory_path() / ("imagined-link-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    const auto first = load_link_key(folder);
    const auto second = load_link_key(folder);
    REQUIRE(first.has_value());
    CHECK(*first == *second);
    CHECK(first->size() == 64);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        files += entry.is_regular_file() ? 1 : 0;
    }
    CHECK(files == 1);
    std::filesystem::remove_all(folder);
    CHECK_FALSE(load_link_key(folder).has_value());
}

} // namespace imagined::store
