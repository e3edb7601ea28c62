#include "v1/waiting.hpp"

#include <algorithm>
#include <charconv>

namespace imagined::api {

namespace {

using clock = std::chrono::steady_clock;

constexpr seconds longest_wait{60};
// A process that drains must not be held up, and its clients should not hurry either.
constexpr milliseconds wait_while_draining{1000};

std::optional<seconds> seconds_of(std::string_view text) {
    int number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || number < 0) {
        return std::nullopt;
    }
    return std::min(seconds(number), longest_wait);
}

// The value of `wait` in a Prefer header: "respond-async, wait=10".
std::string_view preferred_wait(std::string_view header) {
    while (!header.empty()) {
        const auto end = std::min(header.find_first_of(",;"), header.size());
        auto one = header.substr(0, end);
        header.remove_prefix(std::min(end + 1, header.size()));
        while (one.starts_with(' ')) {
            one.remove_prefix(1);
        }
        while (one.ends_with(' ')) {
            one.remove_suffix(1);
        }
        if (http::iequals(one.substr(0, 5), "wait=")) {
            return one.substr(5);
        }
    }
    return {};
}

bool is_news(const task::record& task, std::uint64_t known, until what) {
    return task::is_terminal(task.state) || (what == until::changed && task.sequence != known);
}

} // namespace

std::optional<seconds> asked_wait(const http::request_head& asked) {
    if (const auto query = http::query_value(asked.query, "wait")) {
        return seconds_of(*query);
    }
    return seconds_of(preferred_wait(asked.headers.get("Prefer")));
}

std::variant<std::monostate, seats::seat, seats::full> take_wait(context& api, const call& from) {
    if (asked_wait(from.request).value_or(seconds(0)) == seconds(0)) {
        return std::monostate{};
    }
    auto taken = api.held.take(from.who.name);
    if (auto* seat = std::get_if<seats::seat>(&taken)) {
        return std::move(*seat);
    }
    return std::get<seats::full>(taken);
}

awaitable<result<seen_task>> look_and_wait(context& api, const call& from, until what) {
    const std::string id = from.values[0];
    const auto wait = asked_wait(from.request).value_or(seconds(0));
    const auto start = clock::now();
    auto seen = co_await look_at(api, from.who.scope(), id, {}, from.lang);
    if (!seen || wait == seconds(0)) {
        co_return seen;
    }
    const auto known = revision_in(from.request.headers.get("If-None-Match"))
                           .value_or(seen->now.task.record.sequence);
    if (is_news(seen->now.task.record, known, what)) {
        co_return seen;
    }
    completion_waiter::wish wish;
    wish.id = id;
    wish.fulfilled = [known, what](const queue::snapshot& task) {
        return is_news(task.record, known, what);
    };
    wish.leaves = [&api, start](const completion_waiter::latest&) {
        return clock::now() - start >= wait_while_draining && api.parts.ready().draining;
    };
    wish.limit = api.parts.ready().draining ? std::min<milliseconds>(wait, wait_while_draining)
                                            : milliseconds(wait);
    // Whatever ended the wait, what there is to tell now is looked up with its place in the queue.
    co_await api.waiter.wait(std::move(wish));
    co_return co_await look_at(api, from.who.scope(), id, {}, from.lang);
}

void mark_wait(const http::request_head& asked, http::response& answer) {
    const auto granted = seconds_of(preferred_wait(asked.headers.get("Prefer")));
    if (granted && !http::query_value(asked.query, "wait")) {
        answer.headers.set("Preference-Applied", "wait=" + std::to_string(granted->count()));
    }
}

} // namespace imagined::api
