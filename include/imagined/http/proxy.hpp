// The way out of this process through an HTTP proxy: https by CONNECT, http in absolute form.
// Through a proxy, names are looked up there: what is judged here is what the address itself says.
#pragma once

#include "imagined/base/failure.hpp"
#include "imagined/http/url.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::http {

struct proxy {
    std::string host; // as url::host
    std::uint16_t port = 80;
    std::string authorization; // the value of Proxy-Authorization, a secret; "" for none
    std::string password;      // as it was written, for masking

    // "http://proxy.example:3128", without its user and password.
    std::string text() const;

    friend bool operator==(const proxy&, const proxy&) = default;
};

// "http://[user:password@]host[:port]", user and password percent-encoded where they must be. Fails
// with `invalid`, and never quotes the text: it may hold a password.
result<proxy> parse_proxy(std::string_view text);

// Which targets no proxy is asked for, as NO_PROXY lists them: "*", a name (and all below it, with
// or without a dot in front), an address, a network ("10.0.0.0/8"), each but "*" and a network with
// an optional port. What cannot be read matches nothing.
class no_proxy_list {
public:
    no_proxy_list() = default;
    explicit no_proxy_list(std::string_view text);

    bool covers(const url& to) const;

private:
    struct entry {
        std::string name; // empty: the network counts
        boost::asio::ip::address network;
        unsigned prefix = 0;
        std::uint16_t port = 0; // 0: all
    };

    static std::optional<entry> read(std::string_view word);

    bool all_ = false;
    std::vector<entry> entries_;
};

// Through which proxy, if any, each target is reached.
class way_out {
public:
    // Straight to every target.
    way_out() = default;

    // To every target through `via`: somebody configured it for just that.
    static way_out through(proxy via);

    // As HTTPS_PROXY, HTTP_PROXY and NO_PROXY say (the lower-case form of each counts first). Never
    // to an address that is not public or to localhost. A proxy that cannot be used is left out,
    // and told in `complaints` by the name of its variable.
    static way_out
    of(const std::map<std::string, std::string>& environment,
       std::vector<std::string>* complaints = nullptr);

    // nullptr: straight. Valid for as long as this object is.
    const proxy* to(const url& target) const;

    // Passwords of all its proxies, for masking.
    std::vector<std::string> secrets() const;

private:
    std::optional<proxy> for_http_;
    std::optional<proxy> for_https_;
    bool ambient_ = false; // of the environment: not to private targets
    no_proxy_list except_;
};

} // namespace imagined::http
