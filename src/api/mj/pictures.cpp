#include "answers/answers.hpp"
#include "answers/texts.hpp"
#include "context/visitors.hpp"
#include "http/byte_range.hpp"
#include "imagined/store/picture_link.hpp"
#include "imagined/submit/read_one.hpp"
#include "imagined/submit/texts.hpp"
#include "mj/handlers.hpp"
#include "views/picture_address.hpp"

#include <fmt/format.h>

namespace imagined::api {

namespace {

constexpr std::string_view forever = "public, max-age=31536000, immutable";
constexpr std::string_view for_one_reader = "private, no-store";
constexpr seconds start_retry{1};

bool wants_thumbnail(std::string_view query) {
    const auto value = http::query_value(query, "thumb");
    return value && *value != "0" && *value != "false";
}

http::response missing(task::language in) {
    http::response answer = show(refuse_with_status(404, submit::texts::no_picture), in);
    answer.headers.set("Cache-Control", "no-store"); // it may be there a moment later
    return answer;
}

http::response not_found_or_busy(const failure& cause, task::language in) {
    using kind = failure_kind;
    if (cause.kind == kind::not_found || cause.kind == kind::invalid
        || cause.kind == kind::corrupt) {
        return missing(in);
    }
    return show(failed(cause, "show a picture"), in);
}

http::response present(
    const store::stored_picture& picture,
    std::string_view caching,
    const http::request& asked,
    task::language in
) {
    const auto etag = fmt::format("\"{:x}-{:x}\"", picture.bytes, picture.changed);
    http::response answer;
    answer.headers.set("ETag", etag);
    answer.headers.set("Cache-Control", caching);
    answer.headers.set("Accept-Ranges", "bytes");
    answer.headers.set("X-Content-Type-Options", "nosniff");
    if (names_etag(asked.headers.get("If-None-Match"), etag)) {
        answer.status = 304;
        return answer;
    }
    const auto condition = asked.headers.get("If-Range");
    const bool ranged = asked.method == "GET" && (condition.empty() || condition == etag);
    const auto range = choose_range(ranged ? asked.headers.get("Range") : "", picture.bytes);
    if (range.what == byte_range::kind::unsatisfiable) {
        http::response refused = show(refuse_with_status(416, texts::bad_range), in);
        refused.headers.set("Content-Range", fmt::format("bytes */{}", picture.bytes));
        return refused;
    }
    if (range.what == byte_range::kind::part) {
        answer.status = 206;
        answer.headers.set(
            "Content-Range",
            fmt::format(
                "bytes {}-{}/{}", range.offset, range.offset + range.length - 1, picture.bytes
            )
        );
    }
    answer.headers.set("Content-Type", store::media_type(picture.info.format));
    answer.body = http::file_slice{picture.path, range.offset, range.length};
    return answer;
}

// Whether whoever asks may see the task, by a key or a session. Fails with `not_found`, in any case
// but trouble: a stranger does not learn what there is.
awaitable<result<void>> may_see(context& api, const call& from, std::string id) {
    auto who = co_await known_visitor(api, from.request);
    if (!who) {
        co_return who.error();
    }
    if (!*who) {
        co_return failure{failure_kind::not_found, "nobody that is known"};
    }
    const auto seen = co_await submit::read_one(api.parts.tasks, (*who)->scope(), std::move(id));
    if (!seen) {
        co_return seen.error();
    }
    co_return result<void>();
}

} // namespace

awaitable<http::response> show_picture(context& api, call from) {
    if (!api.parts.pictures.ready()) {
        co_return show(refuse_for_now(submit::texts::unavailable, start_retry), from.lang);
    }
    const auto named = api.parts.pictures.read(from.values[0]);
    if (!named) {
        co_return missing(from.lang);
    }
    bool open = named->proven || api.parts.pictures.is_open(named->id);
    auto n = picture_number(from.values[1]);
    if (!n) {
        n = store::picture_of_link(
            api.options.link_key, named->id, from.values[1], api.parts.tasks.now()
        );
        open = n.has_value(); // such a link says itself who may follow it: everybody
    }
    if (!n) {
        co_return missing(from.lang);
    }
    if (!open) {
        if (const auto allowed = co_await may_see(api, from, named->id); !allowed) {
            co_return not_found_or_busy(allowed.error(), from.lang);
        }
    }
    auto look_up = [&images = api.parts.images,
                    id = named->id,
                    number = *n,
                    thumbnail = wants_thumbnail(from.request.query)] {
        return thumbnail ? images.find_thumbnail(id, number) : images.find(id, number);
    };
    const auto found = co_await api.parts.pool.run(std::move(look_up));
    if (!found) {
        co_return not_found_or_busy(found.error(), from.lang);
    }
    co_return present(*found, open ? forever : for_one_reader, from.request, from.lang);
}

} // namespace imagined::api
