// The console in the browser: pages and their assets, embedded in the binary and served at
// /console/. It is nothing but files: what the pages do, they do through the API, with the rights
// of whoever signed in.
#pragma once

#include "imagined/http/server.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace imagined::console {

// One embedded file. All of it lives as long as the program.
struct page {
    std::string_view name; // "app.3f2a91c0.js"; "" is the page itself
    std::string_view media_type;
    std::string_view tag;  // of its bytes, without quotes
    std::string_view gzip; // compressed when the program was built
    bool lasting = false;  // its name tells its bytes, so it may be kept for ever
};

// What was built in; empty in a binary that was built without the console.
std::span<const page> built_in_pages();

// Answers GET /console/… from `pages`, and sends browsers that ask for / there; everything else is
// `behind`'s. Without pages all of it is. `behind` must outlive the handler.
std::unique_ptr<http::handler> make_console(std::span<const page> pages, http::handler& behind);

} // namespace imagined::console
