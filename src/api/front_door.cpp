#include "answers/answers.hpp"
#include "answers/texts.hpp"
#include "error_words.hpp"
#include "http/local_access.hpp"

#include "imagined/api/api.hpp"

namespace imagined::api {

namespace {

class front_door final : public http::handler {
public:
    front_door(const api_options& options, http::handler& behind) : behind_(behind) {
        if (options.api_keys.empty() && options.callers.empty()) {
            open_.emplace(options.public_url, options.cors_origins);
        }
    }

    std::variant<http::admission, http::response> admit(const http::request_head& head) override {
        const auto verdict = open_ ? open_->judge(head) : local_access::verdict::welcome;
        switch (verdict) {
        case local_access::verdict::misdirected:
            return refused(421, texts::not_this_host, head);
        case local_access::verdict::foreign:
            return refused(403, texts::foreign_page, head);
        case local_access::verdict::welcome:
            break;
        }
        return behind_.admit(head);
    }

    awaitable<http::response> handle(http::request incoming) override {
        return behind_.handle(std::move(incoming));
    }

    http::response
    refuse(int status, std::string_view reason, const http::request_head& head) override {
        return behind_.refuse(status, reason, head);
    }

private:
    static http::response
    refused(int status, const task::bilingual& why, const http::request_head& head) {
        const routed found = find_route(head.method, head.path);
        http::response answer =
            in_words_of(found, refuse_with_status(status, why), language_of(head, found));
        answer.headers.add("Vary", "Origin");
        mark_private(answer);
        return answer;
    }

    std::optional<local_access> open_;
    http::handler& behind_;
};

} // namespace

std::unique_ptr<http::handler> make_front_door(const api_options& options, http::handler& behind) {
    return std::make_unique<front_door>(options, behind);
}

} // namespace imagined::api
