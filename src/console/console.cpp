#include "imagined/console/console.hpp"

#include "unpacked.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace imagined::console {

namespace {

constexpr std::string_view root = "/console";
constexpr std::string_view root_folder = "/console/";
// Relative, so that it also leads there behind a proxy that serves us below a path of its own.
constexpr std::string_view way_in = "console/";

// The API's reference: its files are named with their folder.
constexpr std::string_view docs_root = "/docs";
constexpr std::string_view docs_folder = "docs/";

// The page may load nothing from anywhere else, run no text as a script and be framed by nobody.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> on_every_answer{{
    {"Content-Security-Policy", policy},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Vary", "Accept-Encoding"},
}};

http::response plain(int status, std::string text) {
    http::response answer;
    answer.status = status;
    answer.headers.set("Content-Type", "text/plain; charset=utf-8");
    for (const auto& [name, value] : on_every_answer) {
        answer.headers.set(name, value);
    }
    answer.body = std::move(text);
    return answer;
}

http::response lead_to(std::string_view where) {
    http::response answer = plain(302, "");
    answer.headers.set("Location", where);
    answer.headers.set("Vary", "Accept");
    return answer;
}

bool is_below(std::string_view path, std::string_view folder) {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool is_ours(std::string_view path) {
    return is_below(path, root) || is_below(path, docs_root);
}

bool is_read(const http::request_head& head) {
    return head.method == "GET" || head.method == "HEAD";
}

// "gzip;q=0" refuses it.
bool takes_gzip(std::string_view accepted) {
    const auto at = accepted.find("gzip");
    if (at == std::string_view::npos) {
        return false;
    }
    const auto rest = accepted.substr(at, accepted.find(',', at) - at);
    const auto quality = rest.find("q=");
    return quality == std::string_view::npos
           || rest.substr(quality + 2).find_first_of("123456789") != std::string_view::npos;
}

bool has_tag(std::string_view header, std::string_view tag) {
    return header == "*" || header.find(tag) != std::string_view::npos;
}

http::response serve(const page& wanted, const http::fields& asked) {
    http::response answer = plain(200, "");
    const std::string tag = '"' + std::string(wanted.tag) + '"';
    answer.headers.set("Content-Type", wanted.media_type);
    answer.headers.set("ETag", tag);
    answer.headers.set(
        "Cache-Control", wanted.lasting ? "public, max-age=31536000, immutable" : "no-cache"
    );
    if (has_tag(asked.get("If-None-Match"), tag)) {
        answer.status = 304;
    } else if (takes_gzip(asked.get("Accept-Encoding"))) {
        answer.headers.set("Content-Encoding", "gzip");
        answer.body = std::string(wanted.gzip);
    } else {
        answer.body = unpacked(wanted.gzip);
    }
    return answer;
}

// Answers what is for the console at admission; all else is for who stands behind.
class front_handler : public http::handler {
public:
    explicit front_handler(http::handler& behind) : behind_(behind) {}

    std::variant<http::admission, http::response> admit(const http::request_head& head) final {
        if (auto answer = answer_for(head)) {
            return std::move(*answer);
        }
        return behind_.admit(head);
    }

    awaitable<http::response> handle(http::request incoming) final {
        return behind_.handle(std::move(incoming));
    }

    http::response
    refuse(int status, std::string_view reason, const http::request_head& head) final {
        return behind_.refuse(status, reason, head);
    }

private:
    virtual std::optional<http::response> answer_for(const http::request_head& head) const = 0;

    http::handler& behind_;
};

class pages_handler final : public front_handler {
public:
    pages_handler(std::span<const page> pages, http::handler& behind)
        : front_handler(behind), pages_(pages) {}

private:
    std::optional<http::response> answer_for(const http::request_head& head) const override {
        const std::string_view path = head.path;
        if (path == "/") {
            const bool browser =
                is_read(head) && head.headers.get("Accept").find("text/html") != std::string::npos;
            return browser ? std::optional(lead_to(way_in)) : std::nullopt;
        }
        if (!is_ours(path)) {
            return std::nullopt;
        }
        if (!is_read(head)) {
            http::response refused = plain(405, "GET only\n");
            refused.headers.set("Allow", "GET, HEAD");
            return refused;
        }
        if (path == root || path == docs_root) {
            return lead_to(path == root ? way_in : docs_folder);
        }
        const bool docs = path.starts_with(docs_root);
        return find(path.substr(docs ? 1 : root_folder.size()), docs, head.headers);
    }

    http::response find(std::string_view name, bool docs, const http::fields& asked) const {
        const auto wanted = std::ranges::find(pages_, name, &page::name);
        const bool there = wanted != pages_.end() && name.starts_with(docs_folder) == docs;
        return there ? serve(*wanted, asked) : plain(404, "no such page\n");
    }

    std::span<const page> pages_;
};

// A binary without the console says so, instead of a riddle.
class no_pages_handler final : public front_handler {
public:
    using front_handler::front_handler;

private:
    std::optional<http::response> answer_for(const http::request_head& head) const override {
        if (is_ours(head.path)) {
            return plain(404, "imagined was built without its console (IMAGINED_CONSOLE)\n");
        }
        return std::nullopt;
    }
};

} // namespace

std::unique_ptr<http::handler> make_console(std::span<const page> pages, http::handler& behind) {
    if (pages.empty()) {
        return std::make_unique<no_pages_handler>(behind);
    }
    return std::make_unique<pages_handler>(pages, behind);
}

} // namespace imagined::console
