#include "rules.hpp"

#include "dialect_section.hpp"
#include "listen.hpp"

#include "imagined/backend/backend.hpp"
#include "imagined/base/bytes.hpp"
#include "imagined/http/proxy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace imagined::config {

namespace {

constexpr std::string_view official_address = "https://api.ideogram.ai";
// Nobody asks it anything.
constexpr std::string_view unread_address = "http://unread.invalid";

std::string origin_or_default(const entry& of) {
    return of.origin.empty() ? "default" : of.origin;
}

// public_url follows from listen, except where listen names no address that a client could use: a
// wildcard (an error), or port 0, whose real number is known after binding.
void settle_public_url(document& doc) {
    section& server = doc.once("server");
    if (server.broken("public_url") || server.broken("listen")) {
        return;
    }
    const auto& listen_entry = server.at("listen");
    const auto where = parse_listen(std::get<std::string>(listen_entry.what));
    const auto& given = server.get<std::string>("public_url");
    if (where && given.empty() && where->wildcard) {
        doc.complain(
            origin_or_default(listen_entry),
            "server.listen",
            "a wildcard address tells clients no URL: set server.public_url"
        );
    }
}

// Without any key everybody may do everything, which is for one's own machine only.
void demand_keys(document& doc) {
    const section& server = doc.once("server");
    const auto where = parse_listen(server.get<std::string>("listen"));
    const bool unsure = server.broken("listen") || server.broken("api_keys");
    const bool open = server.get<words>("api_keys").empty() && doc.list("caller").empty();
    if (!unsure && open && where && !where->loopback) {
        doc.complain(
            origin_or_default(server.at("listen")),
            "server.listen",
            "is not a loopback address, so anybody could spend your money: set server.api_keys, or "
            "add a [[caller]]"
        );
    }
}

void demand_distinct_names(document& doc, std::string_view kind) {
    std::set<std::string, std::less<>> seen;
    for (const section& one : doc.list(kind)) {
        const auto& name = one.get<std::string>("name");
        if (!one.broken("name") && !seen.insert(name).second) {
            doc.complain(one.at("name").origin, one.label + ".name", "is used twice");
        }
    }
}

std::string digest_of(const std::string& key) {
    constexpr std::string_view digest = "sha256:";
    if (!key.starts_with(digest)) {
        return sha256_hex(key);
    }
    std::string hex = key.substr(digest.size());
    std::ranges::transform(hex, hex.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return hex;
}

// A key tells who calls; one that two callers share would tell nothing.
void demand_distinct_keys(document& doc) {
    std::set<std::string, std::less<>> seen;
    for (const std::string& key : doc.once("server").get<words>("api_keys")) {
        seen.insert(digest_of(key));
    }
    const entry& counting = doc.once("server").at("metrics_keys");
    for (const std::string& key : std::get<words>(counting.what)) {
        if (!seen.insert(digest_of(key)).second) {
            doc.complain(counting.origin, "server.metrics_keys", "has a key that may do more");
        }
    }
    for (const section& caller : doc.list("caller")) {
        if (!caller.broken("key")
            && !seen.insert(digest_of(caller.get<std::string>("key"))).second) {
            doc.complain(
                caller.at("key").origin, caller.label + ".key", "is another caller's key, too"
            );
        }
    }
}

// Such a key can be guessed. A digest does not tell how long its key is.
void warn_of_short_keys(document& doc) {
    constexpr std::size_t shortest = 16;
    const auto judge = [&doc](const std::string& name, const std::string& key) {
        if (!key.empty() && !key.starts_with("sha256:") && key.size() < shortest) {
            doc.warnings.push_back(
                name
                + ": a key of fewer than 16 characters can be guessed; take 32, as from "
                  "`openssl rand -hex 16`"
            );
        }
    };
    for (const std::string_view keys : {"api_keys", "metrics_keys"}) {
        if (doc.once("server").broken(keys)) {
            continue;
        }
        for (const std::string& key : doc.once("server").get<words>(keys)) {
            judge("server." + std::string(keys), key);
        }
    }
    for (const section& caller : doc.list("caller")) {
        if (!caller.broken("key")) {
            judge(caller.label + ".key", caller.get<std::string>("key"));
        }
    }
}

// Every [[dialect]] can be spoken, and every backend's is one of those or a shipped one.
void settle_dialects(document& doc) {
    std::vector<std::string> names;
    for (const std::string_view shipped : backend::dialect_names()) {
        names.emplace_back(shipped);
    }
    for (const section& one : doc.list("dialect")) {
        const auto& name = one.get<std::string>("name");
        if (backend::find_dialect(name) != nullptr) {
            doc.complain(one.at("name").origin, one.label + ".name", "is a shipped dialect's");
        }
        const auto read = dialect_in(one);
        if (const auto* flaws = std::get_if<std::vector<backend::description_flaw>>(&read)) {
            for (const auto& [where, why] : *flaws) {
                if (!one.entries.contains(where) || !one.broken(where)) {
                    doc.complain(origin_in(one, where), one.label + '.' + where, why);
                }
            }
        }
        names.push_back(name);
    }
    for (section& backend : doc.list("backend")) {
        entry& dialect = backend.entries.find("dialect")->second;
        const auto& name = std::get<std::string>(dialect.what);
        if (!dialect.broken && std::ranges::find(names, name) == names.end()) {
            dialect.broken = true;
            doc.complain(
                origin_or_default(dialect),
                backend.label + ".dialect",
                fmt::format("expected one of {}, not \"{}\"", fmt::join(names, ", "), name)
            );
        }
        const auto own = own_dialect(doc, name);
        const auto* spoken = own != nullptr ? own.get() : backend::find_form_dialect(name);
        const auto& never = backend.get<words>("never_send");
        const auto left = spoken == nullptr ? result<backend::shared_dialect>(nullptr)
                                            : backend::changed(*spoken, {.never_send = never});
        if (!left) {
            doc.complain(
                backend.at("never_send").origin, backend.label + ".never_send", left.error().detail
            );
        }
    }
}

// A list of backends' own demands: an address that only the official dialect has by default, and
// at least one key.
void complete_backends(document& doc) {
    for (section& backend : doc.list("backend")) {
        entry& address = backend.entries.find("base_url")->second;
        auto& url = std::get<std::string>(address.what);
        if (url.empty() && !address.broken && !backend.broken("dialect")) {
            if (backend.get<std::string>("dialect") == "official") {
                url = official_address;
            } else {
                doc.complain(backend.origin, backend.label + ".base_url", "is required");
            }
        }
        if (url.empty() && address.broken) {
            url = unread_address;
        }
        if (!backend.broken("keys") && backend.get<words>("keys").empty()) {
            doc.complain(backend.at("keys").origin, backend.label + ".keys", "needs a key");
        }
        const auto& keys = backend.get<words>("keys");
        if (std::set<std::string>(keys.begin(), keys.end()).size() != keys.size()) {
            doc.complain(backend.at("keys").origin, backend.label + ".keys", "has a key twice");
        }
    }
}

// Says at each backend without a proxy of its own which one the environment leads it through.
void tell_ways_out(document& doc, const environment& variables) {
    std::vector<std::string> complaints;
    const auto out = http::way_out::of(variables, &complaints);
    bool asked = false;
    for (section& backend : doc.list("backend")) {
        entry& proxy = backend.entries.find("proxy")->second;
        const auto to = http::parse_url(backend.get<std::string>("base_url"));
        if (proxy.broken || !std::get<std::string>(proxy.what).empty() || !to) {
            continue;
        }
        asked = true;
        if (const auto* via = out.to(*to)) {
            proxy.origin = "the environment's: " + via->text();
        }
    }
    if (asked) {
        doc.warnings.insert(doc.warnings.end(), complaints.begin(), complaints.end());
    }
}

// What an organisation may have in progress, and that its keys share it, is known of some dialects.
void settle_limits(document& doc) {
    for (section& backend : doc.list("backend")) {
        if (backend.broken("dialect") || backend.broken("name")) {
            continue;
        }
        const bool organisation = backend::is_organisation(backend.get<std::string>("dialect"));
        entry& pictures = backend.entries.find("pictures")->second;
        if (pictures.origin.empty() && !organisation) {
            pictures.what = std::int64_t{0};
        }
        entry& group = backend.entries.find("limit_group")->second;
        if (!group.broken && std::get<std::string>(group.what).empty()) {
            group.what =
                organisation ? backend.get<std::string>("name") : std::string(backend::own_limits);
        }
    }
}

// Who shares a limit must mean the same one.
void demand_equal_limits(document& doc) {
    std::map<std::string, const section*> first_of;
    for (const section& backend : doc.list("backend")) {
        const auto& group = backend.get<std::string>("limit_group");
        if (backend.broken("limit_group") || backend.broken("name")
            || group == backend::own_limits) {
            continue;
        }
        const section& first = *first_of.emplace(group, &backend).first->second;
        for (const char* limit : {"concurrency", "pictures"}) {
            const auto mine = backend.get<std::int64_t>(limit);
            const auto theirs = first.get<std::int64_t>(limit);
            if (mine != theirs && !backend.broken(limit) && !first.broken(limit)) {
                const std::string why =
                    "is " + std::to_string(mine) + ", but " + std::to_string(theirs) + " of "
                    + first.get<std::string>("name") + ", which shares limit_group " + group
                    + " with " + backend.get<std::string>("name");
                doc.complain(
                    origin_or_default(backend.at(limit)), backend.label + '.' + limit, why
                );
            }
        }
    }
}

} // namespace

void apply_rules(document& doc, const environment& variables) {
    settle_public_url(doc);
    demand_keys(doc);
    demand_distinct_names(doc, "caller");
    demand_distinct_names(doc, "backend");
    demand_distinct_names(doc, "dialect");
    settle_dialects(doc);
    demand_distinct_keys(doc);
    warn_of_short_keys(doc);
    complete_backends(doc);
    tell_ways_out(doc, variables);
    settle_limits(doc);
    demand_equal_limits(doc);
}

} // namespace imagined::config
