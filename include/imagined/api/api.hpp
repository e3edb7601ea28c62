// The HTTP face of the program: Midjourney-proxy's routes (contract §3, mj-api.md), pictures,
// health. Every handler has three beats: read the request, ask the queue, answer. Authentication,
// CORS and the shape of errors exist once each.
#pragma once

#include "imagined/backend/roster.hpp"
#include "imagined/base/clock.hpp"
#include "imagined/base/offload_pool.hpp"
#include "imagined/callback/courier.hpp"
#include "imagined/http/client.hpp"
#include "imagined/http/server.hpp"
#include "imagined/metrics/registry.hpp"
#include "imagined/queue/operating.hpp"
#include "imagined/queue/reading.hpp"
#include "imagined/queue/shared_door.hpp"
#include "imagined/queue/submission.hpp"
#include "imagined/store/image_store.hpp"
#include "imagined/store/picture_addresses.hpp"
#include "imagined/task/mapping.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::api {

struct caller_options {
    std::string name;
    std::string key; // plain, or "sha256:<hex>"
    int weight = 1;
    int max_waiting = 1000;
    int max_running = 100;
    bool sees_all = false;
    queue::rate_limit rate = {};
    std::string rate_text = {};           // as it was written: "60/m"
    bool reads_only = false;              // a viewer
    unix_millis expires = 0;              // from then on its key is nobody's; 0: never
    std::vector<task::model> models = {}; // that it may use; empty: all
};

// How the live API keeps its clients informed; tests shorten it.
struct live_pace {
    milliseconds heartbeat{15000};  // a stream is never silent for longer
    milliseconds look_again{10000}; // at a watched task of which nothing was heard
    milliseconds place_every{3000}; // at one that waits, for its place in the queue
    milliseconds kept_for{60000};   // what serves watchers stays after the last one
};

struct api_options {
    std::string public_url;                // without a trailing slash
    std::vector<std::string> api_keys;     // the operator's
    std::vector<std::string> metrics_keys; // may read /metrics, and nothing else
    std::vector<caller_options> callers;
    std::vector<std::string> cors_origins{"*"};
    std::size_t max_body_bytes = 32 * std::size_t{1024} * 1024;
    std::size_t queue_limit = 100000;
    milliseconds task_timeout{3600000};
    milliseconds submit_budget{1800}; // of Redis' time; a submit is answered within 2 s
    task::imagine_defaults imagine;
    std::vector<std::string> banned_words;
    http::egress_policy fetch_rules; // whom input pictures may be fetched from
    milliseconds fetch_limit{15000}; // all input pictures of a submit together
    bool log_prompts = false;        // prompts are the users' own affair: one line a task if wanted
    std::string link_key;            // signs the links of input pictures (store/picture_link.hpp)
    std::size_t max_streams = 1000;  // of server-sent events, at a time
    double max_spend_per_day = 0;    // USD, all backends; 0: no cap
    std::string version = "0";       // of the program, for agents
    bool demo = false;               // the built-in sandbox draws: pictures are synthetic, and free
    live_pace live;
};

// Whether this process can do its work now, for /readyz.
struct readiness {
    bool ready = false;
    std::string reason;    // why not
    bool draining = false; // submits are answered 503
    bool closed = false;   // so they are: what is wrong stays until somebody mends it
    bool no_room = false;  // on the disk: no paid call starts here
    std::vector<std::string> warnings;
};

// Opens the queue's channel of changes (queue::live_channel): `on_change` gets each message,
// `on_ready` runs after each (re)connect. It ends when the returned object does; both run on the
// event loop, and may end it.
using change_feed = std::function<std::shared_ptr<void>(
    std::function<void(std::string_view)> on_change, std::function<void()> on_ready
)>;

// What came of reading the configuration again.
struct reloaded {
    std::vector<std::string> errors = {}; // all that is wrong with it; then nothing has changed
    std::vector<std::string> warnings = {};
    std::vector<std::string> need_restart = {}; // settings that count from the next start on
};

// What the handlers talk to. All of it must outlive the api.
struct api_parts {
    queue::reading& tasks;
    queue::submission& submission;
    queue::operating& operating;
    queue::shared_door& door;
    store::image_store& images;
    const store::picture_addresses& pictures;
    offload_pool& pool;
    const backend::roster& backends;
    const callback::courier& courier;
    metrics::registry& metrics;
    http::client& web; // for what clients name; every use is judged by fetch_rules
    std::function<readiness()> ready;
    change_feed changes = {};              // without one, watchers are told late
    std::function<reloaded()> reload = {}; // without one, there is nothing to read again
};

// May be destroyed while the loop goes on once `live.kept_for`, and some seconds, have passed since
// its last request or stream ended.
std::unique_ptr<http::handler> make_api(api_options options, api_parts parts);

// What stands before everything that this process answers. Without any key configured it keeps
// out what pages of other sites send (http/local_access.hpp); with keys it lets all pass. `behind`
// must outlive it.
std::unique_ptr<http::handler> make_front_door(const api_options& options, http::handler& behind);

} // namespace imagined::api
