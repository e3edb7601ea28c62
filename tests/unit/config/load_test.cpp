// Where values come from, which one wins, and what is said about the ones that cannot be used.
#include "configuration.hpp"

using namespace imagined;
using namespace imagined::test;

TEST_CASE("an empty file gives the documented defaults") {
    const auto settings = settings_of({""});
    CHECK(settings.listen == "127.0.0.1:8080");
    CHECK(settings.api.public_url == "http://127.0.0.1:8080");
    CHECK(settings.api.max_body_bytes == 33554432);
    CHECK(settings.api.queue_limit == 100000);
    CHECK(settings.api.task_timeout == std::chrono::hours(1));
    CHECK(settings.api.imagine.images == 4);
    CHECK(settings.api.imagine.default_model == task::model::v3);
    CHECK(settings.api.imagine.versions == task::imagine_defaults{}.versions);
    CHECK(settings.data_dir == "./imagined-data");
    CHECK(settings.redis_url.empty());
    CHECK(settings.redis_prefix == "imagined");
    CHECK(settings.worker.concurrency == 1000);
    CHECK(settings.worker.lease == seconds(15));
    CHECK(settings.worker.grid_format == store::picture_format::jpeg);
    CHECK(settings.worker.task_ttl == std::chrono::hours(7 * 24));
    CHECK(settings.worker.image_ttl == std::chrono::hours(30 * 24));
    CHECK(settings.min_free == 64'000'000);
    CHECK(settings.callback.schedule.size() == 10);
    CHECK(settings.backends.empty());
    CHECK_FALSE(settings.retry_ambiguous_once);
    CHECK_FALSE(settings.api.log_prompts);
    CHECK(settings.warnings.empty());
}

TEST_CASE("every key of the file reaches the module that it is for") {
    const temporary_directory directory;
    const std::string banned = directory.write("banned.txt", "gore\r\n\n  two words \n");
    const auto settings = settings_of({R"(
[server]
listen = "127.0.0.1:9000"
public_url = "https://pictures.example/"
api_keys = ["operator-key"]
max_body_bytes = 2048
cors_origins = ["https://app.example"]
[data]
dir = "/tmp/x"
task_ttl = "1d"
image_ttl = "2d"
min_free = "1GiB"
[redis]
url = "redis://127.0.0.1:6379/3"
prefix = "other"
[worker]
concurrency = 7
queue_limit = 8
lease = "3s"
task_timeout = "9m"
on_ambiguous = "retry_once"
max_spend_per_day = 5
[imagine]
images = 2
default_model = "V_2"
versions = { "8" = "V_2A" }
grid_format = "webp"
banned_words = ")" + banned + R"("
[callback]
allow = ["127.0.0.1:9001"]
default_url = "http://127.0.0.1:9002/hook"
schedule = ["0s", "1s"]
[fetch]
allow = ["10.0.0.0/8"]
[log]
level = "debug"
format = "json"
prompts = true
[[caller]]
name = "bot"
key = "bot-key"
weight = 3
max_waiting = 4
max_running = 5
sees = "all"
[[backend]]
name = "camel-1"
dialect = "camel"
base_url = "https://camel.example/"
keys = ["a", "b"]
concurrency = 4
priority = -1
weight = 2
timeout = "90s"
models = ["V_3", "V_2_TURBO"]
operations = ["generate", "replace-background"]
max_spend_per_day = 1.5
prices = { "V_3/TURBO/generate" = 0.03 }
)"});
    CHECK(settings.listen == "127.0.0.1:9000");
    CHECK(settings.api.public_url == "https://pictures.example");
    CHECK(settings.api.api_keys == std::vector<std::string>{"operator-key"});
    CHECK(settings.api.max_body_bytes == 2048);
    CHECK(settings.api.cors_origins == std::vector<std::string>{"https://app.example"});
    CHECK(settings.api.queue_limit == 8);
    CHECK(settings.api.task_timeout == std::chrono::minutes(9));
    CHECK(settings.api.imagine.images == 2);
    CHECK(settings.api.imagine.default_model == task::model::v2);
    CHECK(
        settings.api.imagine.versions == std::map<std::string, task::model>{{"8", task::model::v2a}}
    );
    CHECK(settings.api.banned_words == std::vector<std::string>{"gore", "two words"});
    CHECK(settings.data_dir == "/tmp/x");
    CHECK(settings.redis_url == "redis://127.0.0.1:6379/3");
    CHECK(settings.redis_prefix == "other");
    CHECK(settings.worker.concurrency == 7);
    CHECK(settings.worker.lease == seconds(3));
    CHECK(settings.worker.grid_format == store::picture_format::webp);
    CHECK(settings.worker.task_ttl == std::chrono::hours(24));
    CHECK(settings.worker.image_ttl == std::chrono::hours(48));
    CHECK(settings.min_free == 1ULL << 30);
    CHECK(settings.retry_ambiguous_once);
    CHECK(settings.max_spend_per_day == 5.0);
    CHECK(settings.callback.allow == std::vector<std::string>{"127.0.0.1:9001"});
    CHECK(settings.callback.default_url == "http://127.0.0.1:9002/hook");
    CHECK(settings.callback.schedule == std::vector<milliseconds>{seconds(0), seconds(1)});
    CHECK(settings.fetch_allow == std::vector<std::string>{"10.0.0.0/8"});
    CHECK(settings.log.level == log::level::debug);
    CHECK(settings.log.format == log::format::json);
    CHECK(settings.api.log_prompts);
    REQUIRE(settings.api.callers.size() == 1);
    const auto& caller = settings.api.callers.front();
    CHECK(caller.name == "bot");
    CHECK(caller.key == "bot-key");
    CHECK(caller.weight == 3);
    CHECK(caller.max_waiting == 4);
    CHECK(caller.max_running == 5);
    CHECK(caller.sees_all);
    REQUIRE(settings.backends.size() == 1);
    const auto& backend = settings.backends.front();
    CHECK(backend.name == "camel-1");
    CHECK(backend.dialect == "camel");
    CHECK(backend.base_url == "https://camel.example");
    CHECK(backend.keys == std::vector<std::string>{"a", "b"});
    CHECK(backend.concurrency == 4);
    CHECK(backend.priority == -1);
    CHECK(backend.weight == 2);
    CHECK(backend.timeout == seconds(90));
    CHECK(backend.models == std::vector{task::model::v3, task::model::v2_turbo});
    CHECK(
        backend.operations
        == std::vector{task::operation::generate, task::operation::replace_background}
    );
    CHECK(backend.max_spend_per_day == 1.5);
    CHECK(backend.prices == std::map<std::string, double>{{"V_3/TURBO/generate", 0.03}});
}

TEST_CASE("a size is read from the file as text or bytes, and from the environment") {
    CHECK(settings_of({"[server]\nmax_body_bytes = \"2MB\""}).api.max_body_bytes == 2000000);
    CHECK(settings_of({"[server]\nmax_body_bytes = 4096"}).api.max_body_bytes == 4096);
}

TEST_CASE("what counts at start only is known by name") {
    const auto before = settings_of({"[redis]\nprefix = \"one\"\n[worker]\nlease = \"3s\""});
    const auto after = settings_of({"[redis]\nprefix = \"two\"\n[worker]\nlease = \"4s\""});
    CHECK(before.at_start.at("redis.prefix") == "\"one\"");
    CHECK(after.at_start.at("redis.prefix") == "\"two\"");
    CHECK(before.at_start.at("server.listen") == after.at_start.at("server.listen"));
    CHECK_FALSE(before.at_start.contains("worker.lease"));
}

TEST_CASE("flags win over the environment, which wins over the file") {
    const given three{
        "[worker]\nlease = \"3s\"\nconcurrency = 3\nqueue_limit = 3",
        {{"IMAGINED_WORKER_LEASE", "4s"}, {"IMAGINED_WORKER_CONCURRENCY", "4"}},
        {{"worker.lease", "5s"}}
    };
    const auto settings = settings_of(three);
    CHECK(settings.worker.lease == seconds(5));
    CHECK(settings.worker.concurrency == 4);
    CHECK(settings.api.queue_limit == 3);
}

TEST_CASE("lists are comma-separated in the environment and in flags") {
    const auto settings =
        settings_of({"", {{"IMAGINED_SERVER_API_KEYS", "a, b"}}, {{"callback.schedule", "0s,2s"}}});
    CHECK(settings.api.api_keys == std::vector<std::string>{"a", "b"});
    CHECK(settings.callback.schedule == std::vector<milliseconds>{seconds(0), seconds(2)});
}

TEST_CASE("every scalar key can be set by its variable and by its flag") {
    for (const std::string& key : config::scalar_keys()) {
        CAPTURE(key);
        std::string variable = "IMAGINED_" + key;
        std::ranges::transform(variable, variable.begin(), [](char c) {
            return c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        });
        // A value that no key takes: known keys answer with an error or take it, and never with the
        // warning that names an unknown variable.
        const auto loaded = load({"", {{variable, "15s"}}, {{key, "15s"}}});
        if (const auto* settings = std::get_if<config::settings>(&loaded)) {
            for (const std::string& warning : settings->warnings) {
                CHECK_FALSE(contains(warning, variable));
            }
        } else {
            for (const std::string& error : std::get<config::errors>(loaded)) {
                CHECK_FALSE(contains(error, "unknown"));
            }
        }
    }
}

TEST_CASE("a string can stand in a variable or in a file") {
    const temporary_directory directory;
    const std::string file = directory.write("key", "from-file\n");
    const auto settings = settings_of(
        {"[server]\napi_keys = [\"env:MY_KEY\", \"file:" + file
             + "\"]\n"
               "[worker]\nlease = \"env:MY_LEASE\"\nconcurrency = \"env:MY_NUMBER\"",
         {{"MY_KEY", "from-env"}, {"MY_LEASE", "6s"}, {"MY_NUMBER", "12"}}}
    );
    CHECK(settings.api.api_keys == std::vector<std::string>{"from-env", "from-file"});
    CHECK(settings.worker.lease == seconds(6));
    CHECK(settings.worker.concurrency == 12);
}

TEST_CASE("indirection works in variables and flags too") {
    const auto settings = settings_of(
        {"",
         {{"IMAGINED_SERVER_API_KEYS", "env:ONE,two"}, {"ONE", "1"}, {"LEVEL", "error"}},
         {{"log.level", "env:LEVEL"}}}
    );
    CHECK(settings.api.api_keys == std::vector<std::string>{"1", "two"});
    CHECK(settings.log.level == log::level::error);
}

TEST_CASE("a missing variable is an error that names key and variable") {
    const auto error = error_of({"[server]\napi_keys = [\"env:NOT_THERE\"]"});
    CHECK(contains(error, "imagined.toml:2: server.api_keys: "));
    CHECK(contains(error, "NOT_THERE"));
}

TEST_CASE("a missing file is an error that names the key") {
    const auto error = error_of({"[[caller]]\nname = \"bot\"\nkey = \"file:/no/such/file\""});
    CHECK(contains(error, "imagined.toml:3: caller[bot].key: "));
    CHECK(contains(error, "does not exist"));
}

TEST_CASE("all errors are reported at once, each with its source, line and key") {
    const auto errors = errors_of(
        {"[worker]\nlease = \"soon\"\nconcurrency = \"many\"\n[imagine]\nimages = 5",
         {{"IMAGINED_LOG_FORMAT", "xml"}},
         {{"data.task_ttl", "forever"}}}
    );
    CHECK(errors
          == config::errors{
              "imagined.toml:2: worker.lease: expected a duration such as \"250ms\", \"15s\" or "
              "\"7d\", not \"soon\"",
              "imagined.toml:3: worker.concurrency: expected a whole number",
              "imagined.toml:5: imagine.images: expected 1 to 4, not 5",
              "environment IMAGINED_LOG_FORMAT: log.format: expected one of text, json, not \"xml\"",
              "flag --data.task_ttl: data.task_ttl: expected a duration such as \"250ms\", \"15s\" "
              "or \"7d\", not \"forever\"",
          });
}

TEST_CASE("an unknown key is an error with a suggestion") {
    CHECK(
        error_of({"[worker]\nlaese = \"3s\""})
        == "imagined.toml:2: worker.laese: unknown, did you mean worker.lease?"
    );
    CHECK(
        error_of({"[[backend]]\nname = \"x\"\nkeys = [\"k\"]\ntimout = \"3s\""})
        == "imagined.toml:4: backend[x].timout: unknown, did you mean backend.timeout?"
    );
    CHECK(
        error_of({"[wroker]\nlease = \"3s\""})
        == "imagined.toml:1: wroker: unknown, did you mean worker?"
    );
    CHECK(
        error_of({"listen = \"127.0.0.1:1\""})
        == "imagined.toml:1: listen: unknown, did you mean server.listen?"
    );
    CHECK(
        error_of({"", {}, {{"server.lisen", "x"}}})
        == "flag --server.lisen: server.lisen: unknown, did you mean server.listen?"
    );
}

TEST_CASE("an unknown variable is a warning with a suggestion") {
    const auto settings = settings_of({"", {{"IMAGINED_SERVER_LISEN", "x"}, {"OTHER", "y"}}});
    CHECK(
        settings.warnings
        == std::vector<std::string>{"environment IMAGINED_SERVER_LISEN: not a setting, did you "
                                    "mean IMAGINED_SERVER_LISTEN?"}
    );
}

TEST_CASE("lists of tables and tables are told to stand in the file") {
    CHECK(contains(error_of({"", {}, {{"backend.name", "x"}}}), "[[backend]]"));
    CHECK(contains(error_of({"", {}, {{"imagine.versions", "x"}}}), "into the file"));
}

TEST_CASE("a file that is not TOML is one error with its line") {
    const auto error = error_of({"[server]\nlisten = \"127.0.0.1:1\"\n\n= broken"});
    CHECK(contains(error, "imagined.toml:4: not TOML: "));
}

TEST_CASE("a section of the wrong kind is an error") {
    CHECK(contains(error_of({"server = 3"}), "expected a table: [server]"));
    CHECK(contains(error_of({"[backend]\nname = \"x\""}), "expected tables: [[backend]]"));
}

TEST_CASE("a configuration file that was named but is not there is an error") {
    const auto loaded =
        config::load({.file = "/no/such/imagined.toml", .environment = {}, .flags = {}});
    REQUIRE(std::holds_alternative<config::errors>(loaded));
    CHECK(contains(std::get<config::errors>(loaded).front(), "/no/such/imagined.toml"));
}

TEST_CASE("a value of another type is refused with what was expected") {
    CHECK(contains(error_of({"[server]\nlisten = 8080"}), "expected a string"));
    CHECK(contains(error_of({"[server]\napi_keys = \"one\""}), "expected a list of strings"));
    CHECK(contains(error_of({"[server]\napi_keys = [\"a\", 2]"}), "element 2: expected a list"));
    CHECK(contains(error_of({"[log]\nprompts = \"true\""}), "expected true or false"));
    CHECK(contains(error_of({"[worker]\nconcurrency = 1.5"}), "expected a whole number"));
    CHECK(contains(error_of({"[imagine]\nversions = { \"4\" = 1 }"}), "\"4\": expected a string"));
}

TEST_CASE("IDEOGRAM_API_KEY adds an official backend") {
    const auto settings = settings_of({a_backend, {{"IDEOGRAM_API_KEY", "real"}}});
    REQUIRE(settings.backends.size() == 2);
    CHECK(settings.backends[1].name == "official");
    CHECK(settings.backends[1].dialect == "official");
    CHECK(settings.backends[1].base_url == "https://api.ideogram.ai");
    CHECK(settings.backends[1].keys == std::vector<std::string>{"real"});
}

TEST_CASE("IDEOGRAM_API_KEY adds nothing where it is empty or configured already") {
    CHECK(settings_of({"", {{"IDEOGRAM_API_KEY", ""}}}).backends.empty());
    const auto settings = settings_of(
        {"[[backend]]\nname = \"mine\"\nkeys = [\"env:IDEOGRAM_API_KEY\"]",
         {{"IDEOGRAM_API_KEY", "real"}}}
    );
    CHECK(settings.backends.size() == 1);
}

TEST_CASE("the backend of IDEOGRAM_API_KEY takes a name that is free") {
    const auto settings = settings_of(
        {"[[backend]]\nname = \"official\"\nkeys = [\"another\"]", {{"IDEOGRAM_API_KEY", "real"}}}
    );
    REQUIRE(settings.backends.size() == 2);
    CHECK(settings.backends[1].name == "official-2");
}
