// A secret may be read, used and compared; it is never shown.
#include "configuration.hpp"

#include "effective.hpp"

#include <toml++/toml.h>

using namespace imagined;
using namespace imagined::test;

namespace {

const std::string signing_secret = "whsec_" + to_base64("0123456789abcdefghijklmnopqrstuv");

// Each of these words is a secret, and recognisable.
given everything_secret() {
    return {
        "[server]\napi_keys = [\"operator-s3cret\"]\n"
        "[redis]\nurl = \"redis://user:redis-s3cret@127.0.0.1:6379/1\"\n"
        "[callback]\nsecrets = [\""
            + signing_secret
            + "\"]\n"
              "default_url = \"https://hooks.example/in?token=hook-s3cret\"\n"
              "proxy = \"http://user:out-s3cret@proxy.example:3128\"\n"
              "[fetch]\nproxy = \"http://user:out-s3cret@proxy.example:3128\"\n"
              "[[caller]]\nname = \"bot\"\nkey = \"env:BOT\"\n"
              "[[backend]]\nname = \"b\"\ndialect = \"camel\"\nbase_url = \"https://b.example\"\n"
              "keys = [\"backend-s3cret\"]\nproxy = \"http://s3cret@proxy.example:3128\"",
        {{"BOT", "caller-s3cret"},
         {"HTTPS_PROXY", "http://user:around-s3cret@proxy.example:3128"},
         {"IDEOGRAM_API_KEY", "ideogram-s3cret"}}
    };
}

} // namespace

TEST_CASE("the effective configuration holds no secret") {
    const auto text = settings_of(everything_secret()).effective;
    CHECK_FALSE(contains(text, "s3cret"));
    CHECK_FALSE(contains(text, signing_secret));
    CHECK(contains(text, "api_keys = [\"***\"]"));
    CHECK(contains(text, "redis://user:***@127.0.0.1:6379/1"));
    CHECK(contains(text, "https://hooks.example/in?***"));
    CHECK(contains(text, "proxy = \"http://user:***@proxy.example:3128\""));
    CHECK(contains(text, "proxy = \"\"  # the environment's: http://proxy.example:3128"));
}

TEST_CASE("the effective configuration is TOML and says what it said before") {
    const auto first = settings_of(everything_secret());
    const toml::table parsed = toml::parse(first.effective);
    CHECK(parsed["worker"]["lease"].value_or("") == std::string("15s"));
    CHECK(parsed["imagine"]["versions"]["niji"].value_or("") == std::string("V_2"));
    CHECK(parsed["backend"].as_array()->size() == 2);
    // Without secrets it reads back to itself, apart from where the values came from.
    const auto plain = settings_of({""});
    CHECK(settings_of({plain.effective}).worker.lease == plain.worker.lease);
    CHECK(errors_of({plain.effective}).empty());
}

TEST_CASE("the effective configuration tells where a value came from") {
    const auto text =
        settings_of({"[worker]\nlease = \"3s\"", {}, {{"log.level", "debug"}}}).effective;
    CHECK(contains(text, "lease = \"3s\"  # imagined.toml:2\n"));
    CHECK(contains(text, "level = \"debug\"  # flag --log.level\n"));
    CHECK(contains(text, "format = \"text\"\n"));
}

TEST_CASE("every secret is listed for those who look for leaks") {
    const auto secrets = settings_of(everything_secret()).secrets;
    for (const std::string& secret :
         {std::string("operator-s3cret"),
          std::string("redis-s3cret"),
          signing_secret,
          std::string("caller-s3cret"),
          std::string("backend-s3cret"),
          std::string("ideogram-s3cret")}) {
        CAPTURE(secret);
        CHECK(std::ranges::find(secrets, secret) != secrets.end());
    }
}

TEST_CASE("an error about a secret does not quote it") {
    for (const given& wrong : {
             given{"[server]\napi_keys = [12345678]"},
             given{"[server]\napi_keys = \"s3cret\""},
             given{"[callback]\nsecrets = [\"whsec_s3cret\"]"},
             given{"[callback]\nsecrets = [\"s3cret\"]"},
             given{"[redis]\nurl = \"redis://u:s3cret@host:port\""},
             given{"[redis]\nurl = \"nonsense://u:s3cret@host\""},
             given{"[server]\napi_keys = [\"env:sk-s3cret\"]"},
             given{"[worker]\nlease = \"env:WRONG\"", {{"WRONG", "s3cret"}}},
             given{"[worker]\nconcurrency = 1", {{"IMAGINED_CALLBACK_SECRETS", "s3cret"}}},
             given{"[[caller]]\nname = \"a\"\nkey = \"sha256:s3cret\""},
             given{"[server]\napi_keys = [s3cret]"},
             given{"[server]\napi_keys = [\"s3cret]"},
             given{"[server]\napi_keys = \"a\" s3cret"},
         }) {
        const auto error = error_of(wrong);
        CAPTURE(error);
        CHECK_FALSE(contains(error, "s3cret"));
        CHECK_FALSE(contains(error, "12345678"));
    }
}

TEST_CASE("a URL is masked where its secret stands") {
    using config::mask_url;
    CHECK(mask_url("redis://h:1/0") == "redis://h:1/0");
    CHECK(mask_url("redis://:pw@h:1/0") == "redis://:***@h:1/0");
    CHECK(mask_url("redis://u:p@w@h:1/0") == "redis://u:***@h:1/0");
    CHECK(mask_url("redis://token@h:1/0") == "redis://***@h:1/0");
    CHECK(mask_url("unix:///run/redis@1.sock?db=1") == "unix:///run/redis@1.sock?db=1");
}
