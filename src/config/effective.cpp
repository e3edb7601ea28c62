#include "effective.hpp"

#include "imagined/redis/client.hpp"

#include <fmt/format.h>

namespace imagined::config {

namespace {

constexpr std::string_view mask = "***";

bool is_url_with_secret(const definition& row) {
    return row.name() == "redis.url" || row.key == "proxy";
}

// A hook's address often carries its token in the query.
bool is_url_with_query(const definition& row) {
    return row.name() == "callback.default_url";
}

std::string mask_query(const std::string& url) {
    const auto query = url.find('?');
    return query == std::string::npos ? url : url.substr(0, query + 1) + std::string(mask);
}

value masked(const definition& row, const value& what) {
    if (row.secret) {
        if (const auto* list = std::get_if<words>(&what)) {
            return words(list->size(), std::string(mask));
        }
        return std::get<std::string>(what).empty() ? what : value(std::string(mask));
    }
    if (is_url_with_secret(row)) {
        return mask_url(std::get<std::string>(what));
    }
    if (is_url_with_query(row)) {
        return mask_query(std::get<std::string>(what));
    }
    return what;
}

void append_table(std::string& text, const section& table, std::string_view header) {
    text += fmt::format("{}{}\n", text.empty() ? "" : "\n", header);
    for (const definition& row : definitions()) {
        if (row.section != table.kind) {
            continue;
        }
        const entry& one = table.at(row.key);
        const std::string origin = one.origin.empty() ? "" : "  # " + one.origin;
        text += fmt::format("{} = {}{}\n", row.key, to_toml(masked(row, one.what)), origin);
    }
}

void collect(const section& table, std::vector<std::string>& into) {
    for (const definition& row : definitions()) {
        if (row.section != table.kind || !row.secret) {
            continue;
        }
        const value& what = table.at(row.key).what;
        if (const auto* list = std::get_if<words>(&what)) {
            into.insert(into.end(), list->begin(), list->end());
        } else if (!std::get<std::string>(what).empty()) {
            into.push_back(std::get<std::string>(what));
        }
    }
}

} // namespace

std::string effective_toml(const document& doc) {
    std::string text;
    std::string_view previous;
    for (const definition& row : definitions()) {
        if (!is_list_section(row.section) && row.section != previous) {
            append_table(text, doc.once(row.section), "[" + row.section + "]");
        }
        previous = row.section;
    }
    for (const std::string_view kind : list_sections) {
        for (const section& one : doc.list(kind)) {
            append_table(text, one, fmt::format("[[{}]]", kind));
        }
    }
    return text;
}

std::vector<std::string> secrets_of(const document& doc) {
    std::vector<std::string> secrets;
    collect(doc.once("server"), secrets);
    collect(doc.once("callback"), secrets);
    for (const std::string_view kind : list_sections) {
        for (const section& one : doc.list(kind)) {
            collect(one, secrets);
        }
    }
    const auto& url = doc.once("redis").get<std::string>("url");
    if (!url.empty()) {
        const auto endpoint = redis::parse_endpoint(url);
        if (endpoint && !endpoint->password.empty()) {
            secrets.push_back(endpoint->password);
        }
    }
    return secrets;
}

std::string mask_url(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) {
        return std::string(url);
    }
    const auto start = scheme + 3;
    // The last @ before the path: a password that holds an unescaped @ is masked whole.
    const auto at = url.substr(0, url.find('/', start)).rfind('@');
    if (at == std::string_view::npos || at < start) {
        return std::string(url);
    }
    const auto colon = url.find(':', start);
    const std::string_view user =
        colon < at ? url.substr(start, colon - start + 1) : std::string_view{};
    return fmt::format("{}{}{}{}", url.substr(0, start), user, mask, url.substr(at));
}

} // namespace imagined::config
