// From a request to the values of a form's fields, and the list of what the form cannot say. Both
// come from one pass, so what is reported as left out is exactly what is not sent.
#pragma once

#include "imagined/backend/form.hpp"

#include "imagined/task/render_request.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace imagined::backend {

struct field_value {
    const form_field* of = nullptr;
    nlohmann::json value;                    // a string, an integer, a boolean, an object, an array
    std::vector<task::picture_ref> pictures; // file fields
};

struct expression {
    std::vector<field_value> values;   // in the form's order of sense; each field at most once
    std::vector<std::string> left_out; // by the name a person would use
};

// `spoken` must outlive the result.
expression express(const form& spoken, const task::render_request& request, const call_plan& call);

// What express() would leave out of any call, without saying the rest.
std::vector<std::string> losses(const form& spoken, const task::render_request& request);

} // namespace imagined::backend
