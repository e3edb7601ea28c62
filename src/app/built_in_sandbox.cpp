#include "built_in_sandbox.hpp"

#include "cannot_start.hpp"

#include <utility>

namespace imagined::app {

backend::backend_options built_in_sandbox::as_backend() {
    if (!running_) {
        sandbox::sandbox_options options;
        options.fetch_links = true;
        running_ = required(
            sandbox::sandbox::open(on_, std::move(options)), "the built-in sandbox did not start"
        );
        running_->start();
    }
    backend::backend_options options;
    options.name = "sandbox";
    options.base_url = "http://" + running_->address();
    options.keys = {"built-in-sandbox"};
    options.limit_group = options.name;
    options.pictures = backend::organisation_pictures;
    log::info(
        "no backend is configured: the built-in sandbox draws simulated pictures and spends "
        "nothing",
        {{"url", options.base_url}}
    );
    return options;
}

} // namespace imagined::app
