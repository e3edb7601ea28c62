// Cross-origin access: browsers are first-class callers, and never with credentials.
#pragma once

#include "imagined/http/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace imagined::api {

class cors_policy {
public:
    explicit cors_policy(std::vector<std::string> origins);

    // Adds what every answer carries, errors and pictures included, exactly once. `origin` is the
    // request's Origin, "" without one.
    void mark(http::response& answer, std::string_view origin) const;

    // The answer to OPTIONS on any path: no key is needed, since browsers send none.
    http::response preflight(const http::fields& asked) const;

private:
    bool everyone_ = false;
    std::vector<std::string> origins_;
};

} // namespace imagined::api
