// The composition root: every object of the program, from the bottom to the top, in the order in
// which they are built. Nothing else in the program knows how the parts fit together.
//
//   redis-server (our child, or given) <- redis::client <- queue
//   backends (configured, or the built-in sandbox) <- roster
//   http::server <- console <- api -> queue, image_store   (roles all and api)
//   worker -> queue, roster, image_store, courier      (roles all and worker)
#include "imagined/app/application.hpp"

#include "disk_health.hpp"
#include "file_limit.hpp"
#include "hang_up.hpp"
#include "imagined/base/bytes.hpp"
#include "imagined/base/log_writer.hpp"
#include "imagined/console/console.hpp"
#include "imagined/queue/redis_queue.hpp"
#include "imagined/redis/embedded.hpp"
#include "imagined/sandbox/sandbox.hpp"
#include "imagined/store/picture_link.hpp"
#include "late_handler.hpp"
#include "memory.hpp"
#include "redis_watch.hpp"
#include "ways_out.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <optional>
#include <utility>

namespace imagined::app {

namespace {

constexpr int exit_ok = 0;
constexpr int exit_runtime = 1;
constexpr int exit_configuration = 2;

constexpr seconds http_farewell{5};
constexpr seconds drain_slack{30};
constexpr std::size_t picture_threads = 2;
constexpr std::size_t link_secret_bytes = 32;

// One running `serve`. Members are in building order, so they end in the reverse.
class application {
public:
    application(config::settings settings, role as) : settings_(std::move(settings)), role_(as) {}

    int run() {
        if (const int trouble = open_redis(); trouble != exit_ok) {
            return trouble;
        }
        log_writer_.emplace(); // a thread: after the child is forked
        if (const int trouble = open_backends(); trouble != exit_ok) {
            return trouble;
        }
        if (const int trouble = open_front(); trouble != exit_ok) {
            return trouble;
        }
        open_worker();
        begin();
        run_short_of_memory(context_);
        return exit_code_;
    }

private:
    using executor_type = asio::io_context::executor_type;

    bool works() const { return role_ != role::api; }

    bool serves() const { return role_ != role::worker; }

    int open_redis() {
        redis::client_options& options = redis_options_;
        if (settings_.redis_url.empty()) {
            // The child is forked before any thread exists.
            auto started = redis::embedded_server::start({settings_.data_dir / "redis"});
            if (!started) {
                return refuse_redis(started.error());
            }
            embedded_ = std::move(*started);
            options.to = embedded_->where();
        } else {
            auto parsed = redis::parse_endpoint(settings_.redis_url);
            if (!parsed) {
                log::error("redis.url cannot be used", {{"reason", parsed.error().detail}});
                return exit_configuration;
            }
            options.to = *parsed;
        }
        redis_ = redis::client::create(context_.get_executor(), options);
        queue::queue_options queue_options;
        queue_options.prefix = settings_.redis_prefix;
        queue_options.ambiguous_retries = settings_.retry_ambiguous_once ? 1 : 0;
        queue_options.on_submit = [this](std::string_view hint) {
            if (worker_) {
                worker_->hint(hint);
            }
        };
        queue_ = queue::open_redis_queue(*redis_, queue_options);
        door_ = queue::open_shared_door(*redis_, settings_.redis_prefix);
        hints_ = redis::subscription::open(
            context_.get_executor(),
            options,
            queue::hint_channel(settings_.redis_prefix),
            [this](std::string_view message) {
                if (worker_) {
                    worker_->hint(message);
                }
            },
            [this] {
                if (worker_) {
                    worker_->hint_all();
                }
            }
        );
        return exit_ok;
    }

    int refuse_redis(const failure& why) const {
        if (why.kind == failure_kind::conflict) {
            log::error(
                "the embedded Redis of this data.dir is in use by another process; give both "
                "processes one Redis with redis.url, or this one another data.dir",
                {{"data.dir", settings_.data_dir.string()}, {"reason", why.detail}}
            );
            return exit_configuration;
        }
        if (why.kind == failure_kind::invalid) {
            log::error("the embedded Redis cannot be used", {{"reason", why.detail}});
            return exit_configuration;
        }
        log::error("the embedded Redis did not start", {{"reason", why.detail}});
        return exit_runtime;
    }

    int open_backends() {
        if (settings_.backends.empty()) {
            sandbox::sandbox_options upstream;
            upstream.fetch_links = true;
            auto opened = sandbox::sandbox::open(context_.get_executor(), std::move(upstream));
            if (!opened) {
                log::error(
                    "the built-in sandbox did not start", {{"reason", opened.error().detail}}
                );
                return exit_runtime;
            }
            sandbox_ = std::move(*opened);
            sandbox_->start();
            backend::backend_options simulated;
            simulated.name = "sandbox";
            simulated.base_url = "http://" + sandbox_->address();
            simulated.keys = {"built-in-sandbox"};
            simulated.limit_group = simulated.name;
            simulated.pictures = backend::organisation_pictures;
            settings_.backends.push_back(simulated);
            settings_.api.demo = true;
            log::info(
                "no backend is configured: the built-in sandbox draws simulated pictures and "
                "spends "
                "nothing",
                {{"url", simulated.base_url}}
            );
        }
        const auto rules = http::egress_policy::parse(settings_.fetch_allow);
        if (!rules) {
            log::error("fetch.allow cannot be used", {{"reason", rules.error().detail}});
            return exit_configuration;
        }
        settings_.api.fetch_rules = *rules;
        std::vector<std::unique_ptr<backend::backend>> members;
        for (const auto& options : settings_.backends) {
            auto made = backend::backend::create(context_.get_executor(), options, *rules);
            if (!made) {
                log::error("a backend cannot be used", {{"reason", made.error().detail}});
                return exit_configuration;
            }
            members.push_back(std::move(*made));
        }
        backends_ = std::make_unique<backend::roster>(std::move(members));
        tell_ways_out(settings_);
        return exit_ok;
    }

    int open_front() {
        try {
            images_ = std::make_unique<store::image_store>(settings_.data_dir / "pictures");
            disk_ = watch_of(images_->root(), settings_.min_free, embedded_ != nullptr);
        } catch (const std::exception& e) {
            log::error("data.dir cannot be used", {{"reason", e.what()}});
            return exit_runtime;
        }
        const bool open = settings_.api.api_keys.empty() && settings_.api.callers.empty();
        sign_links_ = settings_.sign_links && !open;
        using addresses = store::picture_addresses;
        pictures_ = std::make_unique<addresses>(
            sign_links_ ? addresses::kind::with_token : addresses::kind::open
        );
        auto link_key = store::load_link_key(settings_.data_dir);
        if (!link_key) {
            log::error("data.dir cannot be used", {{"reason", link_key.error().detail}});
            return exit_runtime;
        }
        settings_.api.link_key = *link_key;
        settings_.worker.link_key = *link_key;
        settings_.worker.max_spend_per_day = settings_.max_spend_per_day;
        for (const auto& caller : settings_.api.callers) {
            settings_.worker.callers.push_back(caller.name);
        }
        pool_ = std::make_unique<offload_pool>(offload_pool::options{.threads = picture_threads});
        auto courier = callback::courier::create(context_.get_executor(), settings_.callback);
        if (!courier) {
            log::error("callback cannot be used", {{"reason", courier.error().detail}});
            return exit_configuration;
        }
        courier_ = std::move(*courier);
        http::client_options to_the_web;
        to_the_web.out = settings_.fetch_out;
        auto web = http::client::create(context_.get_executor(), std::move(to_the_web));
        if (!web) {
            log::error("input pictures cannot be fetched", {{"reason", web.error().detail}});
            return exit_runtime;
        }
        web_ = std::move(*web);
        // The server is bound first: its real port may be part of every URL that we hand out. A
        // worker answers health and metrics there, and the whole API as well: it costs nothing.
        auto front = http::server::open(context_.get_executor(), settings_.server, late_api_);
        if (!front) {
            log::error("server.listen cannot be used", {{"reason", front.error().detail}});
            return exit_runtime;
        }
        server_ = std::move(*front);
        if (settings_.api.public_url.empty()) {
            settings_.api.public_url = "http://" + server_->address();
        }
        api_ = api::make_api(
            settings_.api,
            api::api_parts{
                *queue_.reading,
                *queue_.submission,
                *queue_.operating,
                *door_,
                *images_,
                *pictures_,
                *pool_,
                *backends_,
                *courier_,
                metrics_,
                *web_,
                [this] { return ready(); },
                [this](auto on_change, auto on_ready) {
                    return std::shared_ptr<void>(redis::subscription::open(
                        context_.get_executor(),
                        redis_options_,
                        queue::live_channel(settings_.redis_prefix),
                        std::move(on_change),
                        std::move(on_ready)
                    ));
                }
            }
        );
        console_ = console::make_console(console::built_in_pages(), *api_);
        front_door_ = api::make_front_door(settings_.api, *console_);
        late_api_.target = front_door_.get();
        return exit_ok;
    }

    void open_worker() {
        if (!works()) {
            return;
        }
        worker_ = worker::worker::create(
            settings_.worker,
            worker::worker_parts{
                context_.get_executor(),
                *queue_.work,
                *queue_.outbox,
                *queue_.reading,
                *images_,
                *pictures_,
                *pool_,
                *disk_,
                *backends_,
                *courier_,
                metrics_,
                [this] { return !health_.barred; }
            }
        );
    }

    void begin() {
        group_.spawn("signals", [this] { return wait_for_signals(); });
        if (ends_by_hang_up()) {
            group_.spawn("hang_up", [this] { return wait_for_hang_up(); });
        }
        group_.spawn("redis_watch", [this] {
            return watch(
                *redis_,
                *queue_.operating,
                health_,
                [this] { redis_came(); },
                [this](const std::string& why) {
                    log::error(why);
                    stop_now(exit_configuration);
                }
            );
        });
        group_.spawn("disk_watch", [this] { return watch_disk(*disk_); });
        if (embedded_) {
            group_.spawn("redis_supervisor", [this] { return embedded_->supervise(); });
        }
        server_->start();
        log::debug("listening", {{"url", settings_.api.public_url}});
    }

    // Redis is writable (again): the first time the process gets to work.
    void redis_came() {
        group_.spawn("callers", [this] { return register_callers(); });
        for (const auto& warning : health_.warnings) {
            log::warning(warning);
        }
        group_.spawn("picture addresses", [this] { return learn_addresses(); });
    }

    // Without the secret no address can be told, to clients and in callbacks: nothing starts
    // before. Redis may be another one each time that it comes.
    awaitable<> learn_addresses() {
        const std::string drawn = sign_links_ ? random_hex(link_secret_bytes) : "";
        auto told = co_await door_->links(drawn);
        while (!told) {
            log::warning(
                "the secret of the pictures' addresses cannot be read",
                {{"reason", told.error().detail}}
            );
            co_await pause_for(seconds(1));
            told = co_await door_->links(drawn);
        }
        pictures_->learn(told->text, told->since);
        start_work();
    }

    void start_work() {
        if (!started_) {
            started_ = true;
            if (worker_) {
                worker_->start();
            }
            log::info("ready", {{"url", settings_.api.public_url}});
        }
    }

    awaitable<> register_callers() {
        std::vector<queue::caller_limits> limits{{"", 1, 0, 0}}; // the operator's own
        for (const auto& caller : settings_.api.callers) {
            limits.push_back(
                {caller.name, caller.weight, caller.max_waiting, caller.max_running, caller.rate}
            );
        }
        if (auto told = co_await queue_.operating->register_callers(std::move(limits)); !told) {
            log::warning("callers were not registered", {{"reason", told.error().detail}});
        }
    }

    api::readiness ready() const {
        api::readiness now;
        now.draining = draining_;
        now.closed = health_.barred;
        now.warnings = health_.warnings;
        std::ranges::copy(settings_.warnings, std::back_inserter(now.warnings));
        if (worker_) {
            std::ranges::move(worker_->warnings(), std::back_inserter(now.warnings));
        }
        const bool enough = tell_disk(disk_->last(), serves(), now);
        if (draining_) {
            now.reason = "draining";
        } else if (!enough) {
            // Before what is said of Redis: an embedded one comes and goes on a full disk.
            now.reason = disk_->last().sentence();
        } else if (!redis_->connected()) {
            now.reason = redis_->trouble();
        } else if (embedded_ && !embedded_->steady()) {
            now.reason = "the embedded redis keeps ending; see its log in data.dir";
        } else if (!health_.writable) {
            now.reason = health_.reason;
        } else if (!pictures_->ready()) {
            now.reason = "the secret of the pictures' addresses is not read yet";
        } else {
            now.ready = true;
        }
        return now;
    }

    awaitable<> wait_for_signals() {
        asio::basic_signal_set<executor_type> signals(context_.get_executor(), SIGTERM, SIGINT);
        co_await signals.async_wait(as_outcome);
        const bool second = draining_;
        begin_drain();
        if (!second) {
            co_await signals.async_wait(as_outcome);
        }
        log::warning("cut by a second signal");
        stop_now(exit_ok);
    }

    // A terminal that closes may send it more than once, so it never cuts.
    awaitable<> wait_for_hang_up() {
        asio::basic_signal_set<executor_type> signals(context_.get_executor(), SIGHUP);
        while (true) {
            const auto [ec, number] = co_await signals.async_wait(as_outcome);
            if (ec) {
                co_return;
            }
            begin_drain();
        }
    }

    void begin_drain() {
        if (!std::exchange(draining_, true)) {
            log::info("draining: calls in flight may finish, nothing new is started");
            group_.spawn("drain", [this] { return drain(); });
        }
    }

    awaitable<> drain() {
        milliseconds longest{0};
        for (const auto& one : settings_.backends) {
            longest = std::max(longest, one.timeout);
        }
        if (worker_ && started_) {
            co_await worker_->drain(longest + drain_slack);
            worker_->cut();
        }
        server_->drain();
        co_await server_->join(http_farewell);
        log::info("stopped");
        stop_now(exit_ok);
    }

    void stop_now(int code) {
        exit_code_ = code;
        context_.stop();
    }

    std::optional<log::log_writer> log_writer_;
    config::settings settings_;
    role role_;
    int exit_code_ = exit_ok;
    bool draining_ = false;
    bool sign_links_ = false;
    bool started_ = false;
    redis::client_options redis_options_;
    redis_health health_;
    metrics::registry metrics_;
    std::unique_ptr<redis::embedded_server> embedded_;
    asio::io_context context_{1};
    std::unique_ptr<redis::client> redis_;
    queue::ports queue_;
    std::unique_ptr<queue::shared_door> door_;
    std::unique_ptr<sandbox::sandbox> sandbox_;
    std::unique_ptr<backend::roster> backends_;
    std::unique_ptr<store::image_store> images_;
    std::unique_ptr<store::picture_addresses> pictures_;
    std::unique_ptr<store::disk_watch> disk_;
    std::unique_ptr<offload_pool> pool_;
    std::unique_ptr<callback::courier> courier_;
    std::unique_ptr<http::client> web_;
    late_handler late_api_;
    std::unique_ptr<http::handler> api_;
    std::unique_ptr<http::handler> console_;
    std::unique_ptr<http::handler> front_door_;
    std::unique_ptr<http::server> server_;
    std::unique_ptr<worker::worker> worker_;
    std::unique_ptr<redis::subscription> hints_;
    task_group group_{context_.get_executor()};
};

} // namespace

int serve(config::settings settings, role as) {
    log::configure(settings.log);
    for (const auto& warning : settings.warnings) {
        log::warning(warning);
    }
    std::signal(SIGPIPE, SIG_IGN);
    share_out_files(settings);
    const memory_reserve reserve = arrange_memory();
    application running(std::move(settings), as);
    return running.run();
}

} // namespace imagined::app
