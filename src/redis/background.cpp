#include "background.hpp"

#include "imagined/base/log.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace imagined::redis {

void run_in_background(const executor& on, std::string name, awaitable<> work) {
    auto report = [name = std::move(name)](const std::exception_ptr& error) {
        if (!error) {
            return;
        }
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& e) {
            log::error("background work failed", {{"name", name}, {"reason", e.what()}});
        }
    };
    asio::co_spawn(on, std::move(work), std::move(report));
}

} // namespace imagined::redis
