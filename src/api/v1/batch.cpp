// POST /v1/tasks/batch: many submits in one request, each accepted or refused by itself.
#include "answers/answers.hpp"
#include "answers/problem.hpp"
#include "answers/texts.hpp"
#include "context/opened_body.hpp"
#include "imagined/base/bytes.hpp"
#include "imagined/base/task_group.hpp"
#include "imagined/submit/texts.hpp"
#include "v1/handlers.hpp"
#include "v1/submit_kinds.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace imagined::api {

namespace {

constexpr std::size_t most_submits = 1000;
// Side by side: what they have for the queue in one turn of the loop goes there together.
constexpr std::size_t side_by_side = 100;
// Beyond what each of them may take by itself.
constexpr milliseconds patience{5000};

const task::bilingual too_many_submits{"tasks: 最多1000个任务", "tasks: at most 1000 tasks"};
const task::bilingual no_submits{"tasks: 应为任务数组", "tasks: expected an array of tasks"};

// Shared with the coroutines that carry them out, which may outlive the request.
struct batch {
    std::vector<submit::json_body> bodies;
    std::vector<std::optional<outcome>> made; // in their order
    submit::requester who;                    // of all of them
};

submit::requester requester_of_item(const batch& of, std::size_t at, const std::string& digest) {
    submit::requester who = of.who;
    if (!who.idempotency_key.empty()) {
        who.idempotency_key += '/' + std::to_string(at);
        who.fingerprint = sha256_hex("batch\n" + digest);
    }
    return who;
}

awaitable<> carry_out_item(context& api, std::shared_ptr<batch> of, std::size_t at) {
    submit::json_body& body = of->bodies[at];
    if (body.error()) {
        of->made[at] = *body.error();
        co_return;
    }
    const bool keyed = !of->who.idempotency_key.empty();
    submit::requester who = requester_of_item(*of, at, keyed ? body.digest() : "");
    submit::verb* verb = read_kind(body);
    if (verb == nullptr) {
        of->made[at] = submit::refuse(unknown_kind());
        co_return;
    }
    of->made[at] = co_await verb(api.submits, std::move(who), std::move(body));
}

// Of one that did not come back in time nobody knows whether there is a task.
std::string item_text(const std::optional<outcome>& made, task::language in) {
    const auto* task = made ? std::get_if<accepted>(&*made) : nullptr;
    if (task != nullptr) {
        return fmt::format(
            R"({{"status":{},"id":{}}})", task->replayed ? 200 : 201, json_string(task->id)
        );
    }
    const auto why =
        made ? std::get<refusal>(*made) : refuse_with_status(500, submit::texts::system_error);
    const http::response answer = problem_answer(why, in);
    return fmt::format(R"({{"status":{},"error":{}}})", answer.status, answer.text());
}

http::response batch_answer(const batch& of, task::language in) {
    std::string text = R"({"tasks":[)";
    for (const auto& one : of.made) {
        text += (text.back() == '[' ? "" : ",") + item_text(one, in);
    }
    return json_answer(200, text + "]}");
}

} // namespace

awaitable<http::response> create_live_tasks(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return problem_answer(*body.refused, from.lang);
    }
    const auto all = std::make_shared<batch>();
    all->bodies = body.fields.objects("tasks");
    if (body.fields.error() || all->bodies.empty()) {
        co_return problem_answer(problems::invalid_request, no_submits, from.lang);
    }
    if (all->bodies.size() > most_submits) {
        co_return problem_answer(problems::too_large, too_many_submits, from.lang);
    }
    all->made.resize(all->bodies.size());
    all->who = requester_of(from);
    const auto on = co_await asio::this_coro::executor;
    const milliseconds limit = api.options.fetch_limit + api.options.submit_budget + patience;
    for (std::size_t first = 0; first < all->bodies.size(); first += side_by_side) {
        task_group submits(on);
        const std::size_t last = std::min(first + side_by_side, all->bodies.size());
        for (std::size_t at = first; at < last; ++at) {
            submits.spawn("submit of a batch", [&api, all, at] {
                return carry_out_item(api, all, at);
            });
        }
        co_await submits.join(limit);
    }
    co_return batch_answer(*all, from.lang);
}

} // namespace imagined::api
