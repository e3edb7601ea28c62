#include "constraints.hpp"

#include "date.hpp"
#include "indirection.hpp"
#include "listen.hpp"
#include "rate.hpp"

#include "imagined/backend/form_dialect.hpp"
#include "imagined/backend/prices.hpp"
#include "imagined/base/text.hpp"
#include "imagined/callback/signature.hpp"
#include "imagined/http/egress.hpp"
#include "imagined/http/proxy.hpp"
#include "imagined/http/url.hpp"
#include "imagined/redis/client.hpp"
#include "imagined/task/vocabulary.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace imagined::config {

namespace {

constexpr std::size_t longest_name = 64;

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Names stand in Redis keys, metrics and slot names ("<backend>:<digest>").
bool is_plain(std::string_view name, std::string_view punctuation) {
    return !name.empty() && name.size() <= longest_name && std::ranges::all_of(name, [&](char c) {
        return is_alphanumeric(c) || punctuation.find(c) != std::string_view::npos;
    });
}

template <class Words>
std::string list_of(const Words& words) {
    std::vector<std::string> spelled;
    spelled.reserve(words.size());
    for (const auto word : words) {
        spelled.emplace_back(task::to_string(word));
    }
    return fmt::format("{}", fmt::join(spelled, ", "));
}

std::string model_complaint(std::string_view word) {
    if (task::parse_model(word)) {
        return "";
    }
    return fmt::format("\"{}\" is no model; expected {}", word, list_of(task::all_models));
}

std::string operation_complaint(std::string_view word) {
    if (task::parse_operation(word)) {
        return "";
    }
    return fmt::format("\"{}\" is no operation; expected {}", word, list_of(task::all_operations));
}

std::string egress_complaint(const std::string& rule) {
    const auto parsed = http::egress_policy::parse({rule});
    return parsed ? "" : parsed.error().detail;
}

// scheme://host[:port] as browsers send it in Origin: nothing behind the port.
std::string origin_complaint(const std::string& origin) {
    if (origin == "*") {
        return "";
    }
    const auto parsed = http::parse_url(origin);
    if (parsed && parsed->target == "/" && !origin.ends_with('/')) {
        return "";
    }
    return fmt::format(
        "\"{}\" is no origin; expected \"*\" or one like https://app.example", origin
    );
}

// The first complaint about an element of a list.
template <class Complain>
constraint each_word(Complain complain) {
    return [complain](const value& what) -> std::string {
        for (const std::string& word : std::get<words>(what)) {
            if (std::string complaint = complain(word); !complaint.empty()) {
                return complaint;
            }
        }
        return "";
    };
}

template <class Complain>
constraint text_that(const Complain& complain) {
    return [complain](const value& what) -> std::string {
        return complain(std::get<std::string>(what));
    };
}

template <class Complain>
constraint empty_or(Complain complain) {
    return text_that([complain](const std::string& text) -> std::string {
        return text.empty() ? "" : complain(text);
    });
}

} // namespace

constraint whole(std::int64_t least, std::int64_t most) {
    return [least, most](const value& what) -> std::string {
        const auto number = std::get<std::int64_t>(what);
        return number >= least && number <= most
                   ? ""
                   : fmt::format("expected {} to {}, not {}", least, most, number);
    };
}

constraint size_within(std::int64_t least, std::int64_t most) {
    return [least, most](const value& what) -> std::string {
        const auto size = std::get<byte_size>(what);
        return size.bytes >= least && size.bytes <= most
                   ? ""
                   : fmt::format("expected {} to {} bytes, not {}", least, most, size.bytes);
    };
}

constraint no_less(double least) {
    return [least](const value& what) -> std::string {
        return std::get<double>(what) >= least ? "" : fmt::format("expected {} or more", least);
    };
}

constraint no_shorter(milliseconds least) {
    return [least](const value& what) -> std::string {
        return std::get<milliseconds>(what) >= least
                   ? ""
                   : fmt::format("expected {} or longer", format_duration(least));
    };
}

constraint some_durations() {
    return [](const value& what) -> std::string {
        return std::get<durations>(what).empty() ? "expected at least one duration" : "";
    };
}

constraint one_of(std::vector<std::string> allowed) {
    return text_that([allowed = std::move(allowed)](const std::string& text) -> std::string {
        if (std::ranges::find(allowed, text) != allowed.end()) {
            return "";
        }
        return fmt::format("expected one of {}, not \"{}\"", fmt::join(allowed, ", "), text);
    });
}

constraint not_empty() {
    return text_that([](const std::string& text) -> std::string {
        return text.empty() ? "expected a value" : "";
    });
}

constraint no_empty() {
    return each_word([](const std::string& word) -> std::string {
        return word.empty() ? "an element is empty" : "";
    });
}

constraint listen_address() {
    return text_that([](const std::string& text) -> std::string {
        return parse_listen(text) ? "" : "expected an address such as 127.0.0.1:8080 or [::1]:8080";
    });
}

constraint base_url_or_empty() {
    return empty_or([](const std::string& text) -> std::string {
        const auto parsed = http::parse_url(text);
        if (!parsed) {
            return parsed.error().detail;
        }
        return text.find_first_of("?#") == std::string::npos
                   ? ""
                   : "expected a base URL, without query and fragment";
    });
}

constraint http_url_or_empty() {
    return empty_or([](const std::string& text) -> std::string {
        const auto parsed = http::parse_url(text);
        return parsed ? "" : parsed.error().detail;
    });
}

constraint origins() {
    return each_word(origin_complaint);
}

constraint redis_url_or_empty() {
    return empty_or([](const std::string& text) -> std::string {
        const auto parsed = redis::parse_endpoint(text);
        return parsed ? "" : parsed.error().detail;
    });
}

constraint redis_prefix() {
    return text_that([](const std::string& text) -> std::string {
        // Braces would move the keys to other cluster slots; * ? [ ] would widen a SCAN pattern.
        return is_plain(text, "_-.:") ? "" : "expected letters, digits and _ - . : only";
    });
}

constraint egress_rules() {
    return each_word(egress_complaint);
}

constraint signing_secrets() {
    return each_word([](const std::string& secret) -> std::string {
        const auto parsed = callback::parse_secret(secret);
        return parsed ? "" : parsed.error().detail;
    });
}

constraint signing_key_or_empty() {
    return empty_or([](const std::string& key) -> std::string {
        const auto parsed = callback::signing_key::parse(key);
        return parsed ? "" : parsed.error().detail;
    });
}

constraint readable_file_or_empty() {
    return empty_or([](const std::string& path) -> std::string {
        const auto content = read_small_file(path);
        return content ? "" : fmt::format("the file \"{}\" {}", path, content.error().detail);
    });
}

constraint proxy_or_none_or_empty() {
    return empty_or([](const std::string& text) -> std::string {
        const auto parsed = http::parse_proxy(text);
        return parsed || text == no_proxy ? "" : parsed.error().detail + ", or \"none\"";
    });
}

constraint plain_name() {
    return text_that([](const std::string& text) -> std::string {
        return is_plain(text, "_-.") ? "" : "expected 1 to 64 letters, digits and _ - .";
    });
}

constraint plain_name_or_empty() {
    return text_that([](const std::string& text) -> std::string {
        return text.empty() || is_plain(text, "_-.")
                   ? ""
                   : "expected up to 64 letters, digits and _ - .";
    });
}

constraint caller_key() {
    return text_that([](const std::string& key) -> std::string {
        constexpr std::string_view digest = "sha256:";
        if (key.empty()) {
            return "is empty";
        }
        if (!key.starts_with(digest)) {
            return "";
        }
        const std::string hex = key.substr(digest.size());
        const bool complete = hex.size() == 64 && is_hex(hex);
        return complete ? "" : "expected 64 hex digits after sha256:";
    });
}

constraint rate_or_empty() {
    return empty_or([](const std::string& text) -> std::string {
        return parse_rate(text) ? "" : "expected a rate such as \"60/m\" or \"5/s\" (s, m, h, d)";
    });
}

constraint date_or_empty() {
    return empty_or([](const std::string& text) -> std::string {
        return parse_end(text) ? ""
                               : "expected a date such as 2027-01-01, or RFC 3339 such as "
                                 "2027-01-01T12:00:00Z";
    });
}

constraint auth_or_empty() {
    return empty_or([](const std::string& word) -> std::string {
        return backend::parse_key_header(word)
                   ? ""
                   : fmt::format("expected api-key, bearer or key, not \"{}\"", word);
    });
}

constraint path_or_empty() {
    return empty_or([](const std::string& path) -> std::string {
        const bool clean = std::ranges::all_of(path, [](unsigned char c) {
            return c > ' ' && c < 0x7f && c != '?' && c != '#';
        });
        return path.starts_with('/') && clean ? "" : "expected a path that begins with /";
    });
}

constraint sent_words() {
    return each_word([](const std::string& word) -> std::string {
        return backend::is_field_or_value(word)
                   ? ""
                   : fmt::format("\"{}\" is neither a field nor, in capitals, a value", word);
    });
}

constraint model_name() {
    return text_that(model_complaint);
}

constraint model_names() {
    return each_word(model_complaint);
}

constraint version_models() {
    return [](const value& what) -> std::string {
        for (const auto& [version, model] : std::get<word_map>(what)) {
            if (!is_decimal(version) && version != "niji") {
                return fmt::format("\"{}\" is neither a leading number nor niji", version);
            }
            if (std::string complaint = model_complaint(model); !complaint.empty()) {
                return complaint;
            }
        }
        return "";
    };
}

constraint operation_names() {
    return each_word(operation_complaint);
}

constraint price_names() {
    return [](const value& what) -> std::string {
        const auto table = backend::price_table::with(std::get<number_map>(what));
        return table ? "" : table.error().detail;
    };
}

} // namespace imagined::config
