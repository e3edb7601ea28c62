#include "answers/rpc_error.hpp"

#include "answers/answers.hpp"

#include <fmt/format.h>

namespace imagined::api {

http::response rpc_error(const refusal& why, task::language in) {
    constexpr int server_fault = -32000;
    http::response answer = json_answer(
        why.status == 0 ? 400 : why.status,
        fmt::format(
            R"({{"jsonrpc":"2.0","id":null,"error":{{"code":{},"message":{}}}}})",
            server_fault,
            json_string(why.why.in(in))
        )
    );
    mark_refusal(answer, why);
    return answer;
}

} // namespace imagined::api
