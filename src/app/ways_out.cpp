#include "ways_out.hpp"

#include "imagined/base/log.hpp"
#include "imagined/http/url.hpp"

#include <string>
#include <utility>

namespace imagined::app {

void tell_ways_out(const config::settings& settings) {
    const auto tell = [](const http::way_out& out, const std::string& to, std::string what) {
        const auto target = http::parse_url(to);
        if (const auto* via = target ? out.to(*target) : nullptr) {
            log::info("a proxy is used", {{"for", std::move(what)}, {"proxy", via->text()}});
        }
    };
    for (const auto& one : settings.backends) {
        tell(one.out, one.base_url, "backend " + one.name);
    }
    tell(settings.callback.out, "https://receiver.invalid", "callbacks");
    tell(settings.fetch_out, "https://pictures.invalid", "input pictures");
}

} // namespace imagined::app
