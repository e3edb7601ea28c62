// What a configuration is read for decides what may be out of reach, and what is wrong with it.
#include "configuration.hpp"

using namespace imagined;
using namespace imagined::test;

namespace {

config::sources sources_of(const temporary_directory& directory, std::string_view file) {
    return {.file = directory.write("imagined.toml", file), .environment = {}, .flags = {}};
}

// Nothing that it refers to is there.
constexpr std::string_view out_of_reach = R"(
[server]
listen = "127.0.0.1:8123"
api_keys = ["env:OPERATOR_KEY"]
metrics_keys = ["file:/nowhere/metrics"]
[callback]
secrets = ["env:SIGNING"]
proxy = "env:PROXY"
[worker]
concurrency = "env:CONCURRENCY"
[[caller]]
name = "bot"
key = "env:BOT"
[[backend]]
name = "camel-1"
dialect = "camel"
base_url = "env:WHERE"
keys = ["env:FIRST", "env:SECOND"]
)";

std::string one_error(const std::variant<config::settings, config::errors>& loaded) {
    const auto* errors = std::get_if<config::errors>(&loaded);
    REQUIRE(errors != nullptr);
    REQUIRE(errors->size() == 1);
    return errors->front();
}

std::string address_of(const config::sources& from) {
    const auto found = config::local_address(from);
    const auto* errors = std::get_if<config::errors>(&found);
    return errors == nullptr ? std::get<std::string>(found) : "error: " + errors->front();
}

} // namespace

TEST_CASE("an operator needs no value that stands elsewhere but Redis' own") {
    const temporary_directory directory;
    const auto from = sources_of(directory, out_of_reach);
    CHECK(std::get<config::errors>(config::load(from)).size() == 8);
    const auto loaded = config::load(from, config::purpose::operate);
    REQUIRE(std::holds_alternative<config::settings>(loaded));
    const auto& settings = std::get<config::settings>(loaded);
    CHECK(settings.warnings.empty());
    REQUIRE(settings.backends.size() == 1);
    CHECK(settings.backends.front().keys.size() == 2);
    CHECK(settings.backends.front().key_names.front() == "env:FIRST");
    CHECK(settings.backends.front().base_url == "http://unread.invalid");
    CHECK(settings.worker.concurrency == 1000);
}

TEST_CASE("what an operator uses must be there") {
    const temporary_directory directory;
    for (const std::string line :
         {"[redis]\nurl = \"env:REDIS\"",
          "[data]\ndir = \"file:/nowhere\"",
          "[[backend]]\nname = \"env:NAME\"\ndialect = \"official\"\nkeys = [\"k\"]"}) {
        CAPTURE(line);
        const auto loaded = config::load(sources_of(directory, line), config::purpose::operate);
        CHECK(contains(one_error(loaded), "that it names"));
    }
}

TEST_CASE("a flag and a variable may be out of reach, too") {
    const temporary_directory directory;
    auto from = sources_of(directory, "");
    from.flags = {{"server.api_keys", "env:OPERATOR_KEY"}};
    from.environment = {{"IMAGINED_CALLBACK_SECRETS", "file:/nowhere"}};
    CHECK(std::get<config::errors>(config::load(from)).size() == 2);
    const auto loaded = config::load(from, config::purpose::operate);
    CHECK(std::holds_alternative<config::settings>(loaded));
}

TEST_CASE("what is plainly wrong stays wrong for an operator") {
    const temporary_directory directory;
    const auto from = sources_of(directory, "[server]\napi_keys = 3");
    const auto loaded = config::load(from, config::purpose::operate);
    CHECK(contains(one_error(loaded), "server.api_keys: expected a list of strings"));
}

TEST_CASE("a server is asked where it listens, whatever else is wrong") {
    const temporary_directory directory;
    CHECK(address_of(sources_of(directory, out_of_reach)) == "http://127.0.0.1:8123");
    CHECK(
        address_of(sources_of(directory, "[worker]\nlease = \"soon\"\n[nonsense]\n"))
        == "http://127.0.0.1:8080"
    );
}

TEST_CASE("a wildcard is asked at loopback") {
    const temporary_directory directory;
    const auto at = [&](const std::string& listen) {
        return address_of(sources_of(directory, "[server]\nlisten = \"" + listen + "\""));
    };
    CHECK(at("0.0.0.0:81") == "http://127.0.0.1:81");
    CHECK(at("*:81") == "http://127.0.0.1:81");
    CHECK(at("[::]:81") == "http://[::1]:81");
    CHECK(at("[::1]:81") == "http://[::1]:81");
    CHECK(at("192.0.2.7:81") == "http://192.0.2.7:81");
}

TEST_CASE("where a server listens must be known") {
    const temporary_directory directory;
    const auto listens_at = [&](const std::string& text) {
        return address_of(sources_of(directory, "[server]\nlisten = " + text));
    };
    CHECK(contains(listens_at("\"127.0.0.1:0\""), "imagined.toml:2: server.listen: port 0"));
    CHECK(contains(listens_at("\"somewhere\""), "imagined.toml:2: server.listen: "));
    CHECK(contains(listens_at("\"env:LISTEN\""), "LISTEN"));
    auto broken = sources_of(directory, "not TOML at all");
    CHECK(contains(address_of(broken), "not TOML"));
    broken.flags = {{"server.listen", "127.0.0.1:82"}};
    CHECK(address_of(broken) == "http://127.0.0.1:82");
    broken.flags = {{"server.lisen", "127.0.0.1:82"}};
    CHECK(contains(address_of(broken), "did you mean server.listen?"));
}

TEST_CASE("without a file named, the first that is there is read") {
    const temporary_directory directory;
    const auto second = directory.write("second.toml", "[redis]\nprefix = \"second\"");
    const auto third = directory.write("third.toml", "[redis]\nprefix = \"third\"");
    config::sources from;
    from.otherwise = {directory.path("first.toml"), second, third};
    const auto settings = std::get<config::settings>(config::load(from));
    CHECK(settings.redis_prefix == "second");
    CHECK(settings.file == second);
    from.otherwise = {directory.path("first.toml")};
    CHECK(std::get<config::settings>(config::load(from)).file.empty());
}

TEST_CASE("the file to begin with says what is the default anyway") {
    const auto plain = settings_of({""});
    const auto begun = settings_of({config::starter_file()});
    CHECK(begun.listen == plain.listen);
    CHECK(begun.data_dir == plain.data_dir);
    CHECK(begun.backends.empty());
    CHECK(begun.warnings.empty());
}

TEST_CASE("every example in the file to begin with can be used") {
    std::string text;
    std::string line;
    for (const char c : config::starter_file() + "\n") {
        line += c;
        if (c == '\n') {
            const std::string bare = line.starts_with("# ") ? line.substr(2) : line;
            const auto word = bare.find_first_not_of("abcdefghijklmnopqrstuvwxyz_");
            const bool set = word > 0 && bare.compare(word, 3, " = ") == 0;
            text += set || bare.starts_with('[') ? bare : line;
            line.clear();
        }
    }
    const auto settings = settings_of(
        {text,
         {{"OPERATOR_KEY", "0123456789abcdef"},
          {"BOT_KEY", "fedcba9876543210"},
          {"IDEOGRAM_KEY", "k-1"}}}
    );
    CHECK(settings.warnings.empty());
    CHECK(settings.api.public_url == "https://pictures.example.org");
    CHECK(settings.redis_url == "redis://127.0.0.1:6379/0");
    CHECK(settings.api.callers.size() == 1);
    CHECK(settings.backends.size() == 1);
    CHECK(settings.max_spend_per_day == 10);
}
