#include "screen/operators.hpp"

#include "live/problem.hpp"
#include "texts.hpp"

namespace imagined::api {

std::optional<http::response> refuse_others(const call& from) {
    if (from.who.is_operator()) {
        return std::nullopt;
    }
    return problem_answer(problems::operators_only, texts::operators_only, from.lang);
}

} // namespace imagined::api
