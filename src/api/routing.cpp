#include "routing.hpp"

#include "admin/handlers.hpp"
#include "health.hpp"
#include "ideogram/handlers.hpp"
#include "ideogram/native_paths.hpp"
#include "mcp/handlers.hpp"
#include "mj/handlers.hpp"
#include "mj/submits.hpp"
#include "openai/handlers.hpp"
#include "v1/handlers.hpp"

#include <algorithm>
#include <array>

namespace imagined::api {

namespace {

constexpr auto open = access::anybody;
constexpr auto keyed = access::with_key;
constexpr auto changes = effect::changes;
constexpr auto submits = effect::submits;

constexpr std::array table{
    route{"GET", "healthz", show_health, open},
    route{"GET", "health", show_health, open},
    route{"GET", "readyz", show_readiness, open},
    route{"GET", "openapi.json", show_openapi, open},
    route{"GET", ".well-known/jwks.json", show_key_set, open},
    route{"GET", "metrics", show_metrics, access::counting},

    route{"GET", "mj/image/{}", show_picture, open},
    route{"GET", "mj/image/{}/{}", show_picture, open},

    route{"GET", "mj/task/{}/fetch", fetch_task},
    route{"POST", "mj/task/list-by-condition", list_by_condition},
    route{"POST", "mj/task/list-by-ids", list_by_ids},
    route{"GET", "mj/task/list", list_newest},
    route{"GET", "mj/task/queue", list_unfinished},
    route{"POST", "mj/task/query", query_tasks},
    route{"POST", "mj/task/{}/cancel", cancel_task, keyed, changes},
    route{"GET", "mj/task/{}/image-seed", show_image_seed},
    route{"GET", "mj/account/list", list_accounts},

    route{"POST", "mj/admin/login", sign_in_to_ui, open},
    route{"GET", "mj/admin/current", show_ui_user},
    route{"GET", "mj/admin/accounts", list_ui_accounts},
    route{"POST", "mj/admin/tasks", search_tasks_for_ui},
    route{"GET", "mj/home", show_ui_home, open},

    route{"POST", "mj/submit/imagine", submit_by<submit::imagine>, keyed, submits},
    route{"POST", "mj/submit/change", submit_by<submit::change>, keyed, submits},
    route{"POST", "mj/submit/simple-change", submit_by<submit::simple_change>, keyed, submits},
    route{"POST", "mj/submit/action", submit_by<submit::press>, keyed, submits},
    route{"POST", "mj/submit/modal", submit_by<submit::answer_modal>, keyed, submits},
    route{"POST", "mj/submit/describe", submit_by<submit::describe>, keyed, submits},
    route{"POST", "mj/submit/blend", submit_by<submit::blend>, keyed, submits},
    route{"POST", "mj/submit/shorten", submit_by<submit::shorten>, keyed, submits},
    route{"POST", "mj/submit/edits", submit_by<submit::edit>, keyed, submits},
    route{"POST", "mj/submit/edit", submit_by<submit::edit>, keyed, submits},
    route{"POST", "mj/submit/retexture", submit_by<submit::retexture>, keyed, submits},
    route{"POST", "mj/submit/show", show_job},
    route{"POST", "mj/submit/upload-discord-images", upload_pictures, keyed, submits},
    route{"POST", "mj/submit/video", refuse_video, keyed, submits},
    route{"POST", "ideogram/submit/{}", submit_native, keyed, submits},
    route{"GET", "ideogram/task/{}/fetch", fetch_native},

    route{"POST", "v1/tasks", create_live_task, keyed, submits},
    route{"POST", "v1/tasks/batch", create_live_tasks, keyed, submits},
    route{"GET", "v1/tasks", list_live_tasks},
    route{"GET", "v1/tasks/{}", show_live_task},
    route{"POST", "v1/tasks/{}/cancel", cancel_live_task, keyed, changes},
    route{"GET", "v1/tasks/{}/result", show_live_result},
    route{"GET", "v1/tasks/{}/events", stream_live_task},
    route{"GET", "v1/events", stream_everything},

    route{"POST", "v1/images/generations", generate_pictures, keyed, submits},
    route{"POST", "v1/images/edits", edit_pictures, keyed, submits},
    route{"POST", "v1/images/variations", vary_pictures, keyed, submits},
    route{"GET", "v1/images/generations/{}", show_pictures},
    route{"GET", "v1/images/edits/{}", show_pictures},
    route{"GET", "v1/images/variations/{}", show_pictures},
    route{"GET", "v1/models", list_models},
    route{"GET", "v1/models/{}", show_model},

    // It reads as well; what it submits it refuses itself while the process drains.
    route{"POST", "mcp", serve_mcp},

    route{"GET", "v1/session", show_session, open},
    route{"POST", "v1/session", open_session, open},
    route{"DELETE", "v1/session", close_session, open},
    route{"GET", "v1/capabilities", show_capabilities},
    route{"GET", "v1/stats", show_stats},
    route{"GET", "v1/admin/queue", show_queue_switches},
    route{"PATCH", "v1/admin/queue", switch_queue, keyed, changes},
    route{"GET", "v1/admin/channels", show_channels},
    route{"PATCH", "v1/admin/channels/{}", switch_channel, keyed, changes},
    route{"POST", "v1/admin/channels/{}/reset", reset_channel, keyed, changes},
    route{"GET", "v1/admin/activity", show_activity},
    route{"GET", "v1/admin/callers", show_callers},
    route{"POST", "v1/admin/reload", reload_configuration, keyed, changes},
    route{"POST", "v1/admin/tasks/{}/callback", redeliver_callback, keyed, changes},

    route{"POST", "mj/insight-face/swap", refuse_face_swap, keyed, submits},
    route{"POST", "mj/insight-face/video-swap", refuse_face_swap, keyed, submits},
};

// All of Ideogram's own paths.
constexpr route drop_in{"POST", "ideogram/…", draw_now, keyed, submits};

// What a path of each route begins with, and whether that is all of it: most routes are ruled out
// by one look.
struct beginning {
    std::string_view text;
    bool whole = false;

    bool fits(std::string_view path) const { return whole ? path == text : path.starts_with(text); }
};

constexpr auto beginnings = [] {
    std::array<beginning, table.size()> made{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const std::string_view pattern = table[i].pattern;
        const auto hole = pattern.find('{');
        made[i] = {pattern.substr(0, hole), hole == std::string_view::npos};
    }
    return made;
}();

speech speech_of(std::string_view path) {
    const auto below = [path](std::string_view root) {
        return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
    };
    constexpr std::array roots{
        "v1/tasks", "v1/events", "v1/session", "v1/capabilities", "v1/stats", "v1/admin"
    };
    if (path == "mcp") {
        return speech::rpc;
    }
    const bool v1 = path.starts_with("v1/");
    if (v1 && std::any_of(roots.begin(), roots.end(), below)) {
        return speech::problems;
    }
    return v1 && (below("v1/images") || below("v1/models")) ? speech::openais : speech::midjourneys;
}

bool serves(const route& known, std::string_view method) {
    return known.method == method || (known.method == "GET" && method == "HEAD");
}

} // namespace

routed find_route(std::string_view method, std::string_view path) {
    routed found;
    found.path = canonical(path);
    found.errors = speech_of(found.path.text);
    path_values values;
    for (std::size_t i = 0; i < table.size(); ++i) {
        const route& known = table[i];
        const std::string_view path_text = found.path.text;
        if (!beginnings[i].fits(path_text) || !matches(known.pattern, path_text, values)) {
            continue;
        }
        found.open = found.open || known.who == access::anybody;
        if (serves(known, method)) {
            found.to = &known;
            found.values = std::move(values);
            return found;
        }
        found.allowed.append(found.allowed.empty() ? "" : ", ");
        found.allowed.append(known.method == "GET" ? "GET, HEAD" : known.method);
    }
    if (found.allowed.empty() && native_path(found.path.text)) {
        found.to = method == drop_in.method ? &drop_in : nullptr;
        found.errors = speech::ideograms;
        found.allowed = drop_in.method;
    }
    return found;
}

} // namespace imagined::api
