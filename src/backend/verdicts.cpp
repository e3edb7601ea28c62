#include "verdicts.hpp"

#include "retry_after.hpp"

#include "imagined/base/bytes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace imagined::backend {

namespace {

using nlohmann::json;
using task::fail_code;

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
    return found;
}

bool mentions(std::string_view text, std::span<const std::string_view> any_of) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return std::any_of(any_of.begin(), any_of.end(), [&](std::string_view word) {
        return lower.find(word) != std::string::npos;
    });
}

bool is_safety_refusal(std::string_view words) {
    static constexpr std::array<std::string_view, 15> signs{
        "safety check",
        "safety",
        "prohibited",
        "moderation",
        "nsfw",
        "content policy",
        "content_policy",
        "inappropriate",
        "unsafe",
        "敏感",
        "违规",
        "违禁",
        "审核",
        "不安全",
        "安全检查"
    };
    return mentions(words, signs);
}

bool is_quota_refusal(std::string_view words) {
    static constexpr std::array<std::string_view, 11> signs{
        "insufficient",
        "quota",
        "balance",
        "not enough credit",
        "out of credit",
        "rate limit",
        "too many requests",
        "余额",
        "额度",
        "欠费",
        "配额"
    };
    return mentions(words, signs);
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

outcome turned_down(const std::string& words, std::string detail) {
    return verdict_of(
        verdict::refused,
        fail_code::backend_refused,
        with_words("上游拒绝了请求", "The upstream refused the request", words),
        std::move(detail)
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

outcome judge_server_error(const std::string& words, std::string detail) {
    if (is_safety_refusal(words)) {
        return rejected(words, std::move(detail));
    }
    if (is_quota_refusal(words)) {
        return turned_down(words, std::move(detail));
    }
    return unknowable(detail);
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
    switch (response.status) {
    case 401:
    case 402:
    case 403:
        return elsewhere(key_effect::disable, words, std::move(detail));
    case 404:
        return elsewhere(key_effect::none, words, std::move(detail));
    case 429:
    case 503: {
        outcome made = elsewhere(key_effect::cool, words, std::move(detail));
        made.retry_after = retry_after_of(response.headers);
        made.backend_failed = response.status == 503;
        return made;
    }
    case 422:
        return rejected(words, std::move(detail));
    case 400:
        if (is_safety_refusal(words)) {
            return rejected(words, std::move(detail));
        }
        return bad_request(words, std::move(detail));
    case 413:
    case 415:
        return bad_request(words, std::move(detail));
    default:
        break;
    }
    if (response.status >= 500) {
        return judge_server_error(words, std::move(detail));
    }
    if (response.status >= 400) {
        return turned_down(words, std::move(detail));
    }
    if (response.status >= 300) {
        // A generation is never behind a redirect: base_url points at the wrong place.
        return elsewhere(key_effect::none, words, std::move(detail));
    }
    return unknowable(detail);
}

} // namespace imagined::backend
