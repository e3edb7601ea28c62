#include "verdicts.hpp"

#include "refusal_signs.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/http/retry_after.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <utility>

namespace imagined::backend {

namespace {

using nlohmann::json;
using task::fail_code;

// A longer wish is cut to this: a typing mistake upstream must not put a key away for a week.
constexpr std::chrono::seconds longest_retry_after{3600};
constexpr std::size_t longest_words = 200; // bytes of an upstream's text that are passed on

// On one line and short, cut between characters.
std::string tidied(std::string_view text) {
    std::string words;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool gap = byte <= ' ' || byte == 0x7f;
        if (gap && (words.empty() || words.back() == ' ')) {
            continue;
        }
        words += gap ? ' ' : c;
    }
    if (words.size() > longest_words) {
        std::size_t end = longest_words;
        while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xc0U) == 0x80U) {
            --end;
        }
        words.resize(end);
    }
    while (!words.empty() && words.back() == ' ') {
        words.pop_back();
    }
    return is_utf8(words) ? words : std::string();
}

const json* member(const json& object, const char* name) {
    const auto at = object.is_object() ? object.find(name) : object.end();
    return at == object.end() ? nullptr : &*at;
}

std::string text_in(const json* value) {
    if (value == nullptr) {
        return "";
    }
    if (value->is_string()) {
        return value->get<std::string>();
    }
    if (value->is_array() && !value->empty()) {
        const json& first = value->front();
        if (first.is_string()) {
            return first.get<std::string>();
        }
        return text_in(member(first, "msg"));
    }
    return "";
}

std::string words_in(const json& body) {
    std::string found = text_in(member(body, "error"));
    if (const json* error = member(body, "error"); found.empty() && error != nullptr) {
        found = text_in(member(*error, "message"));
    }
    for (const char* name : {"message", "detail", "description", "title", "messages"}) {
        if (found.empty()) {
            found = text_in(member(body, name));
        }
    }
    // Some say nothing but a code.
    if (const json* error = member(body, "error"); found.empty() && error != nullptr) {
        found = text_in(member(*error, "code"));
    }
    return found.empty() ? text_in(member(body, "code")) : found;
}

outcome verdict_of(verdict what, fail_code code, task::bilingual reason, std::string detail) {
    outcome made;
    made.what = what;
    made.code = code;
    made.reason = std::move(reason);
    made.detail = std::move(detail);
    return made;
}

task::bilingual with_words(std::string_view zh, std::string_view en, const std::string& words) {
    if (words.empty()) {
        return {std::string(zh), std::string(en)};
    }
    return {fmt::format("{}:{}", zh, words), fmt::format("{}: {}", en, words)};
}

outcome rejected(const std::string& words, std::string detail) {
    return verdict_of(
        verdict::refused,
        fail_code::content_rejected,
        with_words("内容未通过安全审核", "The content was rejected by the safety check", words),
        std::move(detail)
    );
}

outcome bad_request(const std::string& words, std::string detail) {
    return verdict_of(
        verdict::refused,
        fail_code::invalid_request,
        with_words("上游认为请求无效", "The upstream found the request invalid", words),
        std::move(detail)
    );
}

// Names the status as well: nobody can mend what is only "refused".
outcome turned_down(const std::string& detail) {
    return verdict_of(
        verdict::refused,
        fail_code::backend_refused,
        with_words("上游拒绝了请求", "The upstream refused the request", detail),
        detail
    );
}

outcome elsewhere(key_effect effect, const std::string& words, std::string detail) {
    outcome made = verdict_of(
        verdict::not_started,
        fail_code::backend_refused,
        with_words("上游暂不可用", "The upstream is not available", words),
        std::move(detail)
    );
    made.key = effect;
    return made;
}

// Where a redirect leads, without what may be a secret in it.
std::string target_of(const http::response& response) {
    const std::string to = tidied(response.headers.get("Location"));
    return to.substr(0, to.find_first_of("?#"));
}

// 429 for more pictures in progress than the organisation may have (upstream-specs.md §1.7): the
// key is well, and has room as soon as one of its calls has ended.
std::optional<outcome>
judge_full(const http::response& response, const std::string& words, const std::string& detail) {
    constexpr int most_believed = 1000000;
    const auto body = json::parse(response.text(), nullptr, false);
    const json* reason = member(body, "reject_reason");
    if (reason == nullptr || *reason != "inflight_limit") {
        return std::nullopt;
    }
    outcome made = elsewhere(key_effect::full, words, detail);
    const json* named = member(body, "max_inflight_requests");
    if (named != nullptr && named->is_number_integer() && *named >= 1 && *named <= most_believed) {
        made.allowed_pictures = named->get<int>();
    }
    return made;
}

} // namespace

std::string upstream_words(std::string_view body) {
    const auto start = body.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos || body[start] == '<') {
        return "";
    }
    const auto value = json::parse(body, nullptr, false);
    if (value.is_object()) {
        return tidied(words_in(value));
    }
    if (value.is_string()) {
        return tidied(value.get<std::string>());
    }
    return tidied(body.substr(start, longest_words * 4));
}

outcome unknowable(std::string_view what, std::string_view body) {
    const std::string words = upstream_words(body);
    return verdict_of(
        verdict::unknowable,
        fail_code::ambiguous_upstream_outcome,
        {"上游结果未知,可能已生成并计费,未自动重试",
         "The upstream's outcome is unknown; it may have been generated and billed, so it was not "
         "repeated"},
        words.empty() ? std::string(what) : fmt::format("{}: {}", what, words)
    );
}

outcome unreachable(std::string detail) {
    outcome made = elsewhere(key_effect::cool, "", std::move(detail));
    made.backend_failed = true;
    return made;
}

outcome judge_refusal(const http::response& response) {
    const std::string words = upstream_words(response.text());
    std::string detail = fmt::format("HTTP {} {}", response.status, words);
    while (detail.back() == ' ') {
        detail.pop_back();
    }
    const int status = response.status;
    if (status >= 300 && status < 400) {
        // A generation is never behind a redirect: base_url points at the wrong place.
        const std::string to = target_of(response);
        return elsewhere(
            key_effect::absent, words, to.empty() ? detail : fmt::format("{} to {}", detail, to)
        );
    }
    const auto sign = refusal_sign_of(response.text());
    // What nobody would draw is no fault of the key or the backend, whatever its status.
    const bool may_be_content = status == 400 || status == 403 || status >= 500;
    if (may_be_content && sign == refusal_sign::content) {
        return rejected(words, std::move(detail));
    }
    const bool is_final = status == 400 || status == 413 || status == 415 || status == 422;
    if (is_final && sign == refusal_sign::quota) {
        return turned_down(detail);
    }
    switch (status) {
    case 401:
    case 402:
    case 403:
        return elsewhere(key_effect::disable, words, std::move(detail));
    case 404:
    case 405:
    case 410:
        return elsewhere(key_effect::absent, words, std::move(detail));
    case 429:
        if (auto full = judge_full(response, words, detail)) {
            return std::move(*full);
        }
        [[fallthrough]];
    case 503: {
        if (status == 503 && sign == refusal_sign::quota) {
            return turned_down(detail);
        }
        outcome made = elsewhere(key_effect::cool, words, std::move(detail));
        made.retry_after = http::retry_after_of(
            response.headers,
            std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
            longest_retry_after
        );
        made.backend_failed = status == 503;
        return made;
    }
    case 422:
        return rejected(words, std::move(detail));
    case 400:
    case 413:
    case 415:
        return bad_request(words, std::move(detail));
    default:
        break;
    }
    if (status >= 500) {
        return sign == refusal_sign::none ? unknowable(detail) : turned_down(detail);
    }
    return status >= 400 ? turned_down(detail) : unknowable(detail);
}

} // namespace imagined::backend
