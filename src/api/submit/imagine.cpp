#include "answers.hpp"
#include "handlers.hpp"
#include "imagined/task/prompt.hpp"
#include "opened_body.hpp"
#include "submit/input_pictures.hpp"
#include "submit/submitting.hpp"
#include "texts.hpp"

namespace imagined::api {

namespace {

constexpr std::size_t max_permutations = 40; // Midjourney's

struct wish {
    std::string prompt;                // as sent, trimmed
    std::vector<std::string> pictures; // base64 texts
    std::vector<std::string> urls;     // of pictures
    base_fields base;
};

// Old clients still send one picture as `base64`.
wish read_wish(context& api, const call& from, json_body& fields) {
    wish read;
    read.prompt = trimmed(fields.text("prompt"));
    auto sent = fields.texts("base64Array");
    if (std::string single = fields.text("base64"); !single.empty() && sent.empty()) {
        sent.push_back(std::move(single));
    }
    if (sent.size() > max_input_pictures) {
        fields.refuse("base64Array", {"最多5张图片", "at most 5 pictures"});
    }
    for (std::string& text : sent) {
        auto& kind = is_picture_url(text) ? read.urls : read.pictures;
        kind.push_back(std::move(text));
    }
    read.base = read_base(api, from, fields);
    return read;
}

http::response banned(const wish& wanted, std::string_view word, task::language in) {
    const std::string properties = "{\"promptEn\":" + json_string(wanted.prompt)
                                   + ",\"bannedWord\":" + json_string(word) + "}";
    return refusal(code::banned, texts::banned_prompt, in, properties);
}

// What can be said about the request without its pictures; then `parsed` is filled.
std::optional<http::response> refuse_prompt(
    const context& api, const wish& wanted, task::parsed_prompt& parsed, task::language in
) {
    if (wanted.prompt.empty()) {
        return refusal(code::bad_request, texts::prompt_empty, in);
    }
    if (const auto word = api.banned.find_in(wanted.prompt); !word.empty()) {
        return banned(wanted, word, in);
    }
    const auto prompts = task::expand_permutations(wanted.prompt, max_permutations);
    if (!prompts) {
        return refusal(code::bad_request, prompts.error().reason, in);
    }
    if (prompts->size() != 1) {
        return refusal(code::bad_request, texts::prompt_braces, in);
    }
    auto read = task::parse_prompt(prompts->front());
    if (!read) {
        return refusal(code::bad_request, read.error().reason, in);
    }
    parsed = std::move(*read);
    return std::nullopt;
}

task::mapped_imagine
map(const context& api, const wish& wanted, const task::parsed_prompt& parsed, bool with_pictures) {
    task::imagine_context around;
    around.bot_type = wanted.base.bot_type;
    around.mode = wanted.base.mode;
    around.servable = [&backends = api.parts.backends](task::operation what, task::model with) {
        return backends.serves(what, with);
    };
    const auto what = with_pictures ? task::operation::remix : task::operation::generate;
    return task::map_imagine(parsed, api.options.imagine, around, what);
}

// The first picture is remixed; the others can only lend their style, and only in V_3.
void place_pictures(std::vector<task::picture_ref> stored, task::submission& made) {
    task::render_request& request = made.request;
    request.pictures.push_back(stored.front());
    stored.erase(stored.begin());
    if (stored.empty()) {
        return;
    }
    if (request.model == task::model::v3) {
        request.style_references = std::move(stored);
        made.notes.emplace_back("base64Array: the pictures after the first are style references");
    } else {
        made.notes.push_back(
            "base64Array: " + std::string(task::to_string(request.model))
            + " takes one picture, the others were dropped"
        );
    }
}

draft draft_of(context& api, const call& from, wish wanted, task::mapped_imagine mapped) {
    draft made;
    made.submission = begin_submission(api, from, std::move(wanted.base));
    made.submission.what = task::action::imagine;
    made.submission.prompt = std::move(wanted.prompt);
    made.submission.final_prompt = mapped.request.prompt;
    made.submission.description = "/imagine " + made.submission.prompt;
    made.submission.mode = mapped.mode;
    made.submission.request = std::move(mapped.request);
    made.submission.notes = std::move(mapped.notes);
    return made;
}

// Gives the task its id early, since its pictures are stored under it.
awaitable<result<void>>
attach_pictures(context& api, draft& made, std::vector<std::string> pictures) {
    auto id = co_await api.parts.tasks.reserve_id();
    if (!id) {
        co_return id.error();
    }
    made.id = std::move(*id);
    auto stored = co_await store_inputs(api, made.id, std::move(pictures));
    if (!stored) {
        co_return stored.error();
    }
    place_pictures(std::move(*stored), made.submission);
    co_return result<void>{};
}

http::response no_urls(bool in_prompt, task::language in) {
    const std::string field = in_prompt ? "prompt" : "base64Array";
    return refusal(
        code::bad_request,
        {field + ": 暂不支持图片链接，请在base64Array中使用base64",
         field + ": picture URLs are not available; send the picture as base64 in base64Array"},
        in
    );
}

} // namespace

awaitable<http::response> submit_imagine(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return std::move(*body.refused);
    }
    wish wanted = read_wish(api, from, body.fields);
    if (body.fields.error()) {
        co_return refusal(code::bad_request, *body.fields.error(), from.lang);
    }
    task::parsed_prompt parsed;
    if (auto refused = refuse_prompt(api, wanted, parsed, from.lang)) {
        co_return std::move(*refused);
    }
    std::vector<std::string> pictures;
    if (!wanted.pictures.empty()) {
        auto decoded = co_await decode_pictures(api, std::move(wanted.pictures));
        if (!decoded && decoded.error().kind == failure_kind::invalid) {
            co_return refusal(code::bad_request, texts::bad_base64, from.lang);
        }
        if (!decoded) {
            co_return from_failure(decoded.error(), "decode pictures", from.lang);
        }
        pictures = std::move(*decoded);
    }
    const bool addressed = !wanted.urls.empty() || !parsed.image_urls.empty();
    auto mapped = map(api, wanted, parsed, addressed || !pictures.empty());
    if (!is_served(api, mapped.request)) {
        co_return refusal(code::no_capability, texts::no_account, from.lang);
    }
    if (addressed) {
        co_return no_urls(wanted.urls.empty(), from.lang);
    }
    draft made = draft_of(api, from, std::move(wanted), std::move(mapped));
    if (!pictures.empty()) {
        const auto attached = co_await attach_pictures(api, made, std::move(pictures));
        if (!attached) {
            co_return from_failure(attached.error(), "store pictures", from.lang);
        }
    }
    co_return co_await submit(api, from, std::move(made));
}

} // namespace imagined::api
