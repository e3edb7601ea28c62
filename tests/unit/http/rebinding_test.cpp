// A name that leads somewhere else each time it is looked up. This program's getaddrinfo() answers
// for "rebinding.test" what the test says, and asks the system for every other name.
#include "client_harness.hpp"

#include "own_addresses.hpp"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <cstring>

namespace {

// The answers to come, one a look-up; the last one stays.
std::vector<std::string> answers; // NOLINT: a test's own world
std::atomic<int> looked_up = 0;   // NOLINT

} // namespace

extern "C" int
getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** found) {
    using function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto system = reinterpret_cast<function>(dlsym(RTLD_NEXT, "getaddrinfo"));
    if (node == nullptr || std::strcmp(node, "rebinding.test") != 0) {
        return system(node, service, hints, found);
    }
    const auto turn = std::min(static_cast<std::size_t>(looked_up++), answers.size() - 1);
    return system(answers[turn].c_str(), service, hints, found);
}

namespace imagined::http::test {

namespace {

struct rebinding {
    rebinding() { looked_up = 0; }

    exchange ask(scripted_server& server, const egress_policy& policy) {
        outgoing request;
        request.to = {false, "rebinding.test", server.port(), "/"};
        request.egress = &policy;
        request.fresh_connection = true;
        return from.send(request);
    }

    caller from;
    scripted_server inside{from.io, {saying(ok)}};
};

} // namespace

TEST_CASE_FIXTURE(rebinding, "the address that was judged is the one that is connected to") {
    // Judged by a first look-up and connected by a second, it would be let in and led elsewhere.
    answers = {"127.0.0.1", "127.0.0.9"};
    const auto only_that = egress_policy::parse({"127.0.0.1/32"}).value();
    CHECK(body_of(ask(inside, only_that)) == "hi");
    CHECK(looked_up == 1);
}

TEST_CASE_FIXTURE(rebinding, "a name that turns inside is refused at the next connection") {
    answers = {"127.0.0.1", "127.0.0.9", "169.254.169.254"};
    const auto only_that = egress_policy::parse({"127.0.0.1/32"}).value();
    CHECK(body_of(ask(inside, only_that)) == "hi");
    for (int i = 0; i < 2; ++i) {
        const auto refused = ask(inside, only_that);
        CHECK(kind_of(refused) == failure_kind::rejected);
        CHECK(refused.reached == progress::not_sent);
    }
    CHECK(inside.accepted() == 1);
}

TEST_CASE_FIXTURE(rebinding, "a name is a loophole to the inside for nobody") {
    answers = {"127.0.0.1"};
    const egress_policy public_only;
    CHECK(public_only.may_permit("rebinding.test", inside.port())); // nobody can know at submit
    CHECK(kind_of(ask(inside, public_only)) == failure_kind::rejected);
    CHECK(inside.accepted() == 0);
}

TEST_CASE("this machine's own addresses are known") {
    CHECK(is_own_address(asio::ip::make_address("127.0.0.1")));
    CHECK_FALSE(is_own_address(asio::ip::make_address("1.1.1.1")));
    CHECK_FALSE(is_own_address(asio::ip::make_address("2606:4700:4700::1111")));
}

} // namespace imagined::http::test
