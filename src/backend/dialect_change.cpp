#include "imagined/backend/form_dialect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace imagined::backend {

namespace {

bool is_value(std::string_view word) {
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    return std::any_of(word.begin(), word.end(), is_upper)
           && std::none_of(word.begin(), word.end(), is_lower);
}

// Our name of a field: what Ideogram's V3 calls it.
bool is_called(const form_field& of, std::string_view word) {
    static const auto ours = [](field what) -> std::string_view {
        switch (what) {
        case field::legacy_aspect:
        case field::v3_aspect:
            return "aspect_ratio";
        case field::legacy_resolution:
        case field::v3_resolution:
            return "resolution";
        default:
            for (const form& one : find_form_dialect("official")->forms()) {
                const form_field* named = one.with == task::model::v3 ? one.find(what) : nullptr;
                if (named != nullptr && !one.any_model) {
                    return named->name;
                }
            }
            return "";
        }
    };
    return of.name == word || (of.what != field::never_sent && ours(of.what) == word);
}

void forbid_value(form_field& in, std::string_view word) {
    const auto at = std::find(in.allowed.begin(), in.allowed.end(), word);
    if (at == in.allowed.end()) {
        return;
    }
    if (!in.theirs.empty()) {
        in.theirs.erase(in.theirs.begin() + (at - in.allowed.begin()));
    }
    in.allowed.erase(at);
    if (in.fallback == word) {
        in.fallback.clear();
    }
}

// False where the form cannot do without what is forbidden.
bool forbid(form& in, std::string_view word) {
    bool whole = true;
    const bool value = is_value(word);
    std::erase_if(in.fields, [&](form_field& of) {
        bool gone = !value && is_called(of, word);
        if (value && contains(of.allowed, word)) {
            forbid_value(of, word);
            gone = of.allowed.empty();
        }
        whole = whole && !(gone && of.required);
        return gone;
    });
    return whole;
}

} // namespace

bool is_field_or_value(std::string_view word) {
    for (const std::string_view name : dialect_names()) {
        for (const form& one : find_form_dialect(name)->forms()) {
            for (const form_field& of : one.fields) {
                if (is_value(word) ? contains(of.allowed, word) : is_called(of, word)) {
                    return true;
                }
            }
        }
    }
    return false;
}

result<shared_dialect> changed(const form_dialect& from, const dialect_change& by) {
    std::vector<form> forms = from.forms();
    for (form& one : forms) {
        one.path = by.path_prefix + one.path;
    }
    for (const std::string& word : by.never_send) {
        std::erase_if(forms, [&](form& one) { return !forbid(one, word); });
    }
    if (forms.empty()) {
        return failure{
            failure_kind::invalid,
            fmt::format("leaves nothing that {} could be asked for", from.name())
        };
    }
    return shared_dialect(std::make_shared<form_dialect>(
        std::string(from.name()),
        by.key.value_or(from.key_goes_in()),
        std::move(forms),
        from.pictures_at()
    ));
}

} // namespace imagined::backend
