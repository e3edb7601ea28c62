#include "imagined/store/picture_addresses.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <string>

using namespace imagined;
using store::picture_addresses;
using kind = picture_addresses::kind;

namespace {

const std::string addressed_id = "1760000000000001";

} // namespace

TEST_CASE("an open address is the bare id, and a token of before still leads there") {
    picture_addresses open(kind::open);
    CHECK(open.ready());
    CHECK(open.address_of("http://h", addressed_id) == "http://h/mj/image/" + addressed_id);
    CHECK(open.is_open(addressed_id));
    CHECK(open.read(addressed_id)->id == addressed_id);
    picture_addresses with_token(kind::with_token);
    with_token.learn("secret", 1);
    CHECK(!open.read(with_token.name_of(addressed_id)).has_value());
    open.learn("secret", 1);
    CHECK(open.read(with_token.name_of(addressed_id))->proven);
    CHECK(open.name_of(addressed_id) == addressed_id);
}

TEST_CASE("a signed name has twenty-two characters that need no escaping, and is always the same") {
    picture_addresses pictures(kind::with_token);
    CHECK(!pictures.ready());
    pictures.learn("secret", 0);
    CHECK(pictures.ready());
    const std::string name = pictures.name_of(addressed_id);
    CHECK(name.starts_with(addressed_id + "-"));
    const std::string token = name.substr(addressed_id.size() + 1);
    CHECK(token.size() == 22);
    CHECK(std::all_of(token.begin(), token.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_';
    }));
    CHECK(pictures.name_of(addressed_id) == name);
    const auto read = pictures.read(name);
    REQUIRE(read.has_value());
    CHECK(read->id == addressed_id);
    CHECK(read->proven);
    CHECK(!pictures.read(addressed_id)->proven);
    CHECK(!pictures.is_open(addressed_id));
}

TEST_CASE("what is no name is read as none") {
    picture_addresses pictures(kind::with_token);
    for (const std::string& name :
         {addressed_id + "-" + std::string(22, 'A'),
          addressed_id + "-",
          std::string("-"),
          std::string()}) {
        CHECK(!pictures.read(name).has_value()); // without a secret nothing is proven
    }
    pictures.learn("secret", 0);
    for (const std::string& name :
         {std::string(),
          std::string("17"),
          addressed_id + "0",
          addressed_id + "-",
          addressed_id + "-" + std::string(22, 'A'),
          "x" + pictures.name_of(addressed_id),
          pictures.name_of(addressed_id) + "x",
          pictures.name_of(addressed_id) + "/1"}) {
        CAPTURE(name);
        CHECK(!pictures.read(name).has_value());
    }
}
