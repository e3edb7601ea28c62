// The end of a describe: no picture comes, but words. What it shows is the picture that it was
// asked about.
#include "imagined/base/log.hpp"
#include "imagined/task/offered_texts.hpp"
#include "task_step.hpp"

#include <fmt/format.h>

namespace imagined::worker {

std::vector<std::string> task_step::list_descriptions() const {
    std::vector<std::string> texts;
    for (const auto& call : record_.calls) {
        if (call.now != task::call::state::answered) {
            continue;
        }
        auto answer = backend::answer_from_text(call.answer);
        if (!answer) {
            log::error(
                "a recorded answer cannot be read", {{"task", record_.id}, {"trace", trace_.id}}
            );
            continue;
        }
        std::move(
            answer->descriptions.begin(), answer->descriptions.end(), std::back_inserter(texts)
        );
    }
    return texts;
}

awaitable<> task_step::end_described(harvest brought) {
    const auto texts = list_descriptions();
    if (texts.empty()) {
        auto verdict = judge(brought);
        const auto code = verdict.code.value_or(task::fail_code::no_picture);
        const bool silent = code == task::fail_code::no_picture;
        const task::bilingual nothing{
            "上游未返回描述", "The upstream answered without a description"
        };
        co_await fail(code, silent ? nothing : verdict.reason, event_of_failure(code));
        co_return;
    }
    task::delivery delivered;
    if (!submission_->request.pictures.empty()) {
        auto& images = on_->parts.images;
        const auto asked = submission_->request.pictures.front();
        const std::string id = record_.id;
        auto show = [&images, asked, id] { return images.link(asked.id, asked.n, id, 0); };
        const auto shown = co_await on_->parts.pool.run(std::move(show));
        if (shown) {
            delivered.shown = task::picture{};
        } else {
            // The words are what was paid for; the client has the picture.
            log::warning(
                "a described picture cannot be shown",
                {{"task", record_.id}, {"trace", trace_.id}, {"reason", shown.error().detail}}
            );
        }
    }
    if (!submission_->native) {
        delivered.text = task::numbered(texts);
        delivered.buttons = task::description_buttons(texts.size());
    }
    co_await succeed(std::move(delivered), false, fmt::format("{} descriptions", texts.size()));
}

} // namespace imagined::worker
