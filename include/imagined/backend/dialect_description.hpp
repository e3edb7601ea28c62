// A dialect as data: what `[[dialect]]` of the configuration says (deploy/backends.md, "A relay as
// data"), and in which the shipped dialects are written as well (src/backend/dialects/*.toml).
#pragma once

#include "imagined/backend/form_dialect.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <variant>
#include <vector>

namespace imagined::backend {

// What is wrong with a description.
struct description_flaw {
    std::string where; // "operations.generate.fields.prompt"
    std::string why;   // "expected …"
};

using described_dialect = std::variant<shared_dialect, std::vector<description_flaw>>;

// `described` is an object of name, extends, auth, path_prefix, answer and operations. All flaws at
// once; no dialect where there is any.
described_dialect read_dialect(const nlohmann::json& described);

} // namespace imagined::backend
