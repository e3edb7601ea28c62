#include "context/context.hpp"

#include "views/picture_address.hpp"

namespace imagined::api {

submit::options context::options_of_submits() const {
    submit::options chosen;
    chosen.public_url = options.public_url;
    chosen.banned_words = options.banned_words;
    for (const caller_options& one : options.callers) {
        chosen.callers.push_back({one.name, one.max_waiting, one.rate_text, one.models});
    }
    chosen.queue_limit = options.queue_limit;
    chosen.task_timeout = options.task_timeout;
    chosen.submit_budget = options.submit_budget;
    chosen.imagine = options.imagine;
    chosen.fetch_rules = options.fetch_rules;
    chosen.fetch_limit = options.fetch_limit;
    chosen.log_prompts = options.log_prompts;
    return chosen;
}

submit::context::parts context::parts_of_submits() const {
    return {
        .tasks = parts.tasks,
        .submission = parts.submission,
        .images = parts.images,
        .pool = parts.pool,
        .backends = parts.backends,
        .courier = parts.courier,
        .metrics = parts.metrics,
        .web = parts.web,
        .find_own = [this](std::string_view address) { return own_picture(here(), address); }
    };
}

} // namespace imagined::api
