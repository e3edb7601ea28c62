// Input pictures that stand at an address. The address is the client's text, so it is read through
// the egress guard, and what it answers is never quoted.
#include "pictures/input_pictures.hpp"

#include "enqueue.hpp"
#include "imagined/submit/read_one.hpp"
#include "imagined/submit/texts.hpp"

#include "imagined/backend/picture_fetcher.hpp"
#include "imagined/base/task_group.hpp"

#include <boost/asio/this_coro.hpp>

#include <memory>

namespace imagined::submit {

namespace {

// In this process; more would hold too much memory and too many sockets for one kind of request.
constexpr int max_fetches = 64;
constexpr seconds busy_retry{2};
constexpr milliseconds join_slack{2000};

// One picture on its way. Shared with the coroutine that fetches it, which may outlive us.
struct fetch_job {
    std::string address;
    result<std::string> bytes = failure{failure_kind::unavailable, "not fetched"};
};

using fetch_jobs = std::vector<fetch_job>;

// Counts the fetches of this request among all, for as long as it lives.
class fetch_slots {
public:
    fetch_slots(int& all, std::size_t wanted) : all_(all), wanted_(static_cast<int>(wanted)) {
        all_ += wanted_;
    }

    fetch_slots(const fetch_slots&) = delete;
    fetch_slots& operator=(const fetch_slots&) = delete;

    ~fetch_slots() { all_ -= wanted_; }

    bool fits() const { return all_ <= max_fetches; }

private:
    int& all_;
    int wanted_;
};

// The host of an address, which is all of it that an answer repeats.
std::string host_of(const std::string& address) {
    const auto named = http::parse_url(address);
    return named ? named->authority() : "";
}

refusal refuse_fetch(const input_picture& wanted, const failure& cause) {
    const std::string host = host_of(wanted.text);
    using kind = failure_kind;
    if (cause.kind == kind::rejected) {
        return refuse_field(
            wanted.field,
            {host + " 不是公网地址；可由管理员在 fetch.allow 中放行",
             host + " is not a public address; the operator can permit it in fetch.allow"}
        );
    }
    if (cause.kind == kind::not_found) {
        return refuse_field(wanted.field, texts::no_picture);
    }
    if (cause.kind == kind::invalid) {
        return refuse_field(wanted.field, {"链接格式错误", "malformed link: " + cause.detail});
    }
    constexpr std::string_view prefix = "picture: ";
    task::bilingual detail{"未能及时连接", "it could not be reached in time"};
    if (cause.kind == kind::corrupt) {
        detail.en = cause.detail.substr(cause.detail.starts_with(prefix) ? prefix.size() : 0);
        detail.zh = detail.en.starts_with("HTTP ") ? detail.en : "该地址没有给出可用的图片";
    }
    return refuse_field(
        wanted.field,
        {"无法获取 " + host + " 的图片: " + detail.zh,
         "the picture at " + host + " could not be fetched: " + detail.en}
    );
}

// What can be said without asking anybody.
std::optional<failure> refuse_address(const context& ctx, const std::string& address) {
    const auto to = http::parse_url(address);
    if (!to) {
        return to.error();
    }
    if (!ctx.find_own(address) && !ctx.options.fetch_rules.may_permit(to->host, to->port)) {
        return failure{failure_kind::rejected, "not a public address"};
    }
    return std::nullopt;
}

// Without its token an address is a guess: it is worth as much as the caller may see anyway.
awaitable<result<std::string>> read_own(context& ctx, queue::scope who, own_picture own) {
    if (!own.open) {
        const auto seen = co_await read_one(ctx.tasks, std::move(who), own.picture.id);
        if (!seen) {
            co_return seen.error();
        }
    }
    auto job = [&images = ctx.images, picture = std::move(own.picture)] {
        return images.read(picture.id, picture.n);
    };
    auto bytes = co_await ctx.pool.run(std::move(job));
    if (!bytes && bytes.error().kind == failure_kind::corrupt) {
        co_return failure{failure_kind::not_found, bytes.error().detail};
    }
    co_return bytes;
}

awaitable<>
run_fetch(context& ctx, queue::scope who, std::shared_ptr<fetch_jobs> all, std::size_t at) {
    const std::string address = (*all)[at].address;
    if (auto own = ctx.find_own(address)) {
        (*all)[at].bytes = co_await read_own(ctx, std::move(who), std::move(*own));
        co_return;
    }
    backend::fetch_order order;
    order.from = address;
    order.max_bytes = max_picture_bytes;
    order.limit = ctx.options.fetch_limit;
    order.rules = &ctx.options.fetch_rules;
    (*all)[at].bytes = co_await backend::fetch(ctx.web, std::move(order));
}

} // namespace

awaitable<std::optional<refusal>>
fetch_pictures(context& ctx, const requester& from, std::vector<input_picture>& pictures) {
    const auto all = std::make_shared<fetch_jobs>();
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        input_picture& one = pictures[i];
        if (!one.bytes.empty() || !is_picture_url(one.text)) {
            continue;
        }
        one.text = std::string(trimmed(one.text));
        if (const auto refused = refuse_address(ctx, one.text)) {
            co_return refuse_fetch(one, *refused);
        }
        wanted.push_back(i);
        all->push_back({one.text});
    }
    if (wanted.empty()) {
        co_return std::nullopt;
    }
    const fetch_slots running(ctx.fetches, wanted.size());
    if (!running.fits()) {
        co_return refuse_for_now(texts::unavailable, busy_retry);
    }
    task_group fetching(co_await asio::this_coro::executor);
    for (std::size_t i = 0; i < all->size(); ++i) {
        fetching.spawn("input picture", [&ctx, who = from.who, all, i] {
            return run_fetch(ctx, who, all, i);
        });
    }
    co_await fetching.join(ctx.options.fetch_limit + join_slack);
    std::vector<input_picture> fetched;
    fetched.reserve(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        input_picture& one = pictures[wanted[i]];
        auto& came = (*all)[i].bytes;
        if (!came) {
            co_return refuse_fetch(one, came.error());
        }
        if (came->empty()) {
            co_return refuse_field(one.field, texts::not_a_picture);
        }
        one.bytes = std::move(*came);
        fetched.push_back(std::move(one));
    }
    auto refused = co_await decode_pictures(ctx, fetched);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        pictures[wanted[i]] = std::move(fetched[i]);
    }
    co_return refused;
}

} // namespace imagined::submit
