#include "admin/operators.hpp"

#include "answers/problem.hpp"
#include "answers/texts.hpp"

namespace imagined::api {

std::optional<http::response> refuse_others(const call& from) {
    if (from.who.is_operator()) {
        return std::nullopt;
    }
    return problem_answer(problems::operators_only, texts::operators_only, from.lang);
}

} // namespace imagined::api
