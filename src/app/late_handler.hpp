// The server needs its handler before the API can know the server's port.
#pragma once

#include "imagined/http/server.hpp"

namespace imagined::app {

struct late_handler final : http::handler {
    std::variant<http::admission, http::response> admit(const http::request_head& head) override {
        return target->admit(head);
    }

    awaitable<http::response> handle(http::request incoming) override {
        return target->handle(std::move(incoming));
    }

    http::response
    refuse(int status, std::string_view reason, const http::request_head& head) override {
        return target->refuse(status, reason, head);
    }

    http::handler* target = nullptr;
};

} // namespace imagined::app
