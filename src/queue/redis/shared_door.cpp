#include "imagined/queue/shared_door.hpp"

#include "keys.hpp"
#include "redis_functions.hpp"
#include "task_record.hpp"

namespace imagined::queue {

namespace {

constexpr const char* all_of_group = "*"; // functions/sign_out.lua

class redis_door final : public shared_door {
public:
    redis_door(redis::client& on, const std::string& prefix)
        : redis_(on), base_(key_base(prefix)) {}

    awaitable<result<link_secret>> links(std::string drawn) override {
        links_arguments asked{.drawn = std::move(drawn)};
        const auto told = co_await run(functions().links, std::move(asked).values());
        if (!told) {
            co_return told.error();
        }
        co_return link_secret{text_at(*told, 1), to_number(text_at(*told, 2))};
    }

    awaitable<result<std::string>> name_request(request_naming asked) override {
        name_request_arguments named{
            .caller = std::move(asked.caller),
            .digest = std::move(asked.digest),
            .fresh = std::move(asked.fresh),
            .again = asked.again,
            .kept_ms = asked.kept.count()
        };
        const auto told = co_await run(functions().name_request, std::move(named).values());
        if (!told) {
            co_return told.error();
        }
        co_return text_at(*told, 1);
    }

    awaitable<result<void>> sign_out(session which) override {
        sign_out_arguments over{
            .group = std::move(which.group),
            .session = std::move(which.name),
            .expires = which.expires
        };
        const auto done = co_await run(functions().sign_out, std::move(over).values());
        if (!done) {
            co_return done.error();
        }
        co_return result<void>();
    }

    awaitable<result<bool>> is_signed_out(session which) override {
        const std::string key = signed_out_key(base_, which.group);
        std::vector<redis::arguments> commands;
        commands.push_back({"ZSCORE", key, std::move(which.name)});
        commands.push_back({"ZSCORE", key, all_of_group});
        const auto found = co_await redis_.execute_together(std::move(commands));
        if (!found) {
            co_return found.error();
        }
        const std::string* named = (*found)[0].text();
        const std::string* all_until = (*found)[1].text();
        co_return named != nullptr
            || (all_until != nullptr && to_number(*all_until) >= which.expires);
    }

private:
    // However late it runs, it does what was meant: without a not-after time.
    awaitable<result<redis::reply>> run(const redis::function& what, redis::arguments values) {
        redis::arguments all{"0", "0"};
        all.insert(
            all.end(),
            std::make_move_iterator(values.begin()),
            std::make_move_iterator(values.end())
        );
        redis::arguments keys{base_};
        auto answer = co_await redis_.run(what, std::move(keys), std::move(all));
        if (answer && word_of(*answer) != "ok") {
            co_return refusal(what.name, word_of(*answer));
        }
        co_return answer;
    }

    redis::client& redis_;
    std::string base_;
};

} // namespace

std::unique_ptr<shared_door> open_shared_door(redis::client& on, std::string prefix) {
    return std::make_unique<redis_door>(on, prefix);
}

} // namespace imagined::queue
