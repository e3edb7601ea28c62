#include "imagined/http/proxy.hpp"

#include "grammar.hpp"
#include "host_text.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/http/egress.hpp"

#include <algorithm>
#include <utility>

namespace imagined::http {

namespace {

using environment = std::map<std::string, std::string>;

failure refused_proxy(std::string why) {
    return {failure_kind::invalid, std::move(why)};
}

// "" with no proxy: an empty variable says "none".
std::string variable(const environment& from, const std::string& name) {
    const auto found = from.find(name);
    return found == from.end() ? "" : found->second;
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return text;
}

// The lower-case form of a variable, if it says anything, else the other.
std::pair<std::string, std::string> either_case(const environment& from, const std::string& name) {
    auto text = variable(from, name);
    return text.empty() ? std::pair(upper(name), variable(from, upper(name)))
                        : std::pair(name, std::move(text));
}

std::optional<proxy>
proxy_in(const environment& from, const std::string& name, std::vector<std::string>* complaints) {
    const auto [spelled, text] = either_case(from, name);
    if (text.empty()) {
        return std::nullopt;
    }
    auto read = parse_proxy(text.find("://") == std::string::npos ? "http://" + text : text);
    if (read) {
        return *std::move(read);
    }
    if (complaints != nullptr) {
        complaints->push_back(
            "environment " + spelled + ": " + read.error().detail + "; it is not used"
        );
    }
    return std::nullopt;
}

} // namespace

std::string proxy::text() const {
    const bool v6 = host.find(':') != std::string::npos;
    return "http://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

result<proxy> parse_proxy(std::string_view text) {
    constexpr std::string_view scheme = "http://";
    if (to_lower(text.substr(0, scheme.size())) != scheme) {
        return refused_proxy("a proxy is http://[user:password@]host:port");
    }
    text.remove_prefix(scheme.size());
    proxy read;
    // The last @: a password may hold one that is not encoded.
    if (const auto at = text.rfind('@'); at != std::string_view::npos) {
        const auto who = text.substr(0, at);
        const auto colon = std::min(who.find(':'), who.size());
        const auto user = percent_decode(who.substr(0, colon));
        read.password = who.substr(std::min(colon + 1, who.size()));
        const auto password = percent_decode(read.password);
        if (!user || !password) {
            return refused_proxy("a proxy's user and password are percent-encoded");
        }
        read.authorization = "Basic " + to_base64(*user + ":" + *password);
        text.remove_prefix(at + 1);
    }
    const auto where = parse_url(std::string(scheme).append(text));
    if (!where) {
        return refused_proxy(
            "a proxy is http://[user:password@]host:port; this one's host or port is not"
        );
    }
    if (where->target != "/") {
        return refused_proxy("a proxy has no path");
    }
    read.host = where->host;
    read.port = where->port;
    return read;
}

no_proxy_list::no_proxy_list(std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(", \t"), text.size());
        const auto word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (word == "*") {
            all_ = true;
        } else if (auto one = read(word)) {
            entries_.push_back(*std::move(one));
        }
    }
}

std::optional<no_proxy_list::entry> no_proxy_list::read(std::string_view word) {
    if (const auto cidr = read_network(word)) {
        return entry{{}, cidr->start, cidr->prefix, 0};
    }
    const auto split = split_port(word);
    if (!split) {
        return std::nullopt;
    }
    if (const auto literal = read_address(split->host)) {
        return entry{{}, *literal, literal->is_v4() ? 32U : 128U, split->port};
    }
    auto name = normalised(split->host);
    name.erase(0, name.starts_with("*.") ? 2 : name.starts_with('.') ? 1 : 0);
    return name.empty() ? std::nullopt : std::optional(entry{std::move(name), {}, 0, split->port});
}

bool no_proxy_list::covers(const url& to) const {
    const auto literal = read_address(to.host);
    return all_ || std::any_of(entries_.begin(), entries_.end(), [&](const entry& one) {
               if (one.port != 0 && one.port != to.port) {
                   return false;
               }
               if (one.name.empty()) {
                   return literal && network{one.network, one.prefix}.holds(*literal);
               }
               return to.host == one.name
                      || (to.host.size() > one.name.size() && to.host.ends_with("." + one.name));
           });
}

way_out way_out::through(proxy via) {
    way_out made;
    made.for_http_ = via;
    made.for_https_ = std::move(via);
    return made;
}

way_out way_out::of(const environment& from, std::vector<std::string>* complaints) {
    way_out made;
    made.ambient_ = true;
    made.for_http_ = proxy_in(from, "http_proxy", complaints);
    made.for_https_ = proxy_in(from, "https_proxy", complaints);
    made.except_ = no_proxy_list(either_case(from, "no_proxy").second);
    return made;
}

const proxy* way_out::to(const url& target) const {
    const auto& via = target.tls ? for_https_ : for_http_;
    if (!via) {
        return nullptr;
    }
    if (ambient_) {
        const auto literal = read_address(target.host);
        const bool inner = literal ? !is_public(*literal) : is_localhost(target.host);
        if (inner || except_.covers(target)) {
            return nullptr;
        }
    }
    return &*via;
}

std::vector<std::string> way_out::secrets() const {
    std::vector<std::string> found;
    for (const auto* one : {&for_http_, &for_https_}) {
        if (*one && !(*one)->password.empty()) {
            found.push_back((*one)->password);
        }
    }
    return found;
}

} // namespace imagined::http
