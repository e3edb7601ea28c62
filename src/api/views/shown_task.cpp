#include "views/shown_task.hpp"

#include "imagined/base/log.hpp"
#include "imagined/task/readdress.hpp"
#include "imagined/task/trace.hpp"
#include "imagined/task/view.hpp"

namespace imagined::api {

result<std::string>
task_json(const queue::snapshot& found, const shown_at& where, unix_millis now) {
    if (!found.view.empty()) {
        const std::string& id = found.record.id;
        return task::readdressed(found.view, id, where.pictures.address_of(where.public_url, id));
    }
    const auto submitted = task::submission_from_text(found.submission);
    if (!submitted) {
        return submitted.error();
    }
    // Of a task that a script has ended, cancelled or given up: it may have been billed all the
    // same.
    std::optional<task::bill> bill;
    if (task::is_terminal(found.record.state)) {
        bill = task::bill{found.record.cost_micros, found.record.billed};
    }
    return task::render_view(found.record, *submitted, std::nullopt, bill, now, found.waits);
}

std::vector<std::string>
task_jsons(const std::vector<queue::snapshot>& found, const shown_at& where, unix_millis now) {
    std::vector<std::string> shown;
    shown.reserve(found.size());
    for (const queue::snapshot& one : found) {
        auto text = task_json(one, where, now);
        if (text) {
            shown.push_back(std::move(*text));
        } else {
            log::error(
                "a task cannot be shown",
                {{"task", one.record.id},
                 {"trace", task::trace_of("", one.record.id).id},
                 {"cause", text.error().detail}}
            );
        }
    }
    return shown;
}

std::string json_array(const std::vector<std::string>& items) {
    std::size_t size = 2 + items.size();
    for (const std::string& item : items) {
        size += item.size();
    }
    std::string text;
    text.reserve(size);
    text += '[';
    for (const std::string& item : items) {
        text.append(text.size() > 1 ? "," : "").append(item);
    }
    text += ']';
    return text;
}

} // namespace imagined::api
