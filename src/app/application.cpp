// The composition root: every object of a serving process, from the bottom to the top, in the order
// in which they are built. Nothing else in the program knows how the parts fit together.
//
//   redis-server (our child, or given) <- redis::client <- queue
//   backends (configured, or the built-in sandbox) <- roster
//   worker -> queue, roster, image_store, courier      (roles all and worker)
//   api -> queue, image_store;  http::server -> front door -> console -> api
//
// What happens then is lifetime.hpp's to tell. Everything ends in the reverse order.
#include "imagined/app/application.hpp"

#include "disk_health.hpp"
#include "exit_codes.hpp"
#include "file_limit.hpp"
#include "lifetime.hpp"
#include "memory.hpp"
#include "parts.hpp"
#include "readiness.hpp"
#include "ways_out.hpp"

#include "imagined/base/log_writer.hpp"
#include "imagined/base/offload_pool.hpp"
#include "imagined/console/console.hpp"
#include "imagined/queue/redis_queue.hpp"
#include "imagined/redis/embedded.hpp"
#include "imagined/sandbox/sandbox.hpp"
#include "imagined/store/picture_link.hpp"

#include <csignal>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace imagined::app {

namespace {

constexpr std::size_t picture_threads = 2;

// The process does not start. Why has been logged; the shell is still to be told.
struct cannot_start {
    int code;
};

[[noreturn]] void
refuse_to_start(const char* what, const failure& why, int code = exit_code::failed) {
    log::error(what, {{"reason", why.detail}});
    throw cannot_start{code};
}

// What was made. If it was not, the process does not start.
template <class T>
T required(result<T> made, const char* otherwise, int code = exit_code::failed) {
    if (!made) {
        refuse_to_start(otherwise, made.error(), code);
    }
    return *std::move(made);
}

// Likewise of what throws.
template <class Make>
auto made_in_data_dir(Make make) {
    try {
        return make();
    } catch (const std::exception& e) {
        refuse_to_start("data.dir cannot be used", {failure_kind::unavailable, e.what()});
    }
}

std::unique_ptr<redis::embedded_server> start_redis(const std::filesystem::path& data_dir) {
    auto started = redis::embedded_server::start({data_dir / "redis"});
    if (started) {
        return *std::move(started);
    }
    switch (started.error().kind) {
    case failure_kind::conflict:
        log::error(
            "the embedded Redis of this data.dir is in use by another process; give both "
            "processes one Redis with redis.url, or this one another data.dir",
            {{"data.dir", data_dir.string()}, {"reason", started.error().detail}}
        );
        throw cannot_start{exit_code::usage};
    case failure_kind::invalid:
        refuse_to_start("the embedded Redis cannot be used", started.error(), exit_code::usage);
    default:
        refuse_to_start("the embedded Redis did not start", started.error());
    }
}

std::unique_ptr<sandbox::sandbox> start_sandbox(const executor& on) {
    sandbox::sandbox_options options;
    options.fetch_links = true;
    auto opened = required(
        sandbox::sandbox::open(on, std::move(options)), "the built-in sandbox did not start"
    );
    opened->start();
    log::info(
        "no backend is configured: the built-in sandbox draws simulated pictures and spends "
        "nothing",
        {{"url", "http://" + opened->address()}}
    );
    return opened;
}

backend::backend_options backend_of(const sandbox::sandbox& simulated) {
    backend::backend_options options;
    options.name = "sandbox";
    options.base_url = "http://" + simulated.address();
    options.keys = {"built-in-sandbox"};
    options.limit_group = options.name;
    options.pictures = backend::organisation_pictures;
    return options;
}

int build_and_run(const config::settings& settings, role as) {
    // Files and sockets are what both halves take from one limit.
    const descriptor_plan files = share_out_files(
        {.connections = settings.server.max_connections, .calls = settings.worker.concurrency}
    );
    const memory_reserve reserve = arrange_memory();
    metrics::registry metrics;

    // Redis: our child, forked before any thread exists, or a server that was given.
    std::unique_ptr<redis::embedded_server> embedded;
    redis::client_options to_redis;
    if (settings.redis_url.empty()) {
        embedded = start_redis(settings.data_dir);
        to_redis.to = embedded->where();
    } else {
        to_redis.to = required(
            redis::parse_endpoint(settings.redis_url), "redis.url cannot be used", exit_code::usage
        );
    }
    const log::log_writer writer; // a thread

    // The loop on which everything waits, and the connection to Redis.
    asio::io_context loop(1);
    const executor on = loop.get_executor();
    const auto redis = redis::client::create(on, to_redis);
    redis_health redis_now;

    // The queue, and what all processes share beside it. A task that is submitted here wakes the
    // worker of this process, as soon as there is one.
    worker::worker* woken = nullptr;
    auto of_queue = queue_options_of(settings);
    of_queue.on_submit = [&woken](std::string_view hint) {
        if (woken != nullptr) {
            woken->hint(hint);
        }
    };
    const auto tasks = queue::open_redis_queue(*redis, of_queue);
    const auto door = queue::open_shared_door(*redis, settings.redis_prefix);

    // Who draws: the configured backends, or the sandbox. Pictures are fetched by their rules.
    std::unique_ptr<sandbox::sandbox> simulated;
    std::vector<backend::backend_options> upstreams = settings.backends;
    if (upstreams.empty()) {
        simulated = start_sandbox(on);
        upstreams.push_back(backend_of(*simulated));
    }
    const auto fetch_rules = required(
        http::egress_policy::parse(settings.fetch_allow),
        "fetch.allow cannot be used",
        exit_code::usage
    );
    const auto backends = required(
        open_roster(on, upstreams, fetch_rules), "a backend cannot be used", exit_code::usage
    );
    tell_ways_out(settings);

    // The pictures on the disk, how full it is, what signs their addresses, and the threads that
    // decode and write them.
    const auto images = made_in_data_dir([&] {
        return std::make_unique<store::image_store>(settings.data_dir / "pictures");
    });
    const auto disk = made_in_data_dir([&] {
        return watch_of(images->root(), settings.min_free, embedded != nullptr);
    });
    const auto link_key =
        required(store::load_link_key(settings.data_dir), "data.dir cannot be used");
    const bool open = settings.api.api_keys.empty() && settings.api.callers.empty();
    const bool signs = settings.sign_links && !open;
    using addresses = store::picture_addresses;
    addresses pictures(signs ? addresses::kind::with_token : addresses::kind::open);
    offload_pool pool(offload_pool::options{.threads = picture_threads});

    // Who goes out: with callbacks, and for input pictures.
    const auto courier = required(
        callback::courier::create(on, settings.callback),
        "callback cannot be used",
        exit_code::usage
    );
    http::client_options to_the_web;
    to_the_web.out = settings.fetch_out;
    const auto web = required(
        http::client::create(on, std::move(to_the_web)), "input pictures cannot be fetched"
    );

    // The working half, woken by submits of every process.
    std::unique_ptr<worker::worker> worker;
    if (as != role::api) {
        worker::worker_options working = settings.worker;
        working.concurrency = files.calls;
        working.link_key = link_key;
        working.max_spend_per_day = settings.max_spend_per_day;
        for (const auto& caller : settings.api.callers) {
            working.callers.push_back(caller.name);
        }
        worker = worker::worker::create(
            std::move(working),
            worker::worker_parts{
                .on = on,
                .tasks = *tasks.work,
                .callbacks = *tasks.outbox,
                .reading = *tasks.reading,
                .images = *images,
                .pictures = pictures,
                .pool = pool,
                .disk = *disk,
                .backends = backends,
                .courier = *courier,
                .metrics = metrics,
                .may_begin = [&redis_now] { return !redis_now.barred; }
            }
        );
        woken = worker.get();
    }
    const auto hints = redis::subscription::open(
        on,
        to_redis,
        queue::hint_channel(settings.redis_prefix),
        [&woken](std::string_view message) {
            if (woken != nullptr) {
                woken->hint(message);
            }
        },
        [&woken] {
            if (woken != nullptr) {
                woken->hint_all();
            }
        }
    );

    // Whether the process is ready, and why not.
    readiness_probe readiness(
        {.redis = *redis,
         .redis_now = redis_now,
         .embedded = embedded.get(),
         .pictures = pictures,
         .disk = *disk,
         .worker = worker.get(),
         .serves = as != role::worker,
         .warnings = settings.warnings}
    );

    // The address is bound before there is an API: the real port may be part of every URL that is
    // handed out.
    auto bound =
        required(http::listener::open(on, settings.listen), "server.listen cannot be used");
    api::api_options answering = settings.api;
    if (answering.public_url.empty()) {
        answering.public_url = "http://" + bound.address();
    }
    answering.demo = simulated != nullptr;
    answering.fetch_rules = fetch_rules;
    answering.link_key = link_key;

    // The answering half, its pages in front of it, and who may come in at all. A worker answers
    // health and metrics there, and the whole API as well: it costs nothing.
    const auto api = api::make_api(
        answering,
        api::api_parts{
            *tasks.reading,
            *tasks.submission,
            *tasks.operating,
            *door,
            *images,
            pictures,
            pool,
            backends,
            *courier,
            metrics,
            *web,
            [&readiness] { return readiness.now(); },
            change_feed_of(on, to_redis, settings.redis_prefix)
        }
    );
    const auto console = console::make_console(console::built_in_pages(), *api);
    const auto front_door = api::make_front_door(answering, *console);
    http::server_options serving = settings.server;
    serving.max_connections = files.connections;
    const auto server = http::server::create(std::move(bound), serving, *front_door);

    // What happens from now on.
    lifetime life(
        {.public_url = answering.public_url, .signs_links = signs, .callers = settings.api.callers},
        {.loop = loop,
         .redis = *redis,
         .redis_now = redis_now,
         .embedded = embedded.get(),
         .operating = *tasks.operating,
         .door = *door,
         .backends = backends,
         .pictures = pictures,
         .disk = *disk,
         .worker = worker.get(),
         .readiness = readiness,
         .server = *server}
    );
    return life.run();
}

} // namespace

int serve(const config::settings& settings, role as) {
    log::configure(settings.log);
    if (settings.file.empty()) {
        log::info("no configuration file is read");
    } else {
        log::info(
            "the configuration is read",
            {{"file", std::filesystem::absolute(settings.file).lexically_normal().string()}}
        );
    }
    for (const auto& warning : settings.warnings) {
        log::warning(warning);
    }
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return build_and_run(settings, as);
    } catch (const cannot_start& told) {
        return told.code;
    }
}

} // namespace imagined::app
