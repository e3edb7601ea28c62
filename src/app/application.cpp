// The composition root: every object of a serving process, from the bottom to the top, in the order
// in which they are built. Nothing else in the program knows how the parts fit together.
//
//   redis-server (our child, or given) <- redis::client <- queue
//   backends (configured, or the built-in sandbox) <- roster     (generation.cpp: what SIGHUP may
//                                                                 change, and what stands on it)
//   worker -> queue, roster, image_store, courier      (roles all and worker)
//   api -> queue, image_store;  http::server -> front door -> console -> api
//
// What happens then is lifetime.hpp's to tell. Everything ends in the reverse order.
#include "imagined/app/application.hpp"

#include "built_in_sandbox.hpp"
#include "cannot_start.hpp"
#include "disk_health.hpp"
#include "exit_codes.hpp"
#include "file_limit.hpp"
#include "generation.hpp"
#include "generation_switch.hpp"
#include "lifetime.hpp"
#include "memory.hpp"
#include "parts.hpp"
#include "readiness.hpp"
#include "reload.hpp"

#include "imagined/base/log_writer.hpp"
#include "imagined/base/offload_pool.hpp"
#include "imagined/queue/redis_queue.hpp"
#include "imagined/redis/embedded.hpp"
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

// As required(), of what throws.
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
        throw cannot_start{exit_code::usage, started.error().detail};
    case failure_kind::invalid:
        refuse_to_start("the embedded Redis cannot be used", started.error(), exit_code::usage);
    default:
        refuse_to_start("the embedded Redis did not start", started.error());
    }
}

int build_and_run(const config::settings& settings, const settings_reader& read_again, role as) {
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
    generation_switch* woken = nullptr;
    auto of_queue = queue_options_of(settings);
    of_queue.on_submit = [&woken](std::string_view hint) {
        if (woken != nullptr) {
            woken->hint(hint);
        }
    };
    const auto tasks = queue::open_redis_queue(*redis, of_queue);
    const auto door = queue::open_shared_door(*redis, settings.redis_prefix);

    // Who draws while no backend is configured.
    built_in_sandbox simulated(on);

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
    const bool signs = signs_links(settings);
    using addresses = store::picture_addresses;
    addresses pictures(signs ? addresses::kind::with_token : addresses::kind::open);
    offload_pool pool(offload_pool::options{.threads = picture_threads});

    // Who answers and works, as it is configured now; woken by submits of every process.
    generation_switch generations(on);
    woken = &generations;
    const auto hints = redis::subscription::open(
        on,
        to_redis,
        queue::hint_channel(settings.redis_prefix),
        [&generations](std::string_view message) { generations.hint(message); },
        [&generations] { generations.hint_all(); }
    );

    // Whether the process is ready, and why not.
    readiness_probe readiness(
        {.redis = *redis,
         .redis_now = redis_now,
         .embedded = embedded.get(),
         .pictures = pictures,
         .disk = *disk,
         .generations = generations,
         .serves = as != role::worker}
    );

    // The address is bound before there is an API: the real port may be part of every URL that is
    // handed out.
    auto bound =
        required(http::listener::open(on, settings.listen), "server.listen cannot be used");

    // Callers, backends and all that is configured about them, now and whenever it is read again.
    const standing_parts standing{
        .on = on,
        .ports = tasks,
        .door = *door,
        .simulated = simulated,
        .images = *images,
        .pictures = pictures,
        .disk = *disk,
        .pool = pool,
        .metrics = metrics,
        .redis_now = redis_now,
        .changes = change_feed_of(on, to_redis, settings.redis_prefix),
        .link_key = link_key,
        .url = "http://" + bound.address(),
        .calls = files.calls,
        .works = as != role::api,
        .ready = [&readiness] { return readiness.now(); },
        .reload = [&] { return reload(settings, read_again, standing, generations); }
    };
    generations.turn_to(make_generation(settings, standing));

    http::server_options serving = settings.server;
    serving.max_connections = files.connections;
    const auto server = http::server::create(std::move(bound), serving, generations);

    // What happens from now on.
    lifetime life(
        {.signs_links = signs},
        {.loop = loop,
         .redis = *redis,
         .redis_now = redis_now,
         .embedded = embedded.get(),
         .operating = *tasks.operating,
         .door = *door,
         .pictures = pictures,
         .disk = *disk,
         .generations = generations,
         .reload = standing.reload,
         .readiness = readiness,
         .server = *server}
    );
    return life.run();
}

} // namespace

int serve(const config::settings& settings, const settings_reader& read_again, role as) {
    log::configure(settings.log);
    tell_what_was_read(settings);
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return build_and_run(settings, read_again, as);
    } catch (const cannot_start& told) {
        return told.code;
    }
}

} // namespace imagined::app
