#include "fill.hpp"

#include "constraints.hpp"
#include "date.hpp"
#include "dialect_section.hpp"
#include "effective.hpp"
#include "indirection.hpp"
#include "listen.hpp"
#include "rate.hpp"

#include "imagined/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

namespace imagined::config {

namespace {

template <class Number>
Number number(const section& from, std::string_view key) {
    return static_cast<Number>(from.get<std::int64_t>(key)); // its constraint bounded it
}

std::size_t bytes(const section& from, std::string_view key) {
    return static_cast<std::size_t>(from.get<byte_size>(key).bytes); // never negative
}

const std::string& text(const section& from, std::string_view key) {
    return from.get<std::string>(key);
}

template <class Word, std::size_t Count>
Word word_of(
    const std::array<std::pair<std::string_view, Word>, Count>& table, std::string_view name
) {
    const auto* found = std::ranges::find(table, name, &std::pair<std::string_view, Word>::first);
    return found == table.end() ? table.front().second : found->second;
}

constexpr std::array levels{
    std::pair{std::string_view("debug"), log::level::debug},
    std::pair{std::string_view("info"), log::level::info},
    std::pair{std::string_view("warning"), log::level::warning},
    std::pair{std::string_view("error"), log::level::error},
    std::pair{std::string_view("off"), log::level::off}
};

constexpr std::array formats{
    std::pair{std::string_view("jpeg"), store::picture_format::jpeg},
    std::pair{std::string_view("png"), store::picture_format::png},
    std::pair{std::string_view("webp"), store::picture_format::webp}
};

std::string without_trailing_slash(std::string url) {
    while (url.ends_with('/')) {
        url.pop_back();
    }
    return url;
}

std::vector<std::string> lines_of(const std::string& path) {
    std::vector<std::string> lines;
    const auto content = path.empty() ? result<std::string>("") : read_small_file(path);
    std::istringstream stream(content ? *content : "");
    for (std::string line; std::getline(stream, line);) {
        if (const auto words = trim(line, " \t\r"); !words.empty()) {
            lines.emplace_back(words);
        }
    }
    return lines;
}

std::vector<task::model> models_of(const section& from) {
    std::vector<task::model> models;
    for (const std::string& model : from.get<words>("models")) {
        models.push_back(*task::parse_model(model));
    }
    return models;
}

task::imagine_defaults imagine_of(const section& imagine) {
    task::imagine_defaults defaults;
    defaults.images = number<int>(imagine, "images");
    defaults.default_model = *task::parse_model(text(imagine, "default_model"));
    defaults.versions.clear();
    for (const auto& [version, model] : imagine.get<word_map>("versions")) {
        defaults.versions.emplace(version, *task::parse_model(model));
    }
    return defaults;
}

std::string public_url_of(const section& server) {
    const std::string& given = text(server, "public_url");
    if (!given.empty()) {
        return without_trailing_slash(given);
    }
    // The real port is known after binding only; the composition root then completes it.
    const bool bound_later = parse_listen(text(server, "listen"))->port == 0;
    return bound_later ? "" : "http://" + text(server, "listen");
}

api::api_options api_of(const document& doc) {
    const section& server = doc.once("server");
    const section& worker = doc.once("worker");
    api::api_options options;
    options.public_url = public_url_of(server);
    options.api_keys = server.get<words>("api_keys");
    options.metrics_keys = server.get<words>("metrics_keys");
    options.cors_origins = server.get<words>("cors_origins");
    options.max_body_bytes = bytes(server, "max_body_bytes");
    options.max_streams = number<std::size_t>(server, "max_streams");
    options.queue_limit = number<std::size_t>(worker, "queue_limit");
    options.task_timeout = worker.get<milliseconds>("task_timeout");
    options.imagine = imagine_of(doc.once("imagine"));
    options.banned_words = lines_of(text(doc.once("imagine"), "banned_words"));
    for (const section& caller : doc.list("caller")) {
        options.callers.push_back({
            .name = text(caller, "name"),
            .key = text(caller, "key"),
            .weight = number<int>(caller, "weight"),
            .max_waiting = number<int>(caller, "max_waiting"),
            .max_running = number<int>(caller, "max_running"),
            .sees_all = text(caller, "sees") == "all",
            .rate = parse_rate(text(caller, "rate")).value_or(queue::rate_limit{}),
            .rate_text = text(caller, "rate"),
            .reads_only = text(caller, "role") == "viewer",
            .expires = parse_end(text(caller, "expires")).value_or(0),
            .models = models_of(caller),
        });
    }
    return options;
}

worker::worker_options worker_of(const document& doc) {
    const section& worker = doc.once("worker");
    const section& data = doc.once("data");
    worker::worker_options options;
    options.concurrency = number<std::size_t>(worker, "concurrency");
    options.lease = worker.get<milliseconds>("lease");
    options.grid_format = word_of(formats, text(doc.once("imagine"), "grid_format"));
    options.task_ttl = data.get<milliseconds>("task_ttl");
    options.image_ttl = data.get<milliseconds>("image_ttl");
    return options;
}

// What a key "proxy" says; `otherwise` where it says nothing.
http::way_out way_out_of(const section& from, http::way_out otherwise = {}) {
    const std::string& proxy = text(from, "proxy");
    if (proxy.empty() || proxy == no_proxy) {
        return proxy.empty() ? std::move(otherwise) : http::way_out();
    }
    return http::way_out::through(*http::parse_proxy(proxy));
}

callback::courier_options callback_of(const section& callback) {
    callback::courier_options options;
    options.secrets = callback.get<words>("secrets");
    options.signing_key = text(callback, "signing_key");
    options.allow = callback.get<words>("allow");
    options.default_url = text(callback, "default_url");
    options.schedule = callback.get<durations>("schedule");
    options.out = way_out_of(callback);
    return options;
}

backend::backend_options
backend_of(const document& doc, const section& backend, const environment& variables) {
    backend::backend_options options;
    options.name = text(backend, "name");
    options.dialect = text(backend, "dialect");
    options.own_dialect = own_dialect(doc, options.dialect);
    options.change = {
        .key = backend::parse_key_header(text(backend, "auth")),
        .path_prefix = without_trailing_slash(text(backend, "path_prefix")),
        .never_send = backend.get<words>("never_send")
    };
    options.base_url = without_trailing_slash(text(backend, "base_url"));
    options.keys = backend.get<words>("keys");
    options.key_names = backend.key_names;
    options.concurrency = number<int>(backend, "concurrency");
    options.pictures = number<int>(backend, "pictures");
    options.limit_group = text(backend, "limit_group");
    options.priority = number<int>(backend, "priority");
    options.weight = number<int>(backend, "weight");
    options.timeout = backend.get<milliseconds>("timeout");
    options.models = models_of(backend);
    for (const std::string& operation : backend.get<words>("operations")) {
        options.operations.push_back(*task::parse_operation(operation));
    }
    options.max_spend_per_day = backend.get<double>("max_spend_per_day");
    options.ca_file = text(backend, "ca_file");
    options.out = way_out_of(backend, http::way_out::of(variables));
    options.prices = backend.get<number_map>("prices");
    return options;
}

// What the process takes once, when it starts.
constexpr std::array at_start{
    std::pair{"server", "listen"},
    std::pair{"server", "max_held_bytes"},
    std::pair{"server", "image_links"},
    std::pair{"data", "dir"},
    std::pair{"data", "min_free"},
    std::pair{"redis", "url"},
    std::pair{"redis", "prefix"},
    std::pair{"worker", "concurrency"},
    std::pair{"worker", "on_ambiguous"}
};

std::map<std::string, std::string> at_start_of(const document& doc) {
    std::map<std::string, std::string> taken;
    for (const auto& [section, key] : at_start) {
        taken.emplace(fmt::format("{}.{}", section, key), to_toml(doc.once(section).at(key).what));
    }
    return taken;
}

void add_secrets(const http::way_out& of, std::vector<std::string>& into) {
    const auto more = of.secrets();
    into.insert(into.end(), more.begin(), more.end());
}

log::options log_of(const section& from) {
    return {
        .level = word_of(levels, text(from, "level")),
        .format = text(from, "format") == "json" ? log::format::json : log::format::text
    };
}

} // namespace

settings fill(const document& doc, const environment& variables) {
    settings filled;
    filled.warnings = doc.warnings;
    filled.listen = parse_listen(text(doc.once("server"), "listen"))->text();
    filled.server.max_held_bytes = bytes(doc.once("server"), "max_held_bytes");
    filled.api = api_of(doc);
    filled.sign_links = text(doc.once("server"), "image_links") == "signed";
    filled.data_dir = text(doc.once("data"), "dir");
    filled.min_free = bytes(doc.once("data"), "min_free");
    filled.redis_url = text(doc.once("redis"), "url");
    filled.redis_prefix = text(doc.once("redis"), "prefix");
    filled.retry_ambiguous_once = text(doc.once("worker"), "on_ambiguous") == "retry_once";
    filled.max_spend_per_day = doc.once("worker").get<double>("max_spend_per_day");
    filled.api.max_spend_per_day = filled.max_spend_per_day;
    filled.worker = worker_of(doc);
    filled.callback = callback_of(doc.once("callback"));
    filled.fetch_allow = doc.once("fetch").get<words>("allow");
    filled.fetch_out = way_out_of(doc.once("fetch"));
    filled.log = log_of(doc.once("log"));
    filled.api.log_prompts = doc.once("log").get<bool>("prompts");
    for (const section& backend : doc.list("backend")) {
        filled.backends.push_back(backend_of(doc, backend, variables));
        if (backend.broken("base_url")) {
            continue; // it is out of reach, and not used
        }
        for (const auto& doubt : backend::doubtful_address(filled.backends.back())) {
            filled.warnings.push_back(fmt::format("{}: {}", backend.label, doubt));
        }
    }
    filled.at_start = at_start_of(doc);
    for (const section& dialect : doc.list("dialect")) {
        if (auto own = own_dialect(doc, text(dialect, "name"))) {
            filled.dialects.push_back(std::move(own));
        }
    }
    filled.secrets = secrets_of(doc);
    add_secrets(filled.fetch_out, filled.secrets);
    add_secrets(filled.callback.out, filled.secrets);
    for (const auto& backend : filled.backends) {
        add_secrets(backend.out, filled.secrets);
    }
    filled.effective = effective_toml(doc);
    return filled;
}

} // namespace imagined::config
