#include "submit/change.hpp"

#include "answers.hpp"
#include "imagined/task/view.hpp"
#include "texts.hpp"

namespace imagined::api {

namespace {

using kind = change::kind;

// Only what shows pictures of a prompt can be changed; a picked picture only be varied.
bool allows(const task::submission& parent, const change& wanted) {
    switch (parent.what) {
    case task::action::describe:
    case task::action::shorten:
        return false;
    case task::action::upscale:
        return !parent.native && wanted.what == kind::variation && wanted.index == 1;
    default:
        return !parent.native;
    }
}

task::action action_of(kind what) {
    switch (what) {
    case kind::upscale:
        return task::action::upscale;
    case kind::variation:
        return task::action::variation;
    case kind::reroll:
        break;
    }
    return task::action::reroll;
}

// "/up 1760000000000123 U2"
std::string description_of(const std::string& parent_id, const change& wanted) {
    const std::string text = "/up " + parent_id + " ";
    switch (wanted.what) {
    case kind::upscale:
        return text + "U" + std::to_string(wanted.index);
    case kind::variation:
        return text + "V" + std::to_string(wanted.index);
    case kind::reroll:
        break;
    }
    return text + "R";
}

// A mode that this request names, unlike its parent's, chooses the model's other speed, if served.
void apply_mode(const context& api, task::speed_mode mode, task::render_request& request) {
    task::render_request faster = request;
    const bool turbo = mode == task::speed_mode::turbo;
    if (request.model == task::model::v3) {
        faster.speed = turbo ? task::rendering_speed::turbo : task::rendering_speed::standard;
    } else {
        faster.model = turbo ? task::turbo_of(request.model) : task::base_of(request.model);
    }
    if (is_served(api, faster)) {
        request = std::move(faster);
    }
}

task::submission submission_of(
    context& api, const call& from, const change& wanted, const parent& of, base_fields base
) {
    task::submission made = begin_submission(api, from, std::move(base));
    const task::submission& old = of.submission;
    made.what = action_of(wanted.what);
    made.prompt = old.prompt;
    made.final_prompt = old.final_prompt;
    made.description = description_of(of.record.id, wanted);
    made.bot_type = old.bot_type;
    made.parent_id = of.record.id;
    made.parent_index = wanted.index;
    made.request = old.request;
    made.notes = old.notes;
    if (made.mode && made.mode != old.mode) {
        apply_mode(api, *made.mode, made.request);
    }
    made.mode = made.mode ? made.mode : old.mode;
    return made;
}

void prepare_variation(context& api, const change& wanted, task::submission& made) {
    task::render_request& request = made.request;
    request.what = task::operation::remix;
    request.pictures = {task::picture_ref{made.parent_id, wanted.index}};
    request.mask.reset();
    request.image_weight = wanted.weight;
    request.images = api.options.imagine.images;
}

// Pictures 0 and 1 of the new task: what its imageUrl serves, and its only picture.
result<store::stored_picture> link_both(
    store::image_store& images, const std::string& from_id, int from_n, const std::string& id
) {
    const auto first = images.link(from_id, from_n, id, 1);
    if (!first) {
        return first.error();
    }
    return images.link(from_id, from_n, id, 0);
}

task::picture
picture_of(const store::stored_picture& stored, std::string seed, std::string prompt) {
    task::picture shown;
    shown.seed = std::move(seed);
    shown.prompt = std::move(prompt);
    shown.width = stored.info.width;
    shown.height = stored.info.height;
    shown.bytes = stored.bytes;
    shown.media_type = store::media_type(stored.info.format);
    return shown;
}

std::string ended_view(
    const std::string& id, const call& from, const task::submission& made, task::picture picked
) {
    const unix_millis now = system_clock().now();
    task::record record;
    record.id = id;
    record.caller = from.who.name;
    record.state = task::state::success;
    record.submitted = now;
    record.started = now;
    record.finished = now;
    task::delivery delivered;
    delivered.shown = picked;
    delivered.pictures.push_back(std::move(picked));
    return task::render_view(record, made, delivered, task::bill{}, now);
}

http::response no_source(const failure& cause, task::language in) {
    return cause.kind == failure_kind::not_found
               ? refusal(code::bad_request, texts::bad_index, in)
               : from_failure(cause, "use a parent's picture", in);
}

awaitable<http::response> pick(
    context& api, const call& from, const change& wanted, const parent& of, task::submission made
) {
    draft picked;
    auto id = co_await api.parts.tasks.reserve_id();
    if (!id) {
        co_return from_failure(id.error(), "pick a picture", from.lang);
    }
    auto job = [&images = api.parts.images, source = of.record.id, n = wanted.index, id = *id] {
        return link_both(images, source, n, id);
    };
    const auto linked = co_await api.parts.pool.run(std::move(job));
    if (!linked) {
        co_return no_source(linked.error(), from.lang);
    }
    auto shown = picture_of(*linked, seed_of_picture(of.record, wanted.index), made.final_prompt);
    made.request.images = 1;
    picked.id = std::move(*id);
    picked.ended_view = ended_view(picked.id, from, made, std::move(shown));
    picked.event = "picked picture " + std::to_string(wanted.index) + " of " + of.record.id;
    picked.submission = std::move(made);
    co_return co_await submit(api, from, std::move(picked));
}

awaitable<http::response>
draw(context& api, const call& from, const change& wanted, task::submission made) {
    made.request.seed.reset();
    if (wanted.what == kind::variation) {
        prepare_variation(api, wanted, made);
    }
    if (!is_served(api, made.request)) {
        co_return refusal(code::no_capability, texts::no_account, from.lang);
    }
    if (wanted.what == kind::variation) {
        auto job = [&images = api.parts.images, id = made.parent_id, n = wanted.index] {
            return images.find(id, n);
        };
        const auto found = co_await api.parts.pool.run(std::move(job));
        if (!found) {
            co_return no_source(found.error(), from.lang);
        }
    }
    draft drawn;
    drawn.submission = std::move(made);
    co_return co_await submit(api, from, std::move(drawn));
}

} // namespace

awaitable<http::response>
carry_out(context& api, const call& from, change wanted, std::string parent_id, base_fields base) {
    const parent of = co_await read_parent(api, from, std::move(parent_id));
    if (of.refused) {
        co_return *of.refused;
    }
    if (!allows(of.submission, wanted)) {
        co_return refusal(code::bad_request, texts::parent_forbids, from.lang);
    }
    task::submission made = submission_of(api, from, wanted, of, std::move(base));
    if (wanted.what == kind::upscale) {
        co_return co_await pick(api, from, wanted, of, std::move(made));
    }
    co_return co_await draw(api, from, wanted, std::move(made));
}

} // namespace imagined::api
