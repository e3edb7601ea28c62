#include "context/visitors.hpp"

namespace imagined::api {

namespace {

using clock = std::chrono::steady_clock;

constexpr seconds look_every{5};

class session_stream final : public http::body_stream {
public:
    session_stream(
        queue::shared_door& door, queue::session of, std::shared_ptr<http::body_stream> inner
    )
        : door_(door), of_(std::move(of)), inner_(std::move(inner)) {}

    awaitable<std::string> next() override {
        std::string piece = co_await inner_->next();
        if (!piece.empty() && clock::now() - looked_ >= look_every) {
            looked_ = clock::now();
            const auto out = co_await door_.is_signed_out(of_);
            if (out && *out) {
                inner_->stop();
                piece.clear();
            }
        }
        co_return piece;
    }

    void stop() override { inner_->stop(); }

private:
    queue::shared_door& door_;
    queue::session of_;
    std::shared_ptr<http::body_stream> inner_;
    clock::time_point looked_ = clock::now();
};

} // namespace

awaitable<> slow_down_guesses(context& api, std::string_view peer, std::size_t wrong) {
    const auto delay = api.guesses.refused(peer, wrong, clock::now());
    if (delay > milliseconds(0)) {
        co_await pause_for(delay);
    }
}

awaitable<result<std::optional<identity>>>
known_visitor(context& api, const http::request_head& head) {
    told_keys told = api.keys.identify(head.headers);
    if (told.who && !told.who->only_metrics) {
        co_return std::move(told.who);
    }
    auto who = api.keys.identify_session(head);
    if (who) {
        const auto out = co_await api.parts.door.is_signed_out(*who->session);
        if (!out) {
            co_return out.error();
        }
        if (!*out) {
            co_return std::move(who);
        }
    }
    if (told.wrong > 0) {
        co_await slow_down_guesses(api, head.peer, told.wrong);
    }
    co_return std::optional<identity>();
}

std::shared_ptr<http::body_stream> until_signed_out(
    queue::shared_door& door, queue::session of, std::shared_ptr<http::body_stream> inner
) {
    return std::make_shared<session_stream>(door, std::move(of), std::move(inner));
}

} // namespace imagined::api
