#include "simulator.hpp"

#include "documents.hpp"

#include "imagined/backend/prices.hpp"
#include "imagined/base/bytes.hpp"
#include "imagined/base/clock.hpp"
#include "imagined/base/finally.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace imagined::sandbox {

namespace {

using nlohmann::json;

constexpr std::string_view picture_path = "/api/images/ephemeral/";
constexpr std::string_view ledger_path = "/__ledger";
constexpr std::string_view ledger_files_path = "/__ledger/"; // …<place>/<field>[/<occurrence>]
constexpr std::string_view script_path = "/__script";
constexpr std::string_view switches_path = "/__switches";
constexpr std::int64_t link_life = std::int64_t{24} * 3600; // seconds, as measured at Ideogram
constexpr std::size_t max_script_bytes = std::size_t{4} * 1024 * 1024;
constexpr std::size_t files_per_call = 6; // of full size; a call with more is refused by its length
constexpr std::size_t kept_pictures = 48;

http::response json_answer(int status, const json& body) {
    http::response made;
    made.status = status;
    made.headers.set("Content-Type", "application/json");
    made.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
    return made;
}

http::response error_answer(const form_dialect* of, int status, std::string_view text) {
    return json_answer(status, error_body(of == nullptr ? "official" : of->name(), status, text));
}

// With the order's trouble on the way, whatever the answer says.
reply as_ordered(http::response said, const scripted_outcome& ordered) {
    for (const auto& [name, value] : ordered.headers) {
        said.headers.set(name, value);
    }
    reply made(std::move(said));
    made.drip = static_cast<std::size_t>(ordered.drip);
    if (ordered.truncate) {
        made.sent = delivery::half;
    } else if (ordered.drop == dropping::after_read) {
        made.sent = delivery::nothing;
    }
    return made;
}

// Takes the text up to the next slash off `path`.
std::string_view take_part(std::string_view& path) {
    const auto end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    return part;
}

std::optional<std::size_t> number_in(std::string_view text) {
    std::size_t number = 0;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && stopped == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

int pictures_of(const accepted_call& call) {
    const bool single = call.request.what == task::operation::describe
                        || call.request.what == task::operation::remove_background;
    return single ? 1 : call.request.images;
}

// The only dialect that documents a limit of its organisation (upstream-specs.md §1.7).
constexpr std::string_view organised_dialect = "official";

http::response organisation_busy(int limit) {
    return json_answer(
        429,
        {{"error", "Too many images in progress"},
         {"reject_reason", "inflight_limit"},
         {"max_inflight_requests", limit}}
    );
}

} // namespace

simulator::simulator(sandbox_options options)
    : options_(std::move(options)), pool_({.threads = 1, .max_queued = 4096}) {
    if (options_.picture_key.empty()) {
        options_.picture_key = random_hex(32);
    }
    std::random_device entropy;
    random_.seed(entropy());
    switches_.org_pictures = options_.org_pictures;
}

std::optional<simulator::route> simulator::find_route(std::string_view path) const {
    route found;
    found.of = backend::find_form_dialect(options_.dialect);
    const auto second = path.find('/', 1);
    if (second != std::string_view::npos) {
        if (const auto* named = backend::find_form_dialect(path.substr(1, second - 1));
            named != nullptr) {
            found.of = named;
            path.remove_prefix(second);
        }
    }
    found.path = std::string(path);
    for (const form& one : found.of->forms()) {
        if (one.path == path) {
            found.forms.push_back(&one);
        }
    }
    // Of operations that share a path, the one that the path is named after counts.
    std::stable_partition(found.forms.begin(), found.forms.end(), [path](const form* one) {
        return path.substr(path.rfind('/') + 1) == task::to_string(one->what);
    });
    return found.forms.empty() ? std::nullopt : std::optional(found);
}

std::variant<std::size_t, reply> simulator::admit(const http::request_head& head) {
    if (head.path.starts_with(picture_path) || head.path.starts_with(ledger_files_path)) {
        return std::size_t{0};
    }
    if (head.path == ledger_path || head.path == script_path || head.path == switches_path) {
        return max_script_bytes;
    }
    const auto where = find_route(head.path);
    if (!where) {
        return error_answer(nullptr, 404, "no such path: " + head.path);
    }
    if (head.method != "POST") {
        return error_answer(where->of, 405, "only POST");
    }
    if (script_.take_early_drop(where->of->name(), task::to_string(where->forms[0]->what))) {
        reply cut;
        cut.sent = delivery::nothing;
        return cut;
    }
    return options_.max_file_bytes * files_per_call + max_script_bytes;
}

awaitable<reply> simulator::handle(http::request incoming) {
    if (incoming.path == ledger_path) {
        co_return serve_ledger(incoming);
    }
    if (incoming.path.starts_with(ledger_files_path)) {
        co_return serve_ledger_file(std::string_view(incoming.path).substr(ledger_files_path.size())
        );
    }
    if (incoming.path == script_path) {
        co_return serve_script(incoming);
    }
    if (incoming.path == switches_path) {
        co_return serve_switches(incoming);
    }
    if (incoming.path.starts_with(picture_path)) {
        co_return co_await serve_picture(std::move(incoming));
    }
    auto where = find_route(incoming.path);
    if (!where) {
        co_return error_answer(nullptr, 404, "no such path");
    }
    co_return co_await serve_call(std::move(*where), std::move(incoming));
}

http::response
simulator::refuse(int status, std::string_view reason, const http::request_head& head) {
    const auto where = find_route(head.path);
    return error_answer(where ? where->of : nullptr, status, reason);
}

awaitable<reply> simulator::serve_call(route where, http::request incoming) {
    const std::string key(backend::key_among(incoming.headers, where.of->key_goes_in()));
    const std::string masked = key.empty() ? std::string() : sha256_hex(key).substr(0, 12);
    const std::string account = fmt::format("{}:{}", where.of->name(), masked);
    ledger_call call;
    call.at = system_clock().now();
    call.dialect = where.of->name();
    call.operation = task::to_string(where.forms[0]->what);
    call.path = where.path;
    call.key = masked;
    call.traceparent = incoming.headers.get("traceparent");
    const std::uint64_t entry = ledger_->open(std::move(call));
    if (key.empty()) {
        const auto what = where.forms[0]->what;
        const bool forbidden = what == task::operation::remix || what == task::operation::upscale;
        const int status = switches_.forbids && forbidden ? 403 : 401;
        ledger_->close(entry, fmt::format("HTTP {}", status));
        co_return error_answer(where.of, status, "the key is missing or in the wrong header");
    }
    if (ledger_->in_flight(account) >= options_.max_in_flight_per_key) {
        ledger_->close(entry, "HTTP 429");
        http::response busy = error_answer(where.of, 429, "too many requests in flight");
        busy.headers.set("Retry-After", "1");
        co_return busy;
    }
    ledger_->enter(account);
    const finally left([book = ledger_, account] { book->leave(account); });
    co_return co_await work(where, incoming, entry);
}

awaitable<reply>
simulator::work(const route& where, const http::request& incoming, std::uint64_t entry) {
    const auto refuse_as = [&](const failure& why) {
        ledger_->close(entry, "HTTP 400: " + why.detail);
        return error_answer(where.of, 400, why.detail);
    };
    const auto values =
        take_apart(*where.forms[0], incoming.headers.get("Content-Type"), incoming.body);
    if (!values) {
        co_return refuse_as(values.error());
    }
    const auto call = accept(where.forms, *values, options_.max_file_bytes, switches_);
    if (!call) {
        co_return refuse_as(call.error());
    }
    ledger_->describe(entry, *call);
    const std::string dialect(where.of->name());
    const int pictures = pictures_of(*call);
    if (dialect == organised_dialect && switches_.org_pictures > 0
        && ledger_->pictures_in_flight(dialect) + pictures > switches_.org_pictures) {
        ledger_->close(entry, "HTTP 429");
        co_return organisation_busy(switches_.org_pictures);
    }
    ledger_->add_pictures(dialect, pictures);
    const finally done([book = ledger_, dialect, pictures] {
        book->remove_pictures(dialect, pictures);
    });
    if (const auto there = co_await fetch_links(*call); !there) {
        co_return refuse_as(there.error());
    }
    auto files = files_of(*values, *call->as);
    const std::uint64_t base = grounds_.add(call->request.what, *call->as, files);
    ledger_->keep_files(entry, std::move(files));
    const auto operation = task::to_string(call->as->what);
    const auto ordered = script_.take(where.of->name(), operation, call->request.prompt)
                             .value_or(scripted_outcome{});
    if (ordered.billed.value_or(ordered.status == 0 || ordered.status == 200)) {
        charge(entry, *call);
    }
    const milliseconds delay = options_.delay + ordered.delay + time_of(*call);
    if (delay > milliseconds(0)) {
        co_await pause_for(delay);
    }
    reply made = answer(where, incoming, *call, ordered, base);
    ledger_->close(
        entry,
        made.sent == delivery::whole ? fmt::format("HTTP {}", made.said.status) : "connection cut"
    );
    co_return made;
}

awaitable<result<void>> simulator::fetch_links(const accepted_call& call) {
    for (const auto& of : call.as->fields) {
        const auto sent = call.fields.find(of.name);
        const bool linked = client_ != nullptr && is_file(of.what) && sent != call.fields.end()
                            && sent->is_string() && sent->get<std::string>().starts_with("http");
        if (!linked) {
            continue;
        }
        const auto to = http::parse_url(sent->get<std::string>());
        if (!to) {
            co_return failure{failure_kind::invalid, fmt::format("{}: no address", of.name)};
        }
        http::outgoing out;
        out.to = *to;
        out.max_body_bytes = options_.max_file_bytes;
        const auto made = co_await client_->send(std::move(out));
        const bool fine = made.outcome && made.outcome->status == 200
                          && !picture_type(made.outcome->text()).empty();
        if (!fine) {
            co_return failure{
                failure_kind::invalid, fmt::format("{}: no picture could be fetched", of.name)
            };
        }
    }
    co_return result<void>{};
}

void simulator::charge(std::uint64_t entry, const accepted_call& call) {
    const int images = pictures_of(call);
    ledger_->bill(entry, images, images * backend::price_table().of_picture(call.request));
}

// A given seed is every picture's seed; otherwise each has its own (ideogram-api.md §8.5).
std::vector<std::int64_t> simulator::seeds_for(const accepted_call& call) {
    std::vector<std::int64_t> seeds;
    for (int i = 0; i < call.request.images; ++i) {
        std::int64_t seed = call.request.seed.value_or(0);
        while (!call.request.seed
               && (seed == 0 || std::find(seeds.begin(), seeds.end(), seed) != seeds.end())) {
            seed = static_cast<std::int64_t>(random_() % backend::seed_modulus);
        }
        seeds.push_back(seed);
    }
    return seeds;
}

reply simulator::answer(
    const route& where,
    const http::request& incoming,
    const accepted_call& call,
    const scripted_outcome& ordered,
    std::uint64_t base
) {
    const std::string_view host = incoming.headers.get("Host");
    const unix_millis now = system_clock().now();
    http::response made;
    if (ordered.status != 0) {
        made = error_answer(where.of, ordered.status, "scripted");
        if (!ordered.body.empty()) {
            made.body = ordered.body;
        }
    } else {
        const link_maker links{
            .origin = fmt::format("http://{}", host.empty() ? std::string_view(address_) : host),
            .picture_key = options_.picture_key,
            .expires = now / 1000 + ordered.link_life.value_or(link_life)
        };
        const answer_facts facts{
            .dialect = where.of->name(), .now = now, .seeds = seeds_for(call), .base = base
        };
        made = json_answer(200, paid_answer(call, facts, links, ordered));
    }
    return as_ordered(std::move(made), ordered);
}

http::response simulator::serve_ledger(const http::request& incoming) {
    if (incoming.method == "DELETE") {
        ledger_->clear();
        return json_answer(200, json::object());
    }
    return incoming.method == "GET" ? json_answer(200, ledger_->shown())
                                    : error_answer(nullptr, 405, "GET or DELETE");
}

http::response simulator::serve_ledger_file(std::string_view below) {
    const auto place = number_in(take_part(below));
    const std::string_view name = take_part(below);
    const auto occurrence = below.empty() ? std::optional<std::size_t>(0) : number_in(below);
    const auto* bytes = place && occurrence ? ledger_->file(*place, name, *occurrence) : nullptr;
    if (bytes == nullptr) {
        return error_answer(nullptr, 404, "no such call, or no such picture in it");
    }
    http::response made;
    made.headers.set("Content-Type", picture_type(*bytes));
    made.body = *bytes;
    return made;
}

http::response simulator::serve_script(const http::request& incoming) {
    if (incoming.method == "DELETE") {
        script_.clear();
    } else if (incoming.method == "POST") {
        const auto added = script_.add(json::parse(incoming.body, nullptr, false));
        if (!added) {
            return error_answer(nullptr, 400, added.error().detail);
        }
    } else if (incoming.method != "GET") {
        return error_answer(nullptr, 405, "GET, POST or DELETE");
    }
    return json_answer(200, {{"left", script_.left()}});
}

http::response simulator::serve_switches(const http::request& incoming) {
    const switches at_start{.org_pictures = options_.org_pictures};
    if (incoming.method == "DELETE") {
        switches_ = at_start;
    } else if (incoming.method == "POST") {
        auto told = read_switches(json::parse(incoming.body, nullptr, false), at_start);
        if (!told) {
            return error_answer(nullptr, 400, told.error().detail);
        }
        switches_ = std::move(*told);
    } else if (incoming.method != "GET") {
        return error_answer(nullptr, 405, "GET, POST or DELETE");
    }
    return json_answer(200, shown(switches_));
}

// Evenly between the documented limits.
milliseconds simulator::time_of(const accepted_call& call) {
    const auto [least, most] = documented_time(call.request);
    std::uniform_real_distribution<double> between(
        static_cast<double>(least.count()), static_cast<double>(most.count())
    );
    return milliseconds(static_cast<std::int64_t>(between(random_) * switches_.latency));
}

const std::string* simulator::remembered(const std::string& word) {
    const auto at = std::find_if(pictures_.begin(), pictures_.end(), [&](const auto& one) {
        return one.first == word;
    });
    if (at == pictures_.end()) {
        return nullptr;
    }
    pictures_.splice(pictures_.begin(), pictures_, at);
    return &at->second;
}

void simulator::remember(const std::string& word, std::string png) {
    if (remembered(word) != nullptr) {
        return;
    }
    pictures_.emplace_front(word, std::move(png));
    if (pictures_.size() > kept_pictures) {
        pictures_.pop_back();
    }
}

awaitable<reply> simulator::serve_picture(http::request incoming) {
    std::string word = incoming.path.substr(picture_path.size());
    const auto dot = std::min(word.find('.'), word.size());
    const std::string ending = word.substr(std::min(dot + 1, word.size()));
    word.resize(dot);
    const std::string exp = http::query_value(incoming.query, "exp").value_or("");
    const std::string sig = http::query_value(incoming.query, "sig").value_or("");
    if (!equal_in_constant_time(sig, picture_signature(options_.picture_key, word, exp))) {
        co_return error_answer(nullptr, 403, "the link's signature is wrong");
    }
    std::int64_t until = 0;
    std::from_chars(exp.data(), exp.data() + exp.size(), until);
    if (until * 1000 <= system_clock().now()) {
        co_return error_answer(nullptr, 403, "the link has expired");
    }
    const auto what = drawing_from_word(word);
    const auto format =
        parse_picture_format(http::query_value(incoming.query, "as").value_or(ending));
    if (!what || !format) {
        co_return error_answer(nullptr, 404, "no such picture");
    }
    const auto ordered = script_.take_for_picture(what->text).value_or(scripted_outcome{});
    if (ordered.delay > milliseconds(0)) {
        co_await pause_for(ordered.delay);
    }
    http::response made;
    if (ordered.status != 0) {
        made = error_answer(nullptr, ordered.status, "scripted");
        if (!ordered.body.empty()) {
            made.body = ordered.body;
        }
    } else {
        made = co_await drawn(*what, word, *format);
    }
    co_return as_ordered(std::move(made), ordered);
}

awaitable<http::response> simulator::drawn(drawing order, std::string word, picture_format format) {
    http::response made;
    word += suffix_of(format);
    if (const std::string* kept = remembered(word); kept != nullptr) {
        made.body = *kept;
    } else {
        auto job = [order, ground = grounds_.find(order.base), format] {
            return in_format(ground ? paint_over(order, *ground) : draw_png(order), format);
        };
        auto bytes = co_await pool_.run(std::move(job));
        if (!bytes) {
            co_return error_answer(nullptr, 503, "too many pictures at once");
        }
        remember(word, *bytes);
        made.body = std::move(*bytes);
    }
    made.headers.set("Content-Type", picture_type(made.text()));
    co_return made;
}

} // namespace imagined::sandbox
