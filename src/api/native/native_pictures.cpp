#include "native/native_pictures.hpp"

#include "answers.hpp"
#include "submit/input_pictures.hpp"

#include "imagined/base/task_group.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <charconv>
#include <memory>

namespace imagined::api {

namespace {

using backend::native_picture;
using pictures = std::vector<native_picture>;
using role = native_picture::role;

// Inputs stand in the store from here on, where no route shows them without a signed link.
constexpr int first_number = 80;
constexpr std::size_t most_inputs = 20;
constexpr milliseconds fetch_limit{15000};
constexpr milliseconds join_slack{2000};

struct fault {
    task::bilingual why;
};

fault of_field(const native_picture& one, std::string_view zh, std::string_view en) {
    return {{one.field + ": " + std::string(zh), one.field + ": " + std::string(en)}};
}

// What needs nobody else. Runs on the pool.
std::optional<fault> decode_all(pictures& all) {
    for (native_picture& one : all) {
        if (!one.bytes.empty() || is_picture_url(one.text)) {
            continue;
        }
        auto bytes = decode_picture(one.text);
        if (!bytes) {
            return of_field(
                one, "不是图片链接或base64图片", "neither an address nor a picture in base64"
            );
        }
        one.bytes = std::move(*bytes);
    }
    return std::nullopt;
}

// A picture of ours is read from the store: our own address may not be a public one.
std::optional<task::picture_ref> own_picture(std::string_view base, std::string_view address) {
    const std::string start = std::string(base) + "/mj/image/";
    if (!address.starts_with(start)) {
        return std::nullopt;
    }
    address.remove_prefix(start.size());
    address = address.substr(0, address.find('?'));
    const auto slash = address.find('/');
    task::picture_ref named{std::string(address.substr(0, slash)), 0};
    if (slash != std::string_view::npos) {
        const auto digits = address.substr(slash + 1);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), named.n);
        if (error != std::errc{} || end != digits.data() + digits.size() || named.n < 0
            || named.n >= first_number) {
            return std::nullopt;
        }
    }
    return store::is_task_id(named.id) ? std::optional(std::move(named)) : std::nullopt;
}

struct errand {
    std::string address;
    result<std::string> bytes =
        failure{failure_kind::unavailable, "it could not be reached in time"};
};

awaitable<> run_errand(context& api, std::shared_ptr<std::vector<errand>> all, std::size_t at) {
    const std::string address = (*all)[at].address;
    if (const auto own = own_picture(api.options.public_url, address)) {
        auto job = [&images = api.parts.images, own] { return images.read(own->id, own->n); };
        (*all)[at].bytes = co_await api.parts.pool.run(std::move(job));
        co_return;
    }
    // Any backend of ours judges addresses by the same rules: public hosts, and fetch.allow.
    auto& through = *api.parts.backends.members().front();
    (*all)[at].bytes =
        co_await through.fetch_picture(address, backend::max_native_picture_bytes, fetch_limit);
}

awaitable<std::optional<fault>> fetch_all(context& api, pictures& wanted) {
    const auto all = std::make_shared<std::vector<errand>>();
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i].bytes.empty()) {
            places.push_back(i);
            all->push_back({wanted[i].text});
        }
    }
    if (all->empty()) {
        co_return std::nullopt;
    }
    task_group fetching(co_await asio::this_coro::executor);
    for (std::size_t i = 0; i < all->size(); ++i) {
        fetching.spawn("input picture", [&api, all, i] { return run_errand(api, all, i); });
    }
    co_await fetching.join(fetch_limit + join_slack);
    for (std::size_t i = 0; i < places.size(); ++i) {
        native_picture& one = wanted[places[i]];
        auto& came = (*all)[i].bytes;
        if (!came) {
            const bool forbidden = came.error().kind == failure_kind::rejected;
            co_return forbidden
                ? of_field(
                      one,
                      "不是公网地址；可由管理员在 fetch.allow 中放行",
                      "not a public address; the operator can permit it in fetch.allow"
                  )
                : of_field(one, "无法获取图片", "the picture could not be fetched");
        }
        one.bytes = std::move(*came);
    }
    co_return std::nullopt;
}

// What can be said of the pictures only once they are here. Runs on the pool.
std::optional<fault> judge_all(const pictures& all) {
    std::size_t style_bytes = 0;
    const native_picture* input = nullptr;
    const native_picture* mask = nullptr;
    for (const native_picture& one : all) {
        const auto info = store::sniff(one.bytes);
        if (!info) {
            return of_field(one, "不是PNG、JPEG或WebP图片", "not a PNG, JPEG or WebP picture");
        }
        if (std::uint64_t{info->width} * info->height > store::max_pixels) {
            return of_field(one, "图片像素过多", "the picture has too many pixels");
        }
        style_bytes += one.as == role::style ? one.bytes.size() : 0;
        if (one.bytes.size() > backend::max_native_picture_bytes
            || style_bytes > backend::max_native_picture_bytes) {
            return of_field(one, "超过10MB", "larger than 10 MB");
        }
        input = one.as == role::input ? &one : input;
        mask = one.as == role::mask ? &one : mask;
    }
    if (input != nullptr && mask != nullptr) {
        if (const auto fine = backend::check_native_mask(mask->bytes, input->bytes); !fine) {
            return fault{{"请求参数错误: " + fine.error().detail, fine.error().detail}};
        }
    }
    return std::nullopt;
}

http::response refused(const fault& what, task::language in) {
    return refusal(code::bad_request, what.why, in);
}

} // namespace

awaitable<std::optional<http::response>>
obtain_native_pictures(context& api, const call& from, pictures& all) {
    if (all.empty()) {
        co_return std::nullopt;
    }
    if (all.size() > most_inputs) {
        co_return refused(of_field(all.back(), "图片过多", "too many pictures"), from.lang);
    }
    using answer = std::optional<fault>;
    // The pool always completes, and our caller keeps the pictures.
    auto decode = [&all]() -> result<answer> { return decode_all(all); };
    const auto decoded = co_await api.parts.pool.run(std::move(decode));
    if (!decoded) {
        co_return from_failure(decoded.error(), "decode pictures", from.lang);
    }
    if (*decoded) {
        co_return refused(**decoded, from.lang);
    }
    if (const auto missing = co_await fetch_all(api, all)) {
        co_return refused(*missing, from.lang);
    }
    auto judge = [&all]() -> result<answer> { return judge_all(all); };
    const auto judged = co_await api.parts.pool.run(std::move(judge));
    if (!judged) {
        co_return from_failure(judged.error(), "read pictures", from.lang);
    }
    if (*judged) {
        co_return refused(**judged, from.lang);
    }
    co_return std::nullopt;
}

awaitable<result<std::vector<task::picture_ref>>>
store_native_pictures(context& api, std::string id, pictures all) {
    using names = std::vector<task::picture_ref>;
    auto job = [&images = api.parts.images, id = std::move(id), all = std::move(all)]() {
        names made;
        made.reserve(all.size());
        for (const native_picture& one : all) {
            const int n = first_number + static_cast<int>(made.size());
            if (const auto put = images.put(id, n, one.bytes); !put) {
                return result<names>(put.error());
            }
            made.push_back({id, n});
        }
        return result<names>(std::move(made));
    };
    co_return co_await api.parts.pool.run(std::move(job));
}

} // namespace imagined::api
