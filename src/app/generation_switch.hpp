// Which generation answers and works. A request that came to one ends with it, and so does a call;
// a generation that nothing is left of goes.
#pragma once

#include "generation.hpp"

#include "imagined/base/task_group.hpp"
#include "imagined/http/body_stream.hpp"

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace imagined::app {

class generation_switch final : public http::handler {
public:
    // `on` must outlive it. There is no generation until the first turn_to(). What nobody asks any
    // more is kept for `afterlife`: what serves its watchers stays so long.
    explicit generation_switch(executor on, milliseconds afterlife = milliseconds(70'000))
        : afterlife_(afterlife), group_(on) {}

    // From now on `next` answers, and works if work has started. The one before makes no more
    // calls; those in flight end under it. Its streams end, and who reads them asks anew.
    void turn_to(std::unique_ptr<generation> next);

    const generation& now() const { return *now_->what; }

    // Redis is there: the present generation works, and each one that comes.
    void start_work();

    // Tells Redis who may call. So does each generation that comes while there is work.
    void register_callers();

    bool works() const { return works_; }

    // For the present worker, if there is one.
    void hint(std::string_view message);
    void hint_all();

    // Stops claiming for good, and lets calls in flight of every generation end.
    awaitable<> drain();

    // What an operator would want to know: of the configuration, and of the worker.
    std::vector<std::string> warnings() const;

    std::variant<http::admission, http::response> admit(const http::request_head& head) override;
    awaitable<http::response> handle(http::request incoming) override;
    http::response
    refuse(int status, std::string_view reason, const http::request_head& head) override;

private:
    struct kept {
        std::unique_ptr<generation> what;
        std::shared_ptr<char> requests = std::make_shared<char>(); // each holds it as well
        std::vector<std::weak_ptr<http::body_stream>> streams = {};
        bool has_worked = false;
    };

    static awaitable<> tell_callers(queue::operating& to, std::vector<queue::caller_limits> limits);
    awaitable<> retire(std::list<kept>::iterator old);
    static awaitable<> end_work(kept& of);
    static void keep_stream(kept& of, const std::shared_ptr<http::body_stream>& stream);

    std::list<kept> all_;
    std::list<kept>::iterator now_ = all_.end();
    milliseconds afterlife_;
    bool works_ = false;
    bool draining_ = false;
    task_group group_;
};

} // namespace imagined::app
