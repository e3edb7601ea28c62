#include "scene.hpp"

#include "imagined/base/bytes.hpp"
#include "tests/support/run_coroutine.hpp"

#include <doctest/doctest.h>

namespace imagined::test {

namespace {

constexpr std::size_t plenty = 1000; // tasks that a worker could hold

http::request
request_of(const std::string& method, const std::string& target, const header_list& headers) {
    http::request request;
    request.method = method;
    request.target = target;
    const auto mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    request.query = mark < target.size() ? target.substr(mark + 1) : "";
    request.headers.set("Host", "127.0.0.1");
    for (const auto& [name, value] : headers) {
        request.headers.add(name, value);
    }
    return request;
}

std::unique_ptr<backend::roster> roster_of(executor on, const scene_options& options) {
    backend::backend_options one;
    one.name = "only";
    one.base_url = "http://127.0.0.1:1";
    one.keys = {"backend-key"};
    one.dialect = options.dialect;
    one.operations = options.operations;
    one.models = options.models;
    auto made = backend::backend::create(on, one, http::egress_policy::trusted());
    REQUIRE(made.has_value());
    std::vector<std::unique_ptr<backend::backend>> members;
    members.push_back(std::move(*made));
    return std::make_unique<backend::roster>(std::move(members));
}

std::unique_ptr<callback::courier> courier_of(executor on, const scene_options& options) {
    callback::courier_options chosen;
    chosen.allow = {"127.0.0.1:9000"};
    chosen.default_url = options.callback_default_url;
    auto made = callback::courier::create(on, chosen);
    REQUIRE(made.has_value());
    return std::move(*made);
}

} // namespace

scene_options::scene_options() {
    api.public_url = "http://pictures.example";
}

scene::scene(scene_options options)
    : pictures(
          options.signed_links ? store::picture_addresses::kind::with_token
                               : store::picture_addresses::kind::open
      ),
      folder_(std::filesystem::temp_directory_path() / ("imagined-api-" + random_hex(8))),
      pool_({.threads = 1, .max_queued = 64}) {
    state.ready = true;
    tasks.age = std::chrono::minutes(1); // what ended in its submit is no news any more
    tasks.model.now = tasks.now();
    tasks.model.renew(worker_name, plenty, std::chrono::hours(24), {});
    images = std::make_unique<store::image_store>(folder_);
    backends_ = roster_of(context_.get_executor(), options);
    courier_ = courier_of(context_.get_executor(), options);
    api_ = api::make_api(
        options.api,
        api::api_parts{
            tasks,
            tasks,
            tasks,
            door,
            *images,
            pictures,
            pool_,
            *backends_,
            *courier_,
            metrics_,
            web,
            [this] { return state; },
            [this](auto on_change, auto on_ready) {
                feed = std::make_shared<open_feed>(std::move(on_change), std::move(on_ready));
                ++feeds_opened;
                return feed;
            },
            [this] { return came; }
        }
    );
}

scene::~scene() {
    pool_.stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

http::response scene::send(
    const std::string& method,
    const std::string& target,
    std::string body,
    const header_list& headers
) {
    http::request request = request_of(method, target, headers);
    auto admitted = api_->admit(request);
    if (auto* refused = std::get_if<http::response>(&admitted)) {
        return std::move(*refused);
    }
    if (body.size() > std::get<http::admission>(admitted).max_body_bytes) {
        return api_->refuse(413, "", request);
    }
    request.noted = std::move(std::get<http::admission>(admitted).note);
    request.body = std::move(body);
    return run_on<http::response>(context_, [&] { return api_->handle(request); });
}

void scene::run(std::function<awaitable<>()> body) {
    run_on(context_, std::move(body));
}

awaitable<http::response> scene::ask(std::string target, header_list headers) {
    http::request request = request_of("GET", target, headers);
    auto admitted = api_->admit(request);
    if (auto* refused = std::get_if<http::response>(&admitted)) {
        co_return std::move(*refused);
    }
    request.noted = std::move(std::get<http::admission>(admitted).note);
    co_return co_await api_->handle(std::move(request));
}

std::string scene::imagine(const std::string& prompt, const header_list& headers) {
    const auto answer = post("/mj/submit/imagine", {{"prompt", prompt}}, headers);
    const auto body = json_of(answer);
    REQUIRE(body["result"].is_string());
    return body["result"];
}

std::string scene::finished_imagine(int count, const std::string& prompt) {
    const std::string id = imagine(prompt);
    for (int n = 0; n <= count; ++n) {
        REQUIRE(images->put(id, n, png(static_cast<std::uint8_t>(n))).has_value());
    }
    tasks.succeed(id);
    return id;
}

task::submission scene::submission(const std::string& id) const {
    const auto read = task::submission_from_text(given(id).submission);
    REQUIRE(read.has_value());
    return *read;
}

nlohmann::json json_of(const http::response& answer) {
    const auto body = nlohmann::json::parse(answer.text(), nullptr, false);
    REQUIRE_MESSAGE(!body.is_discarded(), std::string(answer.text()));
    return body;
}

std::string png(std::uint8_t shade, std::uint32_t width) {
    store::bitmap pixels;
    pixels.width = width;
    pixels.height = 8;
    pixels.rgb.assign(std::size_t{width} * 8 * 3, shade);
    const auto encoded = store::encode(pixels, store::picture_format::png);
    REQUIRE(encoded.has_value());
    return *encoded;
}

bool mentions(std::string_view text, std::string_view word) {
    return text.find(word) != std::string_view::npos;
}

} // namespace imagined::test
