// A request in Ideogram's words becomes a task: judged, its pictures stored, queued.
#include "imagined/submit/submit.hpp"

#include "enqueue.hpp"
#include "imagined/submit/json_mending.hpp"
#include "imagined/submit/texts.hpp"
#include "read_prompt.hpp"
#include "requests/native_pictures.hpp"

#include <algorithm>

namespace imagined::submit {

namespace {

using backend::native_picture;
using backend::native_request;
using role = native_picture::role;

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

// `refs` stand for the request's pictures, in order.
void place_pictures(
    const std::vector<native_picture>& pictures,
    std::vector<task::picture_ref> refs,
    task::render_request& request
) {
    request.pictures.clear();
    request.style_references.clear();
    request.character_references.clear();
    request.character_masks.clear();
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
        case role::character_mask:
            request.character_masks.push_back(std::move(refs[i]));
            break;
        }
    }
}

// No configured backend has the operation, or has it with this model.
task::bilingual nobody_serves(const context& ctx, const task::render_request& request) {
    const std::string what(task::to_string(request.what));
    const std::string asked(task::to_string(request.model));
    std::string others;
    for (const task::model one : task::all_models) {
        if (ctx.backends.serves(request.what, one)) {
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
std::optional<refusal> refuse_inexpressible(const context& ctx, const native_request& read) {
    if (!is_served(ctx, read.request)) {
        return refuse(code::no_capability, nobody_serves(ctx, read.request));
    }
    task::render_request with_pictures = read.request;
    std::vector<task::picture_ref> refs(read.pictures.size());
    place_pictures(read.pictures, std::move(refs), with_pictures);
    const auto lost = ctx.backends.obstacles(with_pictures);
    if (lost.empty()) {
        return std::nullopt;
    }
    return refuse(
        {lost.front() + ": 没有已配置的后端支持",
         lost.front() + ": no configured backend can express it"}
    );
}

draft draft_of(context& ctx, const requester& from, native_request read, base_fields base) {
    draft made;
    task::submission& submission = made.submission;
    submission = begin_submission(ctx, from, std::move(base));
    submission.native = true;
    submission.what = action_of(read.request.what);
    submission.prompt = read.request.prompt;
    submission.final_prompt = read.request.prompt;
    submission.description = "/" + std::string(task::to_string(read.request.what));
    if (!read.request.prompt.empty()) {
        submission.description += " " + read.request.prompt;
    }
    submission.request = std::move(read.request);
    return made;
}

awaitable<result<void>> attach(context& ctx, draft& made, std::vector<native_picture> pictures) {
    auto id = co_await ctx.submission.reserve_id();
    if (!id) {
        co_return id.error();
    }
    made.id = std::move(*id);
    const auto stored = co_await store_native_pictures(ctx, made.id, pictures);
    if (!stored) {
        co_return stored.error();
    }
    place_pictures(pictures, *stored, made.submission.request);
    co_return result<void>{};
}

} // namespace

awaitable<outcome> native(context& ctx, requester from, native_wish wanted) {
    native_request read = std::move(wanted.read);
    for (const std::string* prompt : {&read.request.prompt, &read.request.negative_prompt}) {
        if (prompt->size() > max_prompt_bytes) {
            co_return refuse(texts::prompt_too_long);
        }
    }
    auto based = base_of(ctx, from, std::move(read.notify_hook), std::move(read.state));
    if (auto* refused = std::get_if<refusal>(&based)) {
        co_return std::move(*refused);
    }
    auto& base = std::get<base_fields>(based);
    if (wanted.mended) {
        base.notes.emplace_back(half_character_note);
    }
    if (auto banned = refuse_banned(ctx, read.request.prompt)) {
        co_return std::move(*banned);
    }
    if (auto refused = refuse_inexpressible(ctx, read)) {
        co_return std::move(*refused);
    }
    auto pictures = std::move(read.pictures);
    if (auto refused = co_await obtain_native_pictures(ctx, from, pictures, base.notes)) {
        co_return std::move(*refused);
    }
    draft made = draft_of(ctx, from, std::move(read), std::move(base));
    if (!pictures.empty()) {
        const auto attached = co_await attach(ctx, made, std::move(pictures));
        if (!attached) {
            co_return failed(attached.error(), "store pictures");
        }
    }
    co_return co_await enqueue(ctx, from, std::move(made));
}

} // namespace imagined::submit
