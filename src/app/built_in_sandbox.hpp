// The simulated Ideogram that draws while no backend is configured.
#pragma once

#include "imagined/backend/backend.hpp"
#include "imagined/sandbox/sandbox.hpp"

#include <memory>

namespace imagined::app {

class built_in_sandbox {
public:
    // `on` must outlive it.
    explicit built_in_sandbox(executor on) : on_(on) {}

    // How it is spoken to. Starts it the first time; throws cannot_start if it does not.
    backend::backend_options as_backend();

private:
    executor on_;
    std::unique_ptr<sandbox::sandbox> running_;
};

} // namespace imagined::app
