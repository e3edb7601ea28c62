#include "imagined/base/plain_file.hpp"

#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace imagined;
namespace fs = std::filesystem;

namespace {

// The error of opening it, or 0.
int refused(const fs::path& path, symbolic_links links = symbolic_links::refused) {
    const int fd = open_plain_file(path.string(), links);
    const int reason = errno;
    if (fd >= 0) {
        ::close(fd);
        return 0;
    }
    return reason;
}

} // namespace

TEST_CASE("a file is opened, and nothing that is none; none of it waits") {
    const test::temporary_directory place;
    std::ofstream(place.path / "file") << "x";
    REQUIRE(::mkfifo((place.path / "pipe").c_str(), 0600) == 0);
    CHECK(refused(place.path / "file") == 0);
    CHECK(refused(place.path / "pipe") == EINVAL);
    CHECK(refused(place.path / "pipe", symbolic_links::followed) == EINVAL);
    CHECK(refused(place.path) == EINVAL);
    CHECK(refused("/dev/null") == EINVAL);
    CHECK(refused(place.path / "missing") == ENOENT);
}

TEST_CASE("a symbolic link is refused wherever it stands, unless links may be followed") {
    const test::temporary_directory place;
    fs::create_directory(place.path / "real");
    std::ofstream(place.path / "real" / "file") << "x";
    fs::create_symlink(place.path / "real", place.path / "linked");
    fs::create_symlink(place.path / "real" / "file", place.path / "name");
    CHECK(refused(place.path / "linked" / "file") == ELOOP);
    CHECK(refused(place.path / "name") == ELOOP);
    CHECK(refused(place.path / "name", symbolic_links::followed) == 0);
    CHECK(open_plain_directory((place.path / "linked").string()) < 0);
    const int fd = open_plain_directory((place.path / "real").string());
    REQUIRE(fd >= 0);
    ::close(fd);
}
