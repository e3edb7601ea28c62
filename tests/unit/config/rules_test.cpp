// What single values and several together must fulfil.
#include "configuration.hpp"

using namespace imagined;
using namespace imagined::test;

namespace {

// The error of one key's value in its section.
std::string refused(const std::string& section, const std::string& line) {
    return error_of({"[" + section + "]\n" + line});
}

std::string backend_with(const std::string& line) {
    return "[[backend]]\nname = \"b\"\ndialect = \"camel\"\nbase_url = \"https://b.example\"\n"
           "keys = [\"k\"]\n"
           + line;
}

} // namespace

TEST_CASE(
    "an official backend is one organisation with ten places, a relay's keys are by themselves"
) {
    const auto official = settings_of({"[[backend]]\nname = \"o\"\nkeys = [\"a\", \"b\"]"});
    CHECK(official.backends.front().pictures == 10);
    CHECK(official.backends.front().limit_group == "o");
    const auto relay = settings_of({backend_with("")});
    CHECK(relay.backends.front().pictures == 0);
    CHECK(relay.backends.front().limit_group == "key");
    CHECK(settings_of({backend_with("pictures = 7")}).backends.front().pictures == 7);
    CHECK(contains(error_of({backend_with("pictures = -1")}), "backend[b].pictures"));
    CHECK(contains(error_of({backend_with("limit_group = \"a b\"")}), "backend[b].limit_group"));
}

TEST_CASE("who shares a limit means the same one") {
    const auto two = [](const std::string& first, const std::string& second) {
        const std::string rest = "dialect = \"camel\"\nbase_url = \"https://b.example\"\n"
                                 "limit_group = \"team\"\n";
        return "[[backend]]\nname = \"one\"\nkeys = [\"k1\"]\n" + rest + first
               + "\n[[backend]]\nname = \"two\"\nkeys = [\"k2\"]\n" + rest + second + "\n";
    };
    CHECK(errors_of({two("pictures = 4", "pictures = 4")}).empty());
    const auto error = error_of({two("pictures = 4", "pictures = 5")});
    CHECK(contains(error, "backend[two].pictures: is 5, but 4 of one"));
    CHECK(contains(error, "limit_group team with two"));
    CHECK(contains(
        error_of({two("concurrency = 3", "")}), "backend[two].concurrency: is 10, but 3 of one"
    ));
}

TEST_CASE("a wildcard listen needs public_url") {
    const auto error = error_of({"[server]\nlisten = \"0.0.0.0:8080\"\napi_keys = [\"k\"]"});
    CHECK(contains(error, "imagined.toml:2: server.listen: "));
    CHECK(contains(error, "server.public_url"));
    CHECK(error_of({"[server]\nlisten = \"[::]:8080\"\napi_keys = [\"k\"]"}).size() > 0);
    const auto settings = settings_of({"[server]\nlisten = \"0.0.0.0:8080\"\napi_keys = "
                                       "[\"k\"]\npublic_url = \"https://p.example\""});
    CHECK(settings.api.public_url == "https://p.example");
}

TEST_CASE("without any key only a loopback address may be listened on") {
    const auto error = error_of({"[server]\nlisten = \"192.168.1.5:8080\""});
    CHECK(contains(error, "server.listen: "));
    CHECK(contains(error, "server.api_keys"));
    CHECK(errors_of({"[server]\nlisten = \"192.168.1.5:8080\"\napi_keys = [\"k\"]"}).empty());
    CHECK(errors_of({"[server]\nlisten = \"192.168.1.5:8080\"\n"
                     "[[caller]]\nname = \"a\"\nkey = \"k\""})
              .empty());
}

TEST_CASE("a key that could not be read is not taken for an open server") {
    const auto error =
        error_of({"[server]\nlisten = \"192.168.1.5:8080\"\napi_keys = [\"env:NOT_THERE\"]"});
    CHECK(contains(error, "server.api_keys"));
}

TEST_CASE("public_url follows from listen, and with port 0 it is left to be completed") {
    CHECK(settings_of({"[server]\nlisten = \"[::1]:81\""}).api.public_url == "http://[::1]:81");
    CHECK(settings_of({"[server]\nlisten = \"127.0.0.1:0\""}).api.public_url.empty());
}

TEST_CASE("public_url is a plain base URL") {
    CHECK(contains(refused("server", "public_url = \"ftp://x.example\""), "server.public_url"));
    CHECK(contains(refused("server", "public_url = \"https://x.example?a=b\""), "without query"));
    CHECK(
        settings_of({"[server]\npublic_url = \"https://x.example/a/\""}).api.public_url
        == "https://x.example/a"
    );
}

TEST_CASE("empty keys are refused") {
    CHECK(contains(refused("server", "api_keys = [\"\"]"), "empty"));
    CHECK(contains(error_of({"[[caller]]\nname = \"a\"\nkey = \"\""}), "caller[a].key: is empty"));
    CHECK(contains(
        error_of({"[[backend]]\nname = \"b\"\nkeys = [\"env:EMPTY\"]", {{"EMPTY", ""}}}),
        "backend[b].keys: an element is empty"
    ));
    CHECK(contains(error_of({"[[backend]]\nname = \"b\"\nkeys = []"}), "needs a key"));
}

TEST_CASE("names are used once") {
    CHECK(contains(error_of({a_backend + a_backend}), "backend[camel-1].name: is used twice"));
    CHECK(contains(
        error_of({"[[caller]]\nname = \"a\"\nkey = \"1\"\n[[caller]]\nname = \"a\"\nkey = \"2\""}),
        "caller[a].name: is used twice"
    ));
}

TEST_CASE("a key tells one caller from all others") {
    CHECK(contains(
        error_of({"[[caller]]\nname = \"a\"\nkey = \"1\"\n[[caller]]\nname = \"b\"\nkey = \"1\""}),
        "caller[b].key"
    ));
    CHECK(contains(
        error_of({"[server]\napi_keys = [\"1\"]\n[[caller]]\nname = \"b\"\nkey = \"1\""}),
        "caller[b].key"
    ));
    const std::string digest = sha256_hex("1");
    CHECK(contains(
        error_of(
            {"[server]\napi_keys = [\"1\"]\n[[caller]]\nname = \"b\"\nkey = \"sha256:" + digest
             + "\""}
        ),
        "caller[b].key"
    ));
}

TEST_CASE("a hashed caller key is 64 hex digits") {
    CHECK(contains(error_of({"[[caller]]\nname = \"a\"\nkey = \"sha256:abc\""}), "64 hex digits"));
}

TEST_CASE("a list's tables say what they lack") {
    CHECK(
        errors_of({"[[caller]]\nweight = 1"})
        == config::
            errors{"imagined.toml:1: caller[1].name: is required", "imagined.toml:1: caller[1].key: is required"}
    );
    CHECK(
        error_of({"[[backend]]\nname = \"b\"\nkeys = [\"k\"]\ndialect = \"camel\""})
        == "imagined.toml:1: backend[b].base_url: is required"
    );
}

TEST_CASE("the official dialect knows its address") {
    const auto settings = settings_of({"[[backend]]\nname = \"b\"\nkeys = [\"k\"]"});
    CHECK(settings.backends.front().base_url == "https://api.ideogram.ai");
}

TEST_CASE("words of a closed set are listed when an unknown one is met") {
    CHECK(contains(error_of({backend_with("models = [\"V_9\"]")}), "V_2A_TURBO"));
    CHECK(contains(error_of({backend_with("operations = [\"paint\"]")}), "replace-background"));
    CHECK(contains(
        error_of({"[[backend]]\nname = \"b\"\nkeys = [\"k\"]\ndialect = \"klingon\"\n"
                  "base_url = \"https://b.example\""}),
        "official"
    ));
    CHECK(contains(refused("imagine", "default_model = \"V_9\""), "V_1_TURBO"));
    CHECK(contains(refused("imagine", "versions = { \"6\" = \"V_9\" }"), "V_9"));
    CHECK(contains(refused("imagine", "versions = { \"six\" = \"V_3\" }"), "six"));
    CHECK(contains(refused("imagine", "grid_format = \"gif\""), "jpeg, png, webp"));
    CHECK(contains(refused("worker", "on_ambiguous = \"maybe\""), "fail, retry_once"));
    CHECK(contains(error_of({"[[caller]]\nname = \"a\"\nkey = \"k\"\nsees = \"some\""}), "own, all")
    );
}

TEST_CASE("prices name what they are for and are not negative") {
    CHECK(contains(error_of({backend_with("prices = { \"V_3/nonsense\" = 1 }")}), "nonsense"));
    CHECK(contains(error_of({backend_with("prices = { \"upscale\" = -1 }")}), "upscale"));
}

TEST_CASE("sizes, counts and lengths have limits") {
    CHECK(contains(refused("imagine", "images = 0"), "1 to 4"));
    CHECK(contains(refused("server", "max_body_bytes = 0"), "expected"));
    CHECK(contains(refused("worker", "concurrency = 0"), "expected"));
    CHECK(contains(refused("worker", "queue_limit = -1"), "expected"));
    CHECK(contains(refused("worker", "lease = \"10ms\""), "1s or longer"));
    CHECK(contains(refused("worker", "max_spend_per_day = -1"), "0 or more"));
    CHECK(contains(refused("callback", "schedule = []"), "at least one"));
    CHECK(contains(error_of({backend_with("concurrency = 0")}), "backend[b].concurrency"));
    CHECK(contains(error_of({backend_with("timeout = \"0s\"")}), "backend[b].timeout"));
}

TEST_CASE("rules of egress are CIDRs, hosts or host and port") {
    CHECK(contains(refused("callback", "allow = [\"10.0.0.0/99\"]"), "10.0.0.0/99"));
    CHECK(contains(refused("fetch", "allow = [\"a b\"]"), "fetch.allow"));
    CHECK(contains(refused("fetch", "allow = [\"a b\"]"), "expected an address, a CIDR"));
    CHECK(contains(refused("callback", "default_url = \"not a url\""), "callback.default_url"));
}

TEST_CASE("the Redis address must be readable, and the prefix harmless") {
    CHECK(contains(refused("redis", "url = \"http://127.0.0.1\""), "redis.url"));
    for (const char* prefix : {"", "a b", "{a}", "a*"}) {
        CAPTURE(prefix);
        CHECK(contains(refused("redis", "prefix = \"" + std::string(prefix) + "\""), "redis.prefix")
        );
    }
}

TEST_CASE("an origin is a scheme, a host and perhaps a port") {
    CHECK(errors_of({"[server]\ncors_origins = [\"*\", \"https://a.example:8443\"]"}).empty());
    CHECK(contains(refused("server", "cors_origins = [\"a.example\"]"), "server.cors_origins"));
    CHECK(contains(refused("server", "cors_origins = [\"https://a.example/x\"]"), "no origin"));
}

TEST_CASE("files that are named must be readable") {
    CHECK(contains(refused("imagine", "banned_words = \"/no/such\""), "does not exist"));
    CHECK(contains(error_of({backend_with("ca_file = \"/no/such\"")}), "backend[b].ca_file"));
}

TEST_CASE("a bad listen is refused with an example") {
    CHECK(contains(refused("server", "listen = \"8080\""), "127.0.0.1:8080"));
}

TEST_CASE("a backend goes where its proxy says, else where the environment does") {
    const std::map<std::string, std::string> around{
        {"HTTPS_PROXY", "http://around.example:1"}, {"no_proxy", "direct.example"}
    };
    const auto target = http::parse_url("https://camel.example/").value();
    const auto way = [&](const std::string& line, const auto& environment) -> std::string {
        const auto read = settings_of({a_backend + line, environment});
        const auto* via = read.backends[0].out.to(target);
        return via == nullptr ? "" : via->text();
    };
    CHECK(way("", around) == "http://around.example:1");
    CHECK(way("proxy = \"http://own.example:2\"", around) == "http://own.example:2");
    CHECK(way("proxy = \"none\"", around) == "");
    CHECK(way("", std::map<std::string, std::string>()) == "");
    const auto others = settings_of({a_backend, around});
    CHECK(others.fetch_out.to(target) == nullptr);
    CHECK(others.callback.out.to(target) == nullptr);
    const auto set = settings_of(
        {"[fetch]\nproxy = \"http://f.example:3\"\n[callback]\nproxy = \"http://c.example:4\"",
         around}
    );
    CHECK(set.fetch_out.to(target)->text() == "http://f.example:3");
    CHECK(set.callback.out.to(target)->text() == "http://c.example:4");
}

TEST_CASE("a proxy that cannot be used is an error, and a warning in the environment") {
    const auto error = error_of({a_backend + "proxy = \"socks5://u:s3cret@p:1080\""});
    CHECK(contains(error, "backend[camel-1].proxy"));
    CHECK_FALSE(contains(error, "s3cret"));
    const auto read = settings_of({a_backend, {{"HTTPS_PROXY", "socks5://u:s3cret@p:1080"}}});
    REQUIRE(read.warnings.size() == 1);
    CHECK(contains(read.warnings[0], "HTTPS_PROXY"));
    CHECK_FALSE(contains(read.warnings[0], "s3cret"));
}

TEST_CASE("a caller's rate is a number and a unit of time") {
    const auto rate_of = [](const std::string& text) {
        return settings_of({"[[caller]]\nname = \"bot\"\nkey = \"k-of-the-bot\"\nrate = \"" + text
                            + "\""})
            .api.callers[0];
    };
    CHECK(rate_of("60/m").rate.count == 60);
    CHECK(rate_of("60/m").rate.period == seconds(60));
    CHECK(rate_of("60/m").rate_text == "60/m");
    CHECK(rate_of("5/s").rate.period == seconds(1));
    CHECK(rate_of("7/h").rate.period == seconds(3600));
    CHECK(rate_of("1/d").rate.period == seconds(86'400));
    CHECK(rate_of("").rate.count == 0);
    for (const auto* text :
         {"60", "/m", "60/", "60/min", "0/m", "-1/m", "1.5/s", " 5/s", "5 /s", "9999999/s", "60/m/s"
         }) {
        CAPTURE(text);
        const auto error = error_of(
            {"[[caller]]\nname = \"bot\"\nkey = \"k-of-the-bot\"\nrate = \"" + std::string(text)
             + "\""}
        );
        CHECK(contains(error, "caller[bot].rate"));
        CHECK(contains(error, "60/m"));
    }
}

TEST_CASE("a caller's key ends with a day or at a moment") {
    const auto caller_with = [](const std::string& text) {
        return "[[caller]]\nname = \"bot\"\nkey = \"k-of-the-bot\"\nexpires = \"" + text + "\"";
    };
    const auto end_of = [&](const std::string& text) {
        return settings_of({caller_with(text)}).api.callers[0].expires;
    };
    CHECK(end_of("") == 0);
    CHECK(end_of("2027-01-01") == 1'798'848'000'000); // 2027-01-02T00:00Z
    CHECK(end_of("2028-02-29") == 1'835'481'600'000);
    CHECK(end_of("2027-01-01T12:00:00Z") == 1'798'804'800'000);
    CHECK(end_of("2027-01-01t12:00:00.250z") == 1'798'804'800'250);
    CHECK(end_of("2027-01-01 12:00:00Z") == 1'798'804'800'000);
    CHECK(end_of("2027-01-01T12:00:00+08:00") == 1'798'776'000'000);
    CHECK(end_of("2027-01-01T12:00:00-00:30") == 1'798'806'600'000);
    for (const auto* text :
         {"tomorrow",
          "2027",
          "2027-1-1",
          "2027-02-29",
          "2027-13-01",
          "2027-00-10",
          "2027-01-32",
          "01-01-2027",
          "2027-01-01T",
          "2027-01-01T12:00",
          "2027-01-01T12:00:00",
          "2027-01-01T24:00:00Z",
          "2027-01-01T12:00:00.Z",
          "2027-01-01T12:00:00+0800",
          "2027-01-01T12:00:00Z ",
          "-027-01-01",
          "2027-01-01Z"}) {
        CAPTURE(text);
        const auto error = error_of({caller_with(text)});
        CHECK(contains(error, "caller[bot].expires"));
        CHECK(contains(error, "2027-01-01"));
    }
}

TEST_CASE("a caller may be a viewer, and be kept to some models") {
    const std::string bot = "[[caller]]\nname = \"bot\"\nkey = \"k-of-the-bot\"\n";
    const auto plain = settings_of({bot}).api.callers[0];
    CHECK_FALSE(plain.reads_only);
    CHECK(plain.models.empty());
    CHECK(settings_of({bot + "role = \"viewer\""}).api.callers[0].reads_only);
    CHECK(
        settings_of({bot + "models = [\"V_2\", \"V_3\"]"}).api.callers[0].models
        == std::vector{task::model::v2, task::model::v3}
    );
    CHECK(contains(error_of({bot + "role = \"guest\""}), "caller[bot].role"));
    CHECK(contains(error_of({bot + "models = [\"V_9\"]"}), "caller[bot].models"));
}
