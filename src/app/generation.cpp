#include "generation.hpp"

#include "cannot_start.hpp"
#include "parts.hpp"
#include "ways_out.hpp"

#include "imagined/app/application.hpp"
#include "imagined/console/console.hpp"

#include <utility>

namespace imagined::app {

std::unique_ptr<generation>
make_generation(const config::settings& settings, const standing_parts& standing) {
    // Who draws: the configured backends, or the sandbox. Pictures are fetched by their rules.
    std::vector<backend::backend_options> upstreams = settings.backends;
    if (upstreams.empty()) {
        upstreams.push_back(standing.simulated.as_backend());
    }
    const auto fetch_rules = required(
        http::egress_policy::parse(settings.fetch_allow),
        "fetch.allow cannot be used",
        exit_code::usage
    );
    auto made = std::make_unique<generation>(generation{
        .operating = standing.ports.operating.get(),
        .public_url = settings.api.public_url.empty() ? standing.url : settings.api.public_url,
        .warnings = settings.warnings,
        .callers = settings.api.callers,
        .backends = required(
            open_roster(standing.on, upstreams, fetch_rules),
            "a backend cannot be used",
            exit_code::usage
        ),
    });
    tell_ways_out(settings);

    // Who goes out: with callbacks, and for input pictures.
    made->courier = required(
        callback::courier::create(standing.on, settings.callback),
        "callback cannot be used",
        exit_code::usage
    );
    http::client_options to_the_web;
    to_the_web.out = settings.fetch_out;
    made->web = required(
        http::client::create(standing.on, std::move(to_the_web)), "input pictures cannot be fetched"
    );

    // The working half.
    if (standing.works) {
        worker::worker_options working = settings.worker;
        working.concurrency = standing.calls;
        working.link_key = standing.link_key;
        working.max_spend_per_day = settings.max_spend_per_day;
        for (const auto& caller : settings.api.callers) {
            working.callers.push_back(caller.name);
        }
        made->worker = worker::worker::create(
            std::move(working),
            worker::worker_parts{
                .on = standing.on,
                .tasks = *standing.ports.work,
                .callbacks = *standing.ports.outbox,
                .reading = *standing.ports.reading,
                .images = standing.images,
                .pictures = standing.pictures,
                .pool = standing.pool,
                .disk = standing.disk,
                .backends = made->backends,
                .courier = *made->courier,
                .metrics = standing.metrics,
                .may_begin = [&now = standing.redis_now] { return !now.barred; }
            }
        );
    }

    // The answering half, its pages in front of it, and who may come in at all. A worker answers
    // health and metrics there, and the whole API as well: it costs nothing.
    api::api_options answering = settings.api;
    answering.public_url = made->public_url;
    answering.demo = settings.backends.empty();
    answering.version = version_number();
    answering.fetch_rules = fetch_rules;
    answering.link_key = standing.link_key;
    made->api = api::make_api(
        answering,
        api::api_parts{
            .tasks = *standing.ports.reading,
            .submission = *standing.ports.submission,
            .operating = *standing.ports.operating,
            .door = standing.door,
            .images = standing.images,
            .pictures = standing.pictures,
            .pool = standing.pool,
            .backends = made->backends,
            .courier = *made->courier,
            .metrics = standing.metrics,
            .web = *made->web,
            .ready = standing.ready,
            .changes = standing.changes,
            .reload = standing.reload,
        }
    );
    made->console = console::make_console(console::built_in_pages(), *made->api);
    made->front_door = api::make_front_door(answering, *made->console);
    return made;
}

} // namespace imagined::app
