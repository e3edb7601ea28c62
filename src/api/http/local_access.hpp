// Who may talk to a server that asks nobody for a key: the programs and pages of this machine, and
// pages that the operator named. It listens on loopback only, but a browser takes there whatever
// page it shows: any page's requests, and those to a stranger's name that leads here (DNS
// rebinding). What the browser says of both decides. Pure.
#pragma once

#include "imagined/http/message.hpp"
#include "imagined/http/url.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::api {

class local_access {
public:
    // `origins` are the pages named; "*" among them counts for none here.
    local_access(std::string_view public_url, std::vector<std::string> origins);

    enum class verdict {
        welcome,
        misdirected, // Host is neither this machine nor public_url's
        foreign      // a page of another site asks
    };

    // Health and readiness tell nothing, and are told to everybody.
    verdict judge(const http::request_head& head) const;

    // Whether pages of this origin may call. Never "null", which is every page's that hides its
    // own.
    bool knows_origin(std::string_view origin) const;

private:
    bool knows_host(std::string_view authority) const;

    std::optional<http::url> public_url_;
    std::vector<std::string> origins_;
};

} // namespace imagined::api
