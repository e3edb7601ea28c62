#include "imagined/backend/form_dialect.hpp"

#include "answer_reader.hpp"
#include "expression.hpp"
#include "verdicts.hpp"
#include "wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace imagined::backend {

namespace {

failure not_served(std::string_view dialect, const task::render_request& request) {
    return {
        failure_kind::invalid,
        fmt::format(
            "{} does not document {} for {}",
            dialect,
            task::to_string(request.what),
            task::to_string(request.model)
        )
    };
}

// How many pictures one call of this form brings.
int call_limit(const form& spoken, const task::render_request& request) {
    if (!spoken.has(field::num_images)) {
        return 1;
    }
    const bool apart = request.seed && request.images > 1 && spoken.has(field::seed);
    return apart ? 1 : max_images_per_call;
}

} // namespace

form_dialect::form_dialect(
    std::string name, key_header key, std::vector<form> forms, std::string pictures_at
)
    : name_(std::move(name)),
      key_(key),
      forms_(std::move(forms)),
      pictures_at_(std::move(pictures_at)) {}

const form* form_dialect::form_of(task::operation what, task::model with) const {
    const auto at = std::find_if(forms_.begin(), forms_.end(), [&](const form& f) {
        return f.what == what && (f.any_model || f.with == with);
    });
    return at == forms_.end() ? nullptr : &*at;
}

bool form_dialect::serves(task::operation what, task::model with) const {
    return form_of(what, with) != nullptr;
}

std::vector<std::string> form_dialect::inexpressible(const task::render_request& request) const {
    const form* spoken = form_of(request.what, request.model);
    if (spoken == nullptr) {
        return {std::string(task::to_string(request.what))};
    }
    return losses(*spoken, request);
}

std::vector<call_plan> form_dialect::plan(const task::render_request& request) const {
    const form* spoken = form_of(request.what, request.model);
    if (spoken == nullptr) {
        return {};
    }
    if (request.what == task::operation::describe
        || request.what == task::operation::remove_background) {
        return {call_plan{.first = 1, .count = 1, .seed = request.seed}};
    }
    const int limit = call_limit(*spoken, request);
    std::vector<call_plan> calls;
    for (int done = 0; done < std::max(request.images, 1); done += limit) {
        call_plan call;
        call.first = done + 1;
        call.count = std::min(limit, std::max(request.images, 1) - done);
        if (request.seed) {
            call.seed = (*request.seed + done) % seed_modulus;
        }
        calls.push_back(call);
    }
    return calls;
}

result<wire_request> form_dialect::encode(
    const task::render_request& request,
    const call_plan& call,
    const picture_source& pictures,
    const picture_source& links
) const {
    const form* spoken = form_of(request.what, request.model);
    if (spoken == nullptr) {
        return not_served(name_, request);
    }
    const picture_access access{.bytes = pictures, .links = links};
    return write_call(*spoken, express(*spoken, request, call), access);
}

bool form_dialect::needs_links(task::operation what, task::model with) const {
    const form* spoken = form_of(what, with);
    return spoken != nullptr && spoken->pictures == picture_form::link;
}

outcome
form_dialect::decode(const task::render_request& request, const http::response& response) const {
    if (response.status >= 200 && response.status < 300) {
        return read_answer(request.what, response.text(), pictures_at_);
    }
    return judge_refusal(response);
}

} // namespace imagined::backend
