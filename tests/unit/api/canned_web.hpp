// The rest of the world as the API may fetch from it: addresses with canned answers. It obeys the
// egress policy as the real client does, for names as if each resolved to `resolves_to`.
#pragma once

#include "imagined/http/client.hpp"

#include <boost/asio/ip/address.hpp>

#include <map>
#include <string>
#include <vector>

namespace imagined::test {

class canned_web final : public http::client {
public:
    std::map<std::string, http::response> pages;    // by address
    std::map<std::string, std::string> resolves_to; // a host's address; else a public one
    std::vector<http::outgoing> asked;

    void show(const std::string& address, std::string body) {
        http::response page;
        page.body = std::move(body);
        pages[address] = std::move(page);
    }

    void redirect(const std::string& address, const std::string& to) {
        http::response page;
        page.status = 302;
        page.headers.set("Location", to);
        pages[address] = std::move(page);
    }

    awaitable<http::exchange> send(http::outgoing request) override {
        asked.push_back(request);
        co_return answer(request);
    }

    // Nothing that the API fetches is waited for in two halves.
    awaitable<std::shared_ptr<http::unanswered>> begin(http::outgoing) override {
        co_return nullptr;
    }

    std::size_t idle_connections() const override { return 0; }

private:
    http::exchange answer(const http::outgoing& request) const {
        http::exchange made;
        if (!permitted(request)) {
            made.outcome = failure{failure_kind::rejected, "egress: not permitted"};
            return made;
        }
        const auto page = pages.find(request.to.text());
        if (page == pages.end()) {
            made.outcome = failure{failure_kind::unavailable, "connect: secret inner detail"};
        } else if (page->second.text().size() > request.max_body_bytes) {
            made.outcome = failure{failure_kind::throttled, "longer than is accepted"};
        } else {
            made.reached = http::progress::answered;
            made.outcome = page->second;
        }
        return made;
    }

    bool permitted(const http::outgoing& request) const {
        boost::system::error_code no_literal;
        const std::string& host = request.to.host;
        auto address = asio::ip::make_address(host, no_literal);
        if (no_literal) {
            const auto known = resolves_to.find(host);
            address = asio::ip::make_address(
                known == resolves_to.end() ? "93.184.216.34" : known->second
            );
        }
        return request.egress != nullptr && request.egress->permits(host, address, request.to.port);
    }
};

} // namespace imagined::test
