#include "refusal_signs.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <string>
#include <vector>

namespace imagined::backend {

namespace {

using nlohmann::json;

// An error says what it has to say early; what is behind is an echo of the request, or noise.
constexpr std::size_t longest_text = 1000;
constexpr std::size_t most_texts = 32;
constexpr int deepest = 6;

// Looked for as words of their own in what normalised() makes of a text; Chinese ones anywhere.
using phrases = std::span<const std::string_view>;

// These only look like one of the signs below: they are taken out first.
constexpr std::array<std::string_view, 34> harmless{
    "load balance",
    "load balancer",
    "load balancers",
    "load balancing",
    "thread safety",
    "memory safety",
    "type safety",
    "case sensitive",
    "moderation service",
    "moderation api",
    "moderation endpoint",
    "moderation timeout",
    "moderation timed out",
    "quota service",
    "quota server",
    "rate limiter",
    "insufficient memory",
    "insufficient resources",
    "insufficient capacity",
    "大小写敏感",
    "大小寫敏感",
    "对大小写",
    "审核服务",
    "审核系统",
    "审核接口",
    "审核超时",
    "審核服務",
    "審核系統",
    "審核逾時",
    "不安全的连接",
    "连接不安全",
    "不安全的連線",
    "额度服务",
    "余额服务"
};

constexpr std::array<std::string_view, 93> content_signs{
    "safety check",
    "safety checks",
    "safety checker",
    "safety system",
    "safety filter",
    "safety filters",
    "safety policy",
    "safety policies",
    "safety guidelines",
    "safety reasons",
    "safety violation",
    "prohibited content",
    "prohibited word",
    "prohibited words",
    "prohibited prompt",
    "content policy",
    "content policies",
    "content guidelines",
    "community guidelines",
    "usage policy",
    "usage policies",
    "policy violation",
    "violates our",
    "violate our",
    "violates the policy",
    "moderation",
    "moderated",
    "nsfw",
    "not safe for work",
    "sexually explicit",
    "sexual content",
    "explicit content",
    "adult content",
    "pornographic",
    "inappropriate",
    "unsafe content",
    "unsafe prompt",
    "unsafe image",
    "unsafe input",
    "image unsafe",
    "prompt unsafe",
    "harmful content",
    "illegal content",
    "sensitive word",
    "sensitive words",
    "sensitive content",
    "sensitive information",
    "sensitive prompt",
    "sensitive text",
    "sensitive image",
    "content filter",
    "content filtered",
    "content filtering",
    "content blocked",
    "content rejected",
    "blocked content",
    "prompt blocked",
    "prompt was blocked",
    "prompt rejected",
    "prompt was rejected",
    "forbidden content",
    "forbidden word",
    "forbidden words",
    "banned word",
    "banned words",
    "banned prompt",
    "data inspection failed",
    "responsible ai",
    "risk control",
    "敏感",
    "违规",
    "違規",
    "违禁",
    "違禁",
    "审核",
    "審核",
    "不安全",
    "安全检查",
    "安全檢查",
    "内容安全",
    "內容安全",
    "内容政策",
    "內容政策",
    "使用政策",
    "色情",
    "涉黄",
    "不良内容",
    "不当内容",
    "不當內容",
    "不合规",
    "不合規",
    "风控",
    "風控"
};

constexpr std::array<std::string_view, 53> quota_signs{
    "quota",
    "insufficient balance",
    "insufficient fund",
    "insufficient funds",
    "insufficient credit",
    "insufficient credits",
    "insufficient points",
    "insufficient account balance",
    "balance insufficient",
    "balance is insufficient",
    "balance not enough",
    "balance is not enough",
    "balance is too low",
    "balance too low",
    "not enough balance",
    "not enough credit",
    "not enough credits",
    "not enough funds",
    "not enough points",
    "out of credit",
    "out of credits",
    "no credits",
    "credits exhausted",
    "credit limit",
    "payment required",
    "billing hard limit",
    "billing limit",
    "spending limit",
    "daily limit",
    "monthly limit",
    "usage limit",
    "subscription required",
    "in arrears",
    "arrearage",
    "overdue payment",
    "top up",
    "recharge",
    "余额",
    "餘額",
    "额度",
    "額度",
    "欠费",
    "欠費",
    "配额",
    "配額",
    "充值",
    "儲值",
    "积分不足",
    "積分不足",
    "点数不足",
    "點數不足",
    "次数已用完",
    "次數已用完"
};

constexpr std::array<std::string_view, 11> rate_signs{
    "rate limit",
    "rate limited",
    "rate limits",
    "too many requests",
    "inflight limit",
    "请求过于频繁",
    "請求過於頻繁",
    "请求频繁",
    "频率限制",
    "頻率限制",
    "限流"
};

// As codes alone: in a sentence these words say too little.
constexpr std::array<std::string_view, 7> content_codes{
    "safety", "unsafe", "sensitive", "prohibited", "censored", "flagged", "violation"
};
constexpr std::array<std::string_view, 5> quota_codes{
    "insufficient", "billing", "balance", "arrears", "credits"
};

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// "ContentPolicy_violation-2" -> "content policy violation 2": words in small letters, one space
// between them; what is not ASCII stays.
std::string normalised(std::string_view text) {
    text = text.substr(0, longest_text);
    const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    std::string words;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool after_small = i > 0 && std::islower(at(i - 1)) != 0;
        const bool before_small = i + 1 < text.size() && std::islower(at(i + 1)) != 0;
        const bool after_big = i > 0 && std::isupper(at(i - 1)) != 0;
        const bool hump = std::isupper(at(i)) != 0 && (after_small || (after_big && before_small));
        const bool gap = at(i) < 0x80 && !is_word(text[i]);
        if ((hump || gap) && !words.empty() && words.back() != ' ') {
            words += ' ';
        }
        if (!gap) {
            words += static_cast<char>(std::tolower(at(i)));
        }
    }
    while (words.ends_with(' ')) {
        words.pop_back();
    }
    return words;
}

// Where `phrase` stands in `text` as words of its own; npos if nowhere.
std::size_t find_phrase(std::string_view text, std::string_view phrase) {
    for (auto at = text.find(phrase); at != std::string_view::npos;
         at = text.find(phrase, at + 1)) {
        const auto end = at + phrase.size();
        const bool open = at > 0 && is_word(text[at - 1]) && is_word(phrase.front());
        const bool goes_on = end < text.size() && is_word(text[end]) && is_word(phrase.back());
        if (!open && !goes_on) {
            return at;
        }
    }
    return std::string_view::npos;
}

bool is_any(std::string_view code, phrases any_of) {
    return std::find(any_of.begin(), any_of.end(), code) != any_of.end();
}

bool has_any(std::string_view text, phrases any_of) {
    return std::any_of(any_of.begin(), any_of.end(), [text](std::string_view phrase) {
        return find_phrase(text, phrase) != std::string_view::npos;
    });
}

std::string without_harmless(std::string text) {
    for (const std::string_view phrase : harmless) {
        for (auto at = find_phrase(text, phrase); at != std::string::npos;
             at = find_phrase(text, phrase)) {
            text.replace(at, phrase.size(), "|");
        }
    }
    return text;
}

// Members that say what went wrong; others may repeat the prompt.
bool tells(std::string_view name) {
    static constexpr std::array<std::string_view, 26> known{
        "error",        "errors",       "message",   "messages", "msg",        "detail",
        "details",      "description",  "title",     "reason",   "failreason", "failurereason",
        "rejectreason", "errormessage", "errormsg",  "errmsg",   "err",        "errordescription",
        "code",         "type",         "errorcode", "errcode",  "errortype",  "status",
        "cause",        "finishreason"
    };
    std::string plain;
    for (const char c : name) {
        if (is_word(c)) {
            plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
    }
    return std::find(known.begin(), known.end(), plain) != known.end();
}

bool wraps(std::string_view name) {
    return name == "data" || name == "response" || name == "body" || name == "result"
           || name == "innererror" || name == "inner_error" || name == "upstream";
}

void collect(const json& from, std::vector<std::string>& into, int depth) {
    if (into.size() >= most_texts || depth > deepest) {
        return;
    }
    if (from.is_string()) {
        into.push_back(from.get<std::string>());
    } else if (from.is_array()) {
        for (const auto& one : from) {
            collect(one, into, depth + 1);
        }
    } else if (from.is_object()) {
        for (const auto& [name, value] : from.items()) {
            if (tells(name) || (value.is_structured() && wraps(name))) {
                collect(value, into, depth + 1);
            }
        }
    }
}

std::vector<std::string> texts_in(std::string_view body) {
    const auto start = body.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos || body[start] == '<') {
        return {};
    }
    const auto value = json::parse(body, nullptr, false);
    if (value.is_discarded()) {
        return {std::string(body.substr(start, longest_text))};
    }
    std::vector<std::string> texts;
    collect(value, texts, 0);
    return texts;
}

bool is_code(std::string_view text) {
    return text.find_first_of(" \t\r\n") == std::string_view::npos;
}

} // namespace

refusal_sign refusal_sign_of(std::string_view body) {
    bool quota = false;
    bool rate = false;
    for (const std::string& said : texts_in(body)) {
        const std::string text = without_harmless(normalised(said));
        const bool code = is_code(said);
        if (has_any(text, content_signs) || (code && is_any(text, content_codes))) {
            return refusal_sign::content;
        }
        rate = rate || has_any(text, rate_signs);
        quota = quota || has_any(text, quota_signs) || (code && is_any(text, quota_codes));
    }
    return quota ? refusal_sign::quota : rate ? refusal_sign::rate : refusal_sign::none;
}

} // namespace imagined::backend
