// From a request to a task. Whichever front a request comes through, here it is judged, its
// pictures are read and stored, and the queue gets the task: each function below ends with a value
// (outcome.hpp), and the front shows it. Nothing here knows a route or makes an answer of HTTP.
//
// What holds for all of them: with a refusal no task was made by this request and nothing is left
// of its pictures, unless its status is 500 or more, when nobody knows whether the queue took the
// task. `ctx` must outlive the coroutine. A submit that is cancelled may have made its task.
#pragma once

#include "imagined/submit/banned_words.hpp"
#include "imagined/submit/json_body.hpp"
#include "imagined/submit/outcome.hpp"

#include "imagined/backend/native_request.hpp"
#include "imagined/backend/roster.hpp"
#include "imagined/base/async.hpp"
#include "imagined/base/offload_pool.hpp"
#include "imagined/callback/courier.hpp"
#include "imagined/http/client.hpp"
#include "imagined/metrics/registry.hpp"
#include "imagined/queue/reading.hpp"
#include "imagined/queue/submission.hpp"
#include "imagined/store/image_store.hpp"
#include "imagined/task/mapping.hpp"
#include "imagined/task/submission.hpp"
#include "imagined/task/vocabulary.hpp"

#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace imagined::submit {

// Of one request.
inline constexpr std::size_t max_input_pictures = 5;
// Ideogram takes no larger file (ideogram-api.md §3).
inline constexpr std::size_t max_picture_bytes = std::size_t{10} * 1024 * 1024;

// A picture that stands in our own store.
struct own_picture {
    task::picture_ref picture;
    bool open = false; // to everybody; else to those who may see the task
};

struct options {
    // Of one configured caller, as far as refusals tell of them.
    struct caller_limits {
        std::string name;
        int max_waiting = 0;
        std::string rate;                     // as it was written: "60/m"
        std::vector<task::model> models = {}; // that it may use; empty: all
    };

    std::string public_url;
    std::vector<std::string> banned_words;
    std::vector<caller_limits> callers;
    std::size_t queue_limit = 100000;
    milliseconds task_timeout{3600000};
    milliseconds submit_budget{1800}; // of Redis' time
    task::imagine_defaults imagine;
    http::egress_policy fetch_rules; // whom input pictures may be fetched from
    milliseconds fetch_limit{15000}; // all input pictures of a submit together
    bool log_prompts = false;
};

// What submits talk to, all of which must outlive them, and what they share.
struct context {
    struct parts {
        queue::reading& tasks;
        queue::submission& submission;
        store::image_store& images;
        offload_pool& pool;
        const backend::roster& backends;
        const callback::courier& courier;
        metrics::registry& metrics;
        http::client& web; // for what clients name; every use is judged by fetch_rules
        // Which of our own pictures stands at this address; nullopt for any other address.
        std::function<std::optional<own_picture>(std::string_view address)> find_own;
    };

    context(submit::options chosen, parts given);

    submit::options options;
    submit::banned_words banned;
    queue::reading& tasks;
    queue::submission& submission;
    store::image_store& images;
    offload_pool& pool;
    const backend::roster& backends;
    const callback::courier& courier;
    metrics::registry& metrics;
    http::client& web;
    std::function<std::optional<own_picture>(std::string_view address)> find_own;
    std::mt19937_64 dice; // spreads tasks over equal backends
    int fetches = 0;      // input pictures that are being fetched
};

// Who submits, and what came beside the request's fields.
struct requester {
    queue::scope who;
    task::language lang = task::language::zh; // of the task's own texts
    std::optional<task::speed_mode> mode;     // of the path; over what the body names
    std::string traceparent;                  // "" unless exactly one valid one came
    std::string idempotency_key;              // "" for none
    std::string fingerprint; // tells two requests of one key apart; "" without a key
};

// -- In Midjourney's fields -----------------------------------------------------------------------

// One for each kind of submit: all of its fields, its whole life up to the queue.
using verb = awaitable<outcome>(context& ctx, requester from, json_body fields);

verb imagine;
verb describe;
verb blend;
verb shorten;
verb edit;
verb retexture;
verb change;        // a button by action and index
verb simple_change; // the same as "<id> U2"
verb press;         // a button by its customId
verb answer_modal;  // what a button asked for; the task that asked goes on

// -- In Ideogram's words --------------------------------------------------------------------------

struct native_wish {
    backend::native_request read;
    bool mended = false; // half a character of the body was replaced
};

awaitable<outcome> native(context& ctx, requester from, native_wish wanted);

// -- In plain words -------------------------------------------------------------------------------

struct plain_picture {
    std::string field; // where it stood, for refusals: "image"
    std::string text;  // an address, a data URL or base64; or
    std::string bytes; // a file
};

// A picture that is asked for without Midjourney's grammar: nothing in the prompt is a flag.
struct plain_wish {
    enum class kind { drawing, edit, variation } what = kind::drawing;
    std::string prompt;               // of a variation none is needed
    std::optional<task::model> model; // this one and no other; without one:
    std::string version;              // a key of imagine.versions; "": imagine.default_model
    int images = 1;
    std::optional<task::ratio> shape;
    std::optional<double> quality; // as --q: below 1 fast, above 1 fine
    std::optional<std::int64_t> seed;
    bool transparent = false;            // the background
    std::vector<plain_picture> pictures; // of an edit or a variation: at most max_plain_pictures
    std::optional<plain_picture> mask;   // what is transparent in it is painted anew
    task::handing_out handed;
    std::string notify_hook;
    std::string state;
    std::vector<std::string> notes;
};

inline constexpr std::size_t max_plain_pictures = 10;

// Refusals name the fields of OpenAI's images API.
awaitable<outcome> plain(context& ctx, requester from, plain_wish wanted);

// -- Pictures alone -------------------------------------------------------------------------------

// Stores pictures under an id that no task has, and names them: pictures 1, 2 … of it.
awaitable<std::variant<std::vector<task::picture_ref>, refusal>>
upload(context& ctx, requester from, json_body fields);

} // namespace imagined::submit
