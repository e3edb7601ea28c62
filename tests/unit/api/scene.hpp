// The API with everything around it in memory, called as the server calls it: admit, then handle.
#pragma once

#include "canned_web.hpp"
#include "imagined/api/api.hpp"
#include "imagined/task/submission.hpp"
#include "memory_door.hpp"
#include "tests/support/memory_queue/memory_queue.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace imagined::test {

using header_list = std::vector<std::pair<std::string, std::string>>;

struct scene_options {
    api::api_options api;
    // What the one backend serves; all that its dialect has when both are empty.
    std::vector<task::operation> operations;
    std::vector<task::model> models;
    std::string dialect = "official";
    std::string callback_default_url;
    bool signed_links = false;

    scene_options();
};

// The channel of changes, as the API opened it.
struct open_feed {
    open_feed(std::function<void(std::string_view)> change, std::function<void()> ready)
        : on_change(std::move(change)), on_ready(std::move(ready)) {}

    std::function<void(std::string_view)> on_change;
    std::function<void()> on_ready;
};

class scene {
public:
    explicit scene(scene_options options = {});
    ~scene();
    scene(const scene&) = delete;
    scene& operator=(const scene&) = delete;

    http::response send(
        const std::string& method,
        const std::string& target,
        std::string body = "",
        const header_list& headers = {}
    );

    http::response get(const std::string& target, const header_list& headers = {}) {
        return send("GET", target, "", headers);
    }

    http::response
    post(const std::string& target, const nlohmann::json& body, const header_list& headers = {}) {
        return send("POST", target, body.dump(), headers);
    }

    // Submits a plain imagine and returns its id.
    std::string imagine(const std::string& prompt = "a red fox", const header_list& headers = {});

    // An imagine that has ended with `count` stored pictures (and a grid when several).
    std::string finished_imagine(int count = 4, const std::string& prompt = "a red fox");

    const model_task& task(const std::string& id) const { return tasks.at(id); }

    // What the queue was given as this task.
    const queue::new_task& given(const std::string& id) const { return tasks.given.at(id); }

    // From now on no worker has room for a task.
    void without_worker() { tasks.model.sign_off(worker_name); }

    task::submission submission(const std::string& id) const;

    // Drives the loop until `body` has ended.
    void run(std::function<awaitable<>()> body);

    // A request as the server hands it to the handler, for tests that hold several at a time.
    awaitable<http::response> ask(std::string target, header_list headers = {});

    std::shared_ptr<open_feed> feed; // the last that was opened; alone here once it was closed
    int feeds_opened = 0;

    memory_queue tasks;
    memory_door door;
    canned_web web;
    api::readiness state;
    api::reloaded came; // of reading the configuration again
    std::unique_ptr<store::image_store> images;
    store::picture_addresses pictures;

private:
    static constexpr const char* worker_name = "worker";

    std::filesystem::path folder_;
    asio::io_context context_{1};
    offload_pool pool_;
    metrics::registry metrics_;
    std::unique_ptr<backend::roster> backends_;
    std::unique_ptr<callback::courier> courier_;
    std::unique_ptr<http::handler> api_;
};

nlohmann::json json_of(const http::response& answer);

// A small PNG; other `shade`s give other bytes.
std::string png(std::uint8_t shade = 0, std::uint32_t width = 8);

bool mentions(std::string_view text, std::string_view word);

inline const header_list english{{"Accept-Language", "en"}};

} // namespace imagined::test
