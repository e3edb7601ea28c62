#include "native/native_submit.hpp"

#include "answers.hpp"
#include "body_form.hpp"
#include "imagined/base/bytes.hpp"
#include "json_mending.hpp"
#include "native/native_pictures.hpp"
#include "submit/submitting.hpp"
#include "texts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace imagined::api {

namespace {

using backend::native_picture;
using backend::native_request;
using role = native_picture::role;

constexpr std::size_t max_inline_bytes = 64 * std::size_t{1024};

task::bilingual wrong_parameter(const task::bilingual& why) {
    return {"请求参数错误: " + why.zh, why.en};
}

// What Midjourney would call it (contract §3, "action").
task::action action_of(task::operation what) {
    switch (what) {
    case task::operation::generate:
    case task::operation::generate_transparent:
        return task::action::imagine;
    case task::operation::remix:
        return task::action::variation;
    case task::operation::upscale:
        return task::action::upscale;
    case task::operation::describe:
        return task::action::describe;
    default:
        return task::action::edit;
    }
}

bool is_form(std::string_view content_type) {
    constexpr std::string_view form = "multipart/";
    return http::iequals(content_type.substr(0, form.size()), form);
}

// JSON that nothing recursive may see, or that is no text; the reader itself trusts neither.
std::optional<body_error> find_flaw(std::string_view content_type, std::string_view body) {
    if (is_form(content_type)) {
        return std::nullopt;
    }
    auto parsed = json_body::parse(body);
    auto* flaw = std::get_if<body_error>(&parsed);
    return flaw == nullptr ? std::nullopt : std::optional(std::move(*flaw));
}

struct reading {
    std::optional<body_error> flaw;
    backend::native_reading request = backend::native_refusal{};
    bool mended = false; // half a character of the body was replaced
};

reading
read(const backend::native_question& asked, std::string_view content_type, std::string_view body) {
    reading made;
    made.flaw = find_flaw(content_type, body);
    if (!made.flaw) {
        const auto mended = is_form(content_type) ? std::nullopt : mend_json(body);
        made.request = backend::read_native(asked, content_type, mended ? mended->text : body);
        made.mended = mended && mended->lone_surrogates;
    }
    return made;
}

awaitable<result<reading>>
read_body(context& api, const call& from, backend::native_question asked) {
    const auto read_it = [asked, &request = from.request] {
        const auto translated = body_in_utf8(request);
        const std::string_view body = translated ? *translated : request.body;
        return read(asked, request.headers.get("Content-Type"), body);
    };
    if (from.request.body.size() <= max_inline_bytes) {
        co_return read_it();
    }
    // The pool always completes, and our caller keeps the body.
    auto job = read_it;
    co_return co_await api.parts.pool.run(std::move(job));
}

// `refs` stand for the request's pictures, in order.
void place_pictures(
    const std::vector<native_picture>& pictures,
    std::vector<task::picture_ref> refs,
    task::render_request& request
) {
    request.pictures.clear();
    request.style_references.clear();
    request.character_references.clear();
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        switch (pictures[i].as) {
        case role::input:
            request.pictures.push_back(std::move(refs[i]));
            break;
        case role::mask:
            request.mask = std::move(refs[i]);
            break;
        case role::style:
            request.style_references.push_back(std::move(refs[i]));
            break;
        case role::character:
            request.character_references.push_back(std::move(refs[i]));
            break;
        }
    }
}

// No configured backend has the operation, or has it with this model.
task::bilingual nobody_serves(const context& api, const task::render_request& request) {
    const std::string what(task::to_string(request.what));
    const std::string asked(task::to_string(request.model));
    std::string others;
    for (const task::model one : task::all_models) {
        if (api.parts.backends.serves(request.what, one)) {
            others += (others.empty() ? "" : ", ") + std::string(task::to_string(one));
        }
    }
    if (others.empty()) {
        return {
            texts::no_account.zh + ": 没有已配置的后端支持 " + what,
            texts::no_account.en + ": no configured backend serves " + what
        };
    }
    return {
        texts::no_account.zh + ": 没有已配置的后端支持 " + what + " 的 model " + asked
            + "，可选值: " + others,
        texts::no_account.en + ": no configured backend serves " + what + " with model " + asked
            + "; expected one of " + others
    };
}

// What no configured backend can do, before anything is fetched for it.
std::optional<http::response>
refuse_unserved(const context& api, const native_request& read, task::language in) {
    if (!is_served(api, read.request)) {
        return refusal(code::no_capability, nobody_serves(api, read.request), in);
    }
    task::render_request with_pictures = read.request;
    std::vector<task::picture_ref> refs(read.pictures.size());
    place_pictures(read.pictures, std::move(refs), with_pictures);
    const auto lost = api.parts.backends.obstacles(with_pictures);
    if (lost.empty()) {
        return std::nullopt;
    }
    return refusal(
        code::bad_request,
        {lost.front() + ": 没有已配置的后端支持",
         lost.front() + ": no configured backend can express it"},
        in
    );
}

draft draft_of(context& api, const call& from, native_request read, base_fields base) {
    draft made;
    task::submission& submission = made.submission;
    submission = begin_submission(api, from, std::move(base));
    submission.native = true;
    submission.what = action_of(read.request.what);
    submission.prompt = read.request.prompt;
    submission.final_prompt = read.request.prompt;
    submission.description = "/" + std::string(task::to_string(read.request.what));
    if (!read.request.prompt.empty()) {
        submission.description += " " + read.request.prompt;
    }
    submission.request = std::move(read.request);
    made.fingerprint = sha256_hex(from.request.path + '\n' + read.digest);
    return made;
}

awaitable<result<void>> attach(context& api, draft& made, std::vector<native_picture> pictures) {
    auto id = co_await api.parts.tasks.reserve_id();
    if (!id) {
        co_return id.error();
    }
    made.id = std::move(*id);
    const auto stored = co_await store_native_pictures(api, made.id, pictures);
    if (!stored) {
        co_return stored.error();
    }
    place_pictures(pictures, *stored, made.submission.request);
    co_return result<void>{};
}

} // namespace

awaitable<http::response> place_native(context& api, call& from, backend::native_question asked) {
    auto opened = co_await read_body(api, from, asked);
    if (!opened) {
        co_return from_failure(opened.error(), "read a body", from.lang);
    }
    from.request.body = std::string();
    if (opened->flaw) {
        co_return opened->flaw->status == 200
            ? refusal(code::bad_request, opened->flaw->why, from.lang)
            : problem(opened->flaw->status, opened->flaw->why, from.lang);
    }
    if (!opened->request) {
        const backend::native_refusal& refused = opened->request.error();
        co_return refused.what == backend::native_refusal::kind::unreadable
            ? problem(400, wrong_parameter(refused.why), from.lang)
            : refusal(code::bad_request, wrong_parameter(refused.why), from.lang);
    }
    native_request read = std::move(*opened->request);
    if (std::max(read.request.prompt.size(), read.request.negative_prompt.size())
        > max_prompt_bytes) {
        co_return refusal(code::bad_request, texts::prompt_too_long, from.lang);
    }
    const nlohmann::json beside{{"notifyHook", read.notify_hook}, {"state", read.state}};
    auto fields = std::get<json_body>(json_body::parse(beside.dump()));
    base_fields base = read_base(api, from, fields);
    if (fields.error()) {
        co_return refusal(code::bad_request, *fields.error(), from.lang);
    }
    if (opened->mended) {
        base.notes.emplace_back(half_character_note);
    }
    if (const auto word = api.banned.find_in(read.request.prompt); !word.empty()) {
        const std::string properties = "{\"promptEn\":" + json_string(read.request.prompt)
                                       + ",\"bannedWord\":" + json_string(word) + "}";
        co_return refusal(code::banned, texts::banned_prompt, from.lang, properties);
    }
    if (auto refused = refuse_unserved(api, read, from.lang)) {
        co_return std::move(*refused);
    }
    auto pictures = std::move(read.pictures);
    if (auto refused = co_await obtain_native_pictures(api, from, pictures, base.notes)) {
        co_return std::move(*refused);
    }
    draft made = draft_of(api, from, std::move(read), std::move(base));
    if (!pictures.empty()) {
        const auto attached = co_await attach(api, made, std::move(pictures));
        if (!attached) {
            co_return from_failure(attached.error(), "store pictures", from.lang);
        }
    }
    co_return co_await submit(api, from, std::move(made));
}

} // namespace imagined::api
