// The configuration (contract §2): one declared table of keys, read from file, environment and
// flags, with every error reported at once. It fills each module's own options; no module ever sees
// "the configuration".
#pragma once

#include "imagined/api/api.hpp"
#include "imagined/backend/backend.hpp"
#include "imagined/base/log.hpp"
#include "imagined/callback/courier.hpp"
#include "imagined/http/server.hpp"
#include "imagined/worker/worker.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace imagined::config {

struct settings {
    std::filesystem::path file;            // that was read; "" if none
    std::string listen = "127.0.0.1:8080"; // as http::listener::open() takes it
    http::server_options server;
    // public_url is empty when it is to be "http://<listen>" and the port is known after binding.
    api::api_options api;
    bool sign_links = true; // addresses of pictures, as soon as there are keys
    std::filesystem::path data_dir;
    std::uint64_t min_free = 64'000'000; // bytes on the disk of data_dir
    std::string redis_url;               // "" = embedded
    std::string redis_prefix = "imagined";
    bool retry_ambiguous_once = false;
    double max_spend_per_day = 0;
    worker::worker_options worker;
    callback::courier_options callback;
    std::vector<std::string> fetch_allow;
    http::way_out fetch_out;
    log::options log;
    std::vector<backend::backend_options> backends;
    std::vector<backend::shared_dialect> dialects; // every [[dialect]]
    std::vector<std::string> warnings;

    // What counts at start only, by name, as TOML: not for showing, it holds secrets.
    std::map<std::string, std::string> at_start;
    // Every secret text that was configured, for masking and for the tests that look for leaks.
    std::vector<std::string> secrets;
    // The effective configuration as TOML, secrets masked.
    std::string effective;
};

// Where a value came from stands in front of each: "imagined.toml: worker.lease: …".
using errors = std::vector<std::string>;

// What the configuration is read for. A value that stands elsewhere (env:NAME, file:PATH) and
// cannot be read is an error to whoever uses it.
enum class purpose {
    serve,   // everything is used
    operate, // where Redis is, and which backends there are; no secret but Redis' own
    ask,     // where the server answers
};

inline constexpr const char* default_file = "imagined.toml";

struct sources {
    std::filesystem::path file; // must be there; "": the first of `otherwise` that is
    std::map<std::string, std::string> environment;
    std::vector<std::pair<std::string, std::string>> flags; // "server.listen" -> value
    std::vector<std::filesystem::path> otherwise{default_file};
};

// Flags over environment over file over defaults. Without secrets that `what_for` does not use
// their places hold the reference: as many keys, and as distinct, as were configured.
std::variant<settings, errors> load(const sources& from, purpose what_for = purpose::serve);

// "http://127.0.0.1:8080": where `serve` with this configuration is asked from the same machine.
// Only what is wrong with server.listen or a flag is an error.
std::variant<std::string, errors> local_address(const sources& from);

// A configuration file to begin with: what is set in it is as by default, and what is commented out
// is an example.
std::string starter_file();

// "15s", "250ms", "7d", "1h30m" is not accepted: one number, one unit (ms s m h d).
result<milliseconds> parse_duration(std::string_view text);

// The keys of scalars, for the command line: "server.listen".
std::vector<std::string> scalar_keys();

// The same with what each is for and its default, one line each, for the command line's help.
std::string manual();

// Every key of the table, for the man page and completion.
struct setting_help {
    std::string name; // "server.listen", "caller.key"
    std::string about;
    std::string fallback;   // in TOML; "" when it must be given
    bool as_option = false; // may be given as --name=value and in the environment
};

std::vector<setting_help> setting_helps();

} // namespace imagined::config
