// Cross-origin access: browsers are first-class callers, and never with credentials.
#pragma once

#include "http/local_access.hpp"

#include "imagined/api/api.hpp"
#include "imagined/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::api {

class cors_policy {
public:
    // With keys: whoever has one may call from `cors_origins`. Without: pages that the open door
    // knows.
    explicit cors_policy(const api_options& options);

    // Adds what every answer carries, errors and pictures included, exactly once. `origin` is the
    // request's Origin, "" without one.
    void mark(http::response& answer, std::string_view origin) const;

    // The answer to OPTIONS on any path: no key is needed, since browsers send none.
    http::response preflight(const http::fields& asked) const;

private:
    bool knows(std::string_view origin) const;

    std::optional<local_access> open_;
    bool everyone_ = false;
    std::vector<std::string> origins_;
};

} // namespace imagined::api
