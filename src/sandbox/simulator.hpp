// The simulated upstreams behind one HTTP server: routing, keys, limits, scripted trouble,
// pictures.
#pragma once

#include "answers.hpp"
#include "documents.hpp"
#include "faulty_server.hpp"
#include "ledger.hpp"
#include "painting.hpp"
#include "rules.hpp"
#include "script.hpp"
#include "switches.hpp"

#include "imagined/base/offload_pool.hpp"
#include "imagined/http/client.hpp"
#include "imagined/sandbox/sandbox.hpp"

#include <list>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace imagined::sandbox {

class simulator final : public upstream {
public:
    explicit simulator(sandbox_options options);

    // The address to name in links when a request names none.
    void set_address(std::string address) { address_ = std::move(address); }

    std::variant<std::size_t, reply> admit(const http::request_head& head) override;
    awaitable<reply> handle(http::request incoming) override;
    http::response
    refuse(int status, std::string_view reason, const http::request_head& head) override;

    // Fetches input pictures that are sent as links.
    void set_client(std::unique_ptr<http::client> client) { client_ = std::move(client); }

    // Waits for a drawing under way.
    void stop() {
        pool_.stop();
        client_.reset();
    }

private:
    // A documented call: who documents it, and in which forms.
    struct route {
        const form_dialect* of = nullptr;
        std::string path; // without the dialect's prefix
        std::vector<const form*> forms;
    };

    std::optional<route> find_route(std::string_view path) const;
    awaitable<reply> serve_call(route where, http::request incoming);
    awaitable<reply> work(const route& where, const http::request& incoming, std::uint64_t entry);
    awaitable<reply> serve_picture(http::request incoming);
    awaitable<http::response> drawn(drawing order, std::string word, picture_format format);
    awaitable<result<void>> fetch_links(const accepted_call& call);
    http::response serve_ledger(const http::request& incoming);
    http::response serve_ledger_file(std::string_view below);
    http::response serve_script(const http::request& incoming);
    http::response serve_switches(const http::request& incoming);
    milliseconds time_of(const accepted_call& call);
    reply answer(
        const route& where,
        const http::request& incoming,
        const accepted_call& call,
        const scripted_outcome& ordered,
        std::uint64_t base
    );
    void charge(std::uint64_t entry, const accepted_call& call);
    std::vector<std::int64_t> seeds_for(const accepted_call& call);
    const std::string* remembered(const std::string& word);
    void remember(const std::string& word, std::string png);

    sandbox_options options_;
    std::string address_;
    std::unique_ptr<http::client> client_; // null: links are taken at their word
    // Shared with the calls under way, which may be destroyed after this object.
    std::shared_ptr<ledger> ledger_ = std::make_shared<ledger>();
    script script_;
    switches switches_;
    std::mt19937_64 random_;
    offload_pool pool_;
    std::list<std::pair<std::string, std::string>> pictures_; // word and suffix, bytes
    painting_grounds grounds_;
};

} // namespace imagined::sandbox
