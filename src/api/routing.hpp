// The table of routes, and the search in it.
#pragma once

#include "context/context.hpp"

#include <string>
#include <string_view>

namespace imagined::api {

// Who may use a route. What is counted over all callers is for the operator, and for keys that may
// do nothing else.
enum class access { anybody, with_key, counting };

// What it does to what we keep: viewers may only read, and what makes a task is closed while the
// process drains.
enum class effect { reads, changes, submits };

// In whose words errors are told.
enum class speech { midjourneys, ideograms, problems, openais, rpc };

struct route {
    std::string_view method; // GET also serves HEAD
    std::string_view pattern;
    awaitable<http::response> (*handle)(context& api, call from);
    access who = access::with_key;
    effect does = effect::reads;
};

struct routed {
    const route* to = nullptr; // null: `allowed` tells whether path or method is unknown
    std::string allowed;       // the methods of this path, "GET, HEAD"; "" for an unknown path
    speech errors = speech::midjourneys;
    bool open = false; // no key is needed on this path, whatever the method
    canonical_path path;
    path_values values;
};

// Errors are told in the words of the route; below the paths of the live API and of OpenAI's, in
// theirs.
routed find_route(std::string_view method, std::string_view path);

} // namespace imagined::api
