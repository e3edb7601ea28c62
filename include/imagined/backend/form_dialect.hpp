// A dialect that is a name, a key header and a set of forms. Every dialect of today is one; what
// they share in behaviour (planning, writing, reading) is here, what differs is data.
#pragma once

#include "imagined/backend/form.hpp"

#include "imagined/backend/dialect.hpp"

#include <string_view>
#include <vector>

namespace imagined::backend {

class form_dialect final : public dialect {
public:
    form_dialect(std::string_view name, key_header key, std::vector<form> forms);

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

private:
    std::string_view name_;
    key_header key_;
    std::vector<form> forms_;
};

// The same set as find_dialect() knows, with their forms.
const form_dialect* find_form_dialect(std::string_view name);

} // namespace imagined::backend
