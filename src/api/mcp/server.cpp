// POST /mcp: the Model Context Protocol over streamable HTTP. Nothing is kept between requests: a
// session is a name by which a later message can call off an earlier one.
#include "answers/answers.hpp"
#include "answers/rpc_error.hpp"
#include "answers/texts.hpp"
#include "imagined/base/bytes.hpp"
#include "mcp/handlers.hpp"
#include "mcp/progress_stream.hpp"
#include "mcp/protocol.hpp"
#include "mcp/tool_answer.hpp"
#include "mcp/tools.hpp"

#include <utility>
#include <variant>

namespace imagined::api {

namespace {

using nlohmann::json;

// Above this, reading takes longer than handing it over and back.
constexpr std::size_t max_inline_message = 64 * std::size_t{1024};
constexpr std::size_t session_bytes = 16;
constexpr std::string_view session_header = "Mcp-Session-Id";
constexpr std::int64_t tools_kept_ms = 3600000; // what is listed changes with the program alone
constexpr std::string_view instructions =
    "Draws pictures with Ideogram. Call imagine with a prompt; a drawing that takes longer than 45 "
    "seconds is answered with its id, to be given to wait. press goes on from a finished task.";

using reading = std::variant<rpc_message, rpc_fault>;

awaitable<result<reading>> read_message(context& api, const call& from) {
    const auto read = [&request = from.request] { return read_rpc(request, request.body); };
    if (from.request.body.size() <= max_inline_message) {
        co_return read();
    }
    // The pool always completes, and our caller keeps the body.
    auto job = read;
    co_return co_await api.parts.pool.run(std::move(job));
}

json server_info(const context& api) {
    return {{"name", "imagined"}, {"version", api.options.version}};
}

json capabilities() {
    return {{"tools", {{"listChanged", false}}}};
}

http::response initialize(const context& api, const rpc_message& asked) {
    const auto named = asked.params.find("protocolVersion");
    const std::string wanted =
        named != asked.params.end() && named->is_string() ? named->get<std::string>() : "";
    const bool known = serves_edition(wanted) && wanted < mcp::without_initialize;
    http::response answer = rpc_answer(rpc_result(
        asked.id,
        {{"protocolVersion", known ? json(wanted) : json(mcp::newest_with_sessions)},
         {"capabilities", capabilities()},
         {"serverInfo", server_info(api)},
         {"instructions", instructions}}
    ));
    answer.headers.set(session_header, random_hex(session_bytes));
    return answer;
}

json discovered(const context& api) {
    return {
        {"supportedVersions", served_editions()},
        {"capabilities", capabilities()},
        {"instructions", instructions},
        {"ttlMs", tools_kept_ms},
        {"cacheScope", "public"},
        {"_meta", {{"io.modelcontextprotocol/serverInfo", server_info(api)}}}
    };
}

json tools_listed(const rpc_message& asked) {
    json told{{"tools", list_tools()}};
    if (asked.is_stateless()) {
        told["ttlMs"] = tools_kept_ms;
        told["cacheScope"] = "public";
    }
    return told;
}

http::response answer_with(const rpc_message& asked, json told) {
    return rpc_answer(rpc_result(asked.id, complete_result(asked.edition, std::move(told))));
}

http::response refuse_message(const rpc_message& asked, int code, std::string text, int status) {
    rpc_fault why;
    why.status = status;
    why.code = code;
    why.message = std::move(text);
    why.id = asked.id;
    return rpc_error(why);
}

// A call among all that are running: who made it, in which session, by which id.
std::string name_of_call(const call& from, const json& id) {
    const std::string session(from.request.headers.get(session_header));
    return from.who.name + '\n' + session + '\n'
           + id.dump(-1, ' ', false, json::error_handler_t::replace);
}

http::response taken() {
    http::response answer;
    answer.status = 202;
    return answer;
}

// The task that the call made is cancelled with it; a call of an upstream is left to finish, as
// ever.
awaitable<http::response> take_notification(context& api, const call& from, rpc_message told) {
    if (told.method != "notifications/cancelled" || !told.params.contains("requestId")) {
        co_return taken();
    }
    const auto running = api.tools.find(name_of_call(from, told.params["requestId"]));
    if (!running) {
        co_return taken();
    }
    running->cancelled = true;
    if (running->made_here) {
        co_await api.parts.submission.cancel(
            from.who.scope(), running->task, texts::cancelled_reason.in(from.lang)
        );
    }
    if (running->called_off) {
        running->called_off();
    }
    co_return taken();
}

bool takes_events(const http::request_head& head) {
    return head.headers.get("Accept").find("text/event-stream") != std::string_view::npos;
}

json token_of(const rpc_message& asked) {
    const auto meta = asked.params.find("_meta");
    if (meta == asked.params.end() || !meta->is_object()) {
        return nullptr;
    }
    const auto token = meta->find("progressToken");
    const bool usable = token != meta->end() && (token->is_string() || token->is_number_integer());
    return usable ? *token : json(nullptr);
}

awaitable<http::response> call_tool(context& api, call from, rpc_message asked) {
    const auto name = asked.params.find("name");
    const tool* wanted = name != asked.params.end() && name->is_string()
                             ? find_tool(name->get_ref<const std::string&>())
                             : nullptr;
    if (wanted == nullptr) {
        co_return refuse_message(asked, mcp::invalid_parameters, "name: no such tool", 200);
    }
    const auto given = asked.params.find("arguments");
    auto read =
        submit::json_body::of(given == asked.params.end() ? json(nullptr) : std::move(*given));
    if (const auto* flaw = std::get_if<refusal>(&read)) {
        co_return answer_with(asked, fault_result(flaw->why.in(from.lang)));
    }
    auto& arguments = std::get<submit::json_body>(read);
    answer_wish wish{from.who.scope(), from.lang, asked.edition, arguments.flag("previews")};
    auto seat = api.held.take(from.who.name);
    if (const auto* full = std::get_if<seats::full>(&seat)) {
        co_return answer_with(
            asked, fault_result(seat_text(texts::too_many_waits, *full, from.lang))
        );
    }
    auto begun = co_await wanted->begin(api, from, std::move(arguments));
    from.request.body = std::string();
    from.request.held.reset(); // its pictures are stored
    if (const auto* fault = std::get_if<tool_fault>(&begun)) {
        co_return answer_with(asked, fault_result(fault->text));
    }
    auto& task = std::get<begun_task>(begun);
    auto running = api.tools.begin(name_of_call(from, asked.id));
    running->task = task.id;
    running->made_here = task.made_here;
    followed_call followed{
        std::move(asked.id),
        token_of(asked),
        std::move(wish),
        std::move(task),
        std::move(running),
        std::make_shared<seats::seat>(std::move(std::get<seats::seat>(seat)))
    };
    if (!followed.token.is_null() && takes_events(from.request)) {
        co_return co_await progress_events(api, std::move(followed));
    }
    co_return co_await answer_in_one(api, std::move(followed));
}

awaitable<http::response> answer_message(context& api, call from, rpc_message asked) {
    if (asked.method == "tools/call") {
        co_return co_await call_tool(api, std::move(from), std::move(asked));
    }
    if (asked.method == "tools/list") {
        co_return answer_with(asked, tools_listed(asked));
    }
    if (asked.is_stateless()) {
        co_return asked.method == "server/discover"
            ? answer_with(asked, discovered(api))
            : refuse_message(asked, mcp::unknown_method, "Method not found", 404);
    }
    if (asked.method == "initialize") {
        co_return initialize(api, asked);
    }
    co_return asked.method == "ping"
        ? answer_with(asked, json::object())
        : refuse_message(asked, mcp::unknown_method, "Method not found", 200);
}

} // namespace

awaitable<http::response> serve_mcp(context& api, call from) {
    auto read = co_await read_message(api, from);
    if (!read) {
        co_return rpc_error(failed(read.error(), "read a message"), from.lang);
    }
    if (const auto* fault = std::get_if<rpc_fault>(&*read)) {
        co_return rpc_error(*fault);
    }
    auto& message = std::get<rpc_message>(*read);
    if (message.method.empty()) {
        co_return taken(); // a response: nothing was asked of its sender
    }
    if (!message.wants_answer()) {
        co_return co_await take_notification(api, from, std::move(message));
    }
    co_return co_await answer_message(api, std::move(from), std::move(message));
}

} // namespace imagined::api
