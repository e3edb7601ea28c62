// Every submit of the Midjourney API, told apart by `kind`.
#pragma once

#include "imagined/submit/submit.hpp"

namespace imagined::api {

// Reads `kind`; an imagine where it says nothing, nullptr for a word that is none of them.
submit::verb* read_kind(submit::json_body& fields);

const task::bilingual& unknown_kind();

} // namespace imagined::api
