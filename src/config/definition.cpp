#include "definition.hpp"

#include "constraints.hpp"

#include "imagined/backend/backend.hpp"
#include "imagined/callback/courier.hpp"
#include "imagined/task/mapping.hpp"

#include <algorithm>

namespace imagined::config {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::int64_t largest_body = 1LL << 30;
constexpr std::int64_t most_held = 1LL << 40;

std::vector<definition> once_keys() {
    return {
        {"server", "listen", "127.0.0.1:8080", "address and port to answer on", listen_address()},
        {"server",
         "public_url",
         "",
         "base of every URL handed out; default http://<listen>",
         base_url_or_empty()},
        {"server",
         "api_keys",
         words{},
         "the operator's keys: see and may do everything",
         no_empty(),
         true},
        {"server",
         "max_body_bytes",
         byte_size{33554432},
         "longest request body",
         size_within(1024, largest_body)},
        {"server",
         "max_held_bytes",
         byte_size{256000000},
         "of all request bodies at a time; beyond it new ones get 503",
         size_within(1024, most_held)},
        {"server",
         "max_streams",
         std::int64_t{1000},
         "streams of live events at a time, a quarter for one caller; more get 503",
         whole(0, 100000)},
        {"server",
         "metrics_keys",
         words{},
         "keys that may read /metrics, and nothing else",
         no_empty(),
         true},
        {"server",
         "image_links",
         "signed",
         "addresses of pictures: signed (with keys only), or open to whoever guesses one",
         one_of({"signed", "open"})},
        {"server", "cors_origins", words{"*"}, "origins of browsers that may call", origins()},

        {"data", "dir", "./imagined-data", "pictures and the embedded Redis", not_empty()},
        {"data",
         "task_ttl",
         milliseconds(hours(7 * 24)),
         "how long ended tasks are kept",
         no_shorter(minutes(1))},
        {"data",
         "image_ttl",
         milliseconds(hours(30 * 24)),
         "how long pictures are kept",
         no_shorter(minutes(1))},
        {"data",
         "min_free",
         byte_size{64'000'000},
         "room on the disk below which no paid call starts; 0B = any is enough"},

        {"redis",
         "url",
         "",
         "redis://[user:pw@]host:port/db, rediss://…, unix:///path?db=n; empty = embedded",
         redis_url_or_empty()},
        {"redis", "prefix", "imagined", "all keys in Redis start with it", redis_prefix()},

        {"worker",
         "concurrency",
         std::int64_t{1000},
         "upstream calls in flight in this process",
         whole(1, 100000)},
        {"worker",
         "queue_limit",
         std::int64_t{100000},
         "waiting tasks; beyond it code 23",
         whole(1, 100000000)},
        {"worker",
         "lease",
         milliseconds(seconds(15)),
         "how long a silent worker keeps its tasks",
         no_shorter(seconds(1))},
        {"worker",
         "task_timeout",
         milliseconds(hours(1)),
         "after it no new call of a task starts",
         no_shorter(seconds(1))},
        {"worker",
         "on_ambiguous",
         "fail",
         "a call whose outcome is unknowable: fail or retry_once",
         one_of({"fail", "retry_once"})},
        {"worker", "max_spend_per_day", 0.0, "USD over all backends; 0 = no cap", no_less(0)},

        {"imagine",
         "images",
         std::int64_t{4},
         "pictures per imagine; 4 makes the 2x2 grid",
         whole(1, 4)},
        {"imagine", "default_model", "V_3", "model without --v", model_name()},
        {"imagine",
         "versions",
         word_map{{"4", "V_1"}, {"5", "V_2"}, {"6", "V_3"}, {"7", "V_3"}, {"niji", "V_2"}},
         "model by the leading number of --v, and for --niji",
         version_models()},
        {"imagine", "grid_format", "jpeg", "jpeg, png or webp", one_of({"jpeg", "png", "webp"})},
        {"imagine", "banned_words", "", "a file, one a line; empty = off", readable_file_or_empty()
        },

        {"callback",
         "secrets",
         words{},
         "whsec_… signing secrets; several = rotation",
         signing_secrets(),
         true},
        {"callback",
         "signing_key",
         "",
         "whsk_… Ed25519 key that signs beside them; its public half at /.well-known/jwks.json",
         signing_key_or_empty(),
         true},
        {"callback",
         "allow",
         words{},
         "CIDR, host or host:port allowed although not public",
         egress_rules()},
        {"callback",
         "default_url",
         "",
         "used when a submit has no notifyHook; implicitly allowed",
         http_url_or_empty()},
        {"callback",
         "schedule",
         callback::courier_options{}.schedule,
         "delays before each attempt of a delivery",
         some_durations()},
        {"callback",
         "proxy",
         "",
         "http://[user:password@]host:port for deliveries; empty = straight",
         proxy_or_none_or_empty()},

        {"fetch", "allow", words{}, "the same, for input pictures fetched from URLs", egress_rules()
        },
        {"fetch",
         "proxy",
         "",
         "http://[user:password@]host:port for input pictures; empty = straight",
         proxy_or_none_or_empty()},

        {"log",
         "level",
         "info",
         "debug, info, warning, error or off",
         one_of({"debug", "info", "warning", "error", "off"})},
        {"log", "format", "text", "text or json", one_of({"text", "json"})},
        {"log", "prompts", false, "whether prompts may stand in the log"},
    };
}

std::vector<definition> list_keys() {
    return {
        {"caller", "name", "", "whom tasks and metrics name", plain_name(), false, true},
        {"caller", "key", "", "the caller's key, or \"sha256:<hex>\"", caller_key(), true, true},
        {"caller",
         "weight",
         std::int64_t{1},
         "share of the workers among waiting callers",
         whole(1, 1000)},
        {"caller",
         "max_waiting",
         std::int64_t{1000},
         "beyond: code 23; 0 = no limit",
         whole(0, 100000000)},
        {"caller",
         "max_running",
         std::int64_t{100},
         "tasks running at a time; 0 = no limit",
         whole(0, 100000)},
        {"caller",
         "rate",
         "",
         "submits, \"60/m\" or \"5/s\"; beyond: code 23; empty = any number",
         rate_or_empty()},
        {"caller", "sees", "own", "own or all: whose tasks", one_of({"own", "all"})},
        {"caller",
         "role",
         "client",
         "client, or viewer: reads, and nothing else",
         one_of({"client", "viewer"})},
        {"caller",
         "expires",
         "",
         "a date (to its end, UTC) or RFC 3339; later the key is 401; empty = never",
         date_or_empty()},
        {"caller", "models", words{}, "models that it may use; empty = all", model_names()},

        {"dialect", "name", "", "what a backend's dialect names", plain_name(), false, true},
        {"dialect",
         "extends",
         "",
         "a shipped dialect: what it says of an operation and a field named here counts where "
         "nothing is said"},
        {"dialect", "auth", "", "api-key, bearer or key; default bearer", auth_or_empty()},
        {"dialect", "path_prefix", "", "before its paths", path_or_empty()},
        {"dialect", "answer", tree{}, "pictures: the JSON pointer to them"},
        {"dialect",
         "operations",
         tree{},
         "of each operation: path, body, pictures, fields, values, const",
         {},
         false,
         true},

        {"backend", "name", "", "whom tasks, metrics and logs name", plain_name(), false, true},
        {"backend", "dialect", "official", "how it speaks: a shipped dialect or a [[dialect]]"},
        {"backend", "auth", "", "api-key, bearer or key; default the dialect's", auth_or_empty()},
        {"backend", "path_prefix", "", "before the dialect's paths", path_or_empty()},
        {"backend",
         "never_send",
         words{},
         "fields, and values in capitals, that it does not take",
         sent_words()},
        {"backend", "base_url", "", "its address; the official one by default", base_url_or_empty()
        },
        {"backend", "keys", words{}, "API keys", no_empty(), true, true},
        {"backend", "concurrency", std::int64_t{10}, "calls in flight per key", whole(1, 100000)},
        {"backend",
         "pictures",
         std::int64_t{backend::organisation_pictures},
         "pictures in progress per key, a call takes as many as it asks for; 0 = no limit, the "
         "default of dialects other than official",
         whole(0, 100000)},
        {"backend",
         "limit_group",
         "",
         "keys and backends of one name share both limits; \"key\" = each its own; by default the "
         "keys of an official backend share theirs",
         plain_name_or_empty()},
        {"backend", "priority", std::int64_t{0}, "lower first", whole(-1000000, 1000000)},
        {"backend", "weight", std::int64_t{1}, "among equals", whole(1, 1000000)},
        {"backend",
         "timeout",
         milliseconds(seconds(180)),
         "a call's deadline, from its marker",
         no_shorter(milliseconds(100))},
        {"backend", "models", words{}, "empty = all that the dialect has", model_names()},
        {"backend", "operations", words{}, "empty = all that the dialect has", operation_names()},
        {"backend", "max_spend_per_day", 0.0, "USD; 0 = no cap", no_less(0)},
        {"backend", "ca_file", "", "extra trust for a private relay", readable_file_or_empty()},
        {"backend",
         "proxy",
         "",
         "http://[user:password@]host:port; empty = the environment's HTTPS_PROXY, HTTP_PROXY and "
         "NO_PROXY; none = never",
         proxy_or_none_or_empty()},
        {"backend", "prices", number_map{}, "USD, overriding the shipped table", price_names()},
    };
}

const std::vector<definition>& table() {
    static const std::vector<definition> rows = [] {
        auto all = once_keys();
        auto lists = list_keys();
        std::ranges::move(lists, std::back_inserter(all));
        return all;
    }();
    return rows;
}

} // namespace

std::span<const definition> definitions() {
    return table();
}

const definition* find_definition(std::string_view section, std::string_view key) {
    const auto found = std::ranges::find_if(table(), [&](const definition& row) {
        return row.section == section && row.key == key;
    });
    return found == table().end() ? nullptr : &*found;
}

bool is_section(std::string_view name) {
    return std::ranges::any_of(table(), [&](const definition& row) { return row.section == name; });
}

bool is_list_section(std::string_view name) {
    return std::ranges::find(list_sections, name) != list_sections.end();
}

std::vector<std::string> scalar_names() {
    std::vector<std::string> names;
    for (const definition& row : table()) {
        if (!is_list_section(row.section) && has_text_form(row.is())) {
            names.push_back(row.name());
        }
    }
    return names;
}

std::vector<std::string> all_names() {
    std::vector<std::string> names;
    for (const definition& row : table()) {
        names.push_back(row.name());
    }
    return names;
}

} // namespace imagined::config
