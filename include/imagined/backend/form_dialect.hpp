// A dialect that is a name, a key header and a set of forms. Every dialect is one; what they share
// in behaviour (planning, writing, reading) is here, what differs is data.
#pragma once

#include "imagined/backend/form.hpp"

#include "imagined/backend/dialect.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::backend {

class form_dialect final : public dialect {
public:
    // `pictures_at`: the JSON pointer to the pictures of an answer, in which a * stands for each
    // entry of a list; "" for Ideogram's own shape.
    form_dialect(
        std::string name, key_header key, std::vector<form> forms, std::string pictures_at = ""
    );

    std::string_view name() const override { return name_; }

    key_header key_goes_in() const override { return key_; }

    bool serves(task::operation what, task::model with) const override;
    std::vector<std::string> inexpressible(const task::render_request& request) const override;
    std::vector<call_plan> plan(const task::render_request& request) const override;
    result<wire_request> encode(
        const task::render_request& request,
        const call_plan& call,
        const picture_source& pictures,
        const picture_source& links
    ) const override;
    bool needs_links(task::operation what, task::model with) const override;
    outcome
    decode(const task::render_request& request, const http::response& response) const override;

    // Null when the dialect does not document it.
    const form* form_of(task::operation what, task::model with) const;

    const std::vector<form>& forms() const { return forms_; }

    const std::string& pictures_at() const { return pictures_at_; }

private:
    std::string name_;
    key_header key_;
    std::vector<form> forms_;
    std::string pictures_at_;
};

using shared_dialect = std::shared_ptr<const form_dialect>;

// The same set as find_dialect() knows, with their forms.
const form_dialect* find_form_dialect(std::string_view name);

// How one backend differs from what its dialect says of all of them.
struct dialect_change {
    std::optional<key_header> key = {};
    std::string path_prefix = {};             // before the dialect's paths
    std::vector<std::string> never_send = {}; // fields, and values in capitals
};

// A form without a field that it requires goes; fails with `invalid` when none is left.
result<shared_dialect> changed(const form_dialect& from, const dialect_change& by);

// Whether some shipped dialect has a field (by our name or on the wire) or, in capitals, a value of
// that name.
bool is_field_or_value(std::string_view word);

} // namespace imagined::backend
