#include "imagined/task/view.hpp"

#include "imagined/task/bilingual.hpp"
#include "imagined/task/fail_texts.hpp"
#include "imagined/task/json_text.hpp"
#include "imagined/task/progress.hpp"

#include <algorithm>

namespace imagined::task {

namespace {

// Room for everything but the texts that clients bring, so that rendering seldom reallocates.
constexpr std::size_t usual_view_bytes = 3072;

// What a view shows beside the task's own data.
struct outward {
    std::string_view status;
    std::string_view progress; // "" is null
    const delivery* delivered = nullptr;
    const bill* cost = nullptr;
    const wait_reason* waits = nullptr;

    bool waiting() const { return status == "NOT_START" || status == "MODAL"; }

    bool failed() const { return status == "FAILURE"; }

    bool ended() const { return failed() || status == "SUCCESS"; }
};

// Describe has no prompt of its own: what the picture was called is its prompt.
const std::string& prompt_of(const submission& submitted, const outward& shown) {
    const bool answered = shown.delivered != nullptr && !shown.delivered->text.empty();
    return answered && submitted.prompt.empty() ? shown.delivered->text : submitted.prompt;
}

void write_texts(std::string& out, const std::vector<const std::vector<std::string>*>& lists) {
    char before = '[';
    for (const auto* list : lists) {
        for (const std::string& text : *list) {
            out += before;
            append_json_string(out, text);
            before = ',';
        }
    }
    out += ']';
}

// chatgpt-web-midjourney-proxy shows imageUrls, where there are any, in place of the grid, each
// stretched to a square; and a list of one would make it draw a grid with holes (contract §3).
bool suits_image_urls(const std::vector<picture>& pictures) {
    return pictures.size() > 1 && std::ranges::all_of(pictures, [](const picture& one) {
               return one.width == one.height;
           });
}

void write_pictures(
    std::string& out, const std::string& image_url, const std::vector<picture>& pictures
) {
    char before = '[';
    for (const picture& one : pictures) {
        out += before;
        const std::string url = image_url + '/' + std::to_string(one.n);
        object_text object(out);
        object.text("url", url);
        object.text("thumbnail", url + "?thumb=1");
        before = ',';
    }
    out += ']';
}

void write_properties(
    std::string& out,
    const record& task,
    const submission& submitted,
    const outward& shown,
    const std::string& image_url
) {
    static const std::vector<std::string> no_notes;
    object_text properties(out);
    const bool answered = shown.delivered != nullptr && !shown.delivered->text.empty();
    properties.text("finalPrompt", answered ? shown.delivered->text : submitted.final_prompt);
    properties.text("finalZhPrompt", ""); // shorten's readers show "undefined" without it
    properties.text("botType", to_string(submitted.bot_type));
    if (!submitted.notify_hook.empty()) {
        properties.text("notifyHook", submitted.notify_hook);
    }
    const auto& later = shown.delivered != nullptr ? shown.delivered->notes : no_notes;
    if (!submitted.notes.empty() || !later.empty()) {
        properties.key("notes");
        write_texts(out, {&submitted.notes, &later});
    }
    if (shown.delivered != nullptr && !shown.delivered->pictures.empty()) {
        properties.key("pictures");
        write_pictures(out, image_url, shown.delivered->pictures);
    }
    if (shown.failed() && task.fail_code) {
        properties.text("failCode", to_string(*task.fail_code));
    }
    if (shown.waits != nullptr) {
        properties.text("waitingFor", shown.waits->what);
        properties.text("waitingForDetail", shown.waits->detail);
    }
    if (shown.cost != nullptr) {
        properties.number("cost", shown.cost->micros);
        properties.text("billed", shown.cost->billed);
    }
    if (shown.delivered != nullptr && shown.delivered->unsafe > 0) {
        properties.number("unsafe", shown.delivered->unsafe);
    }
}

void write_buttons(std::string& out, const delivery* delivered) {
    out += '[';
    const char* before = "";
    if (delivered != nullptr) {
        for (const button& one : delivered->buttons) {
            out += before;
            object_text object(out);
            object.text("customId", one.custom_id);
            object.text("emoji", one.emoji);
            object.text("label", one.label);
            object.number("type", 2);
            object.number("style", 2);
            before = ",";
        }
    }
    out += ']';
}

std::string render(const record& task, const submission& submitted, const outward& shown) {
    std::string out;
    out.reserve(
        usual_view_bytes + 3 * submitted.prompt.size() + submitted.description.size()
        + submitted.state.size()
    );
    const delivery* delivered = shown.delivered;
    const std::string& prompt = prompt_of(submitted, shown);
    const std::string image_url = submitted.public_url + "/mj/image/" + task.id;
    const bool has_picture = delivered != nullptr && delivered->shown.has_value();
    const bool has_seed = delivered != nullptr && !delivered->pictures.empty();
    const unix_millis finished = shown.ended() ? task.finished : 0;
    // Clients compute finish - start, also for a task that was cancelled before anyone claimed it.
    const unix_millis started = task.started == 0 && finished != 0 ? task.submitted : task.started;
    {
        object_text view(out);
        view.text("id", task.id);
        view.text("action", to_string(submitted.what));
        view.text("status", shown.status);
        view.text_or_null("prompt", prompt);
        view.text_or_null("promptEn", prompt);
        view.text("description", submitted.description);
        view.text_or_null("state", submitted.state);
        view.number("submitTime", task.submitted);
        view.number_or_null("startTime", shown.waiting() ? 0 : started);
        view.number_or_null("finishTime", finished);
        view.text_or_null("imageUrl", has_picture ? std::string_view(image_url) : "");
        view.text_or_null("progress", shown.progress);
        if (shown.failed()) {
            view.text("failReason", failure_text(task, submitted.lang));
        } else {
            view.null("failReason");
        }
        view.key("properties");
        write_properties(out, task, submitted, shown, image_url);
        view.key("buttons");
        write_buttons(out, delivered);
        view.text("botType", to_string(submitted.bot_type));
        view.key("imageUrls");
        if (delivered != nullptr && suits_image_urls(delivered->pictures)) {
            write_pictures(out, image_url, delivered->pictures);
        } else {
            out += "null";
        }
        view.text_or_null("mode", submitted.mode ? to_string(*submitted.mode) : "");
        view.text_or_null("parentId", submitted.parent_id);
        view.text_or_null("seed", has_seed ? std::string_view(delivered->pictures[0].seed) : "");
    }
    return out;
}

} // namespace

std::string render_view(
    const record& task,
    const submission& submitted,
    const std::optional<delivery>& delivered,
    const std::optional<bill>& cost,
    unix_millis now,
    const std::optional<wait_reason>& waits
) {
    const std::string progress = outward_progress(task, now);
    outward shown{outward_status(task), progress};
    if (delivered && task.state == state::success) {
        shown.delivered = &*delivered;
    }
    if (cost) {
        shown.cost = &*cost;
    }
    if (waits && !shown.ended()) {
        shown.waits = &*waits;
    }
    return render(task, submitted, shown);
}

std::string render_event_view(
    const record& task,
    const submission& submitted,
    std::string_view status,
    std::string_view progress,
    unix_millis
) {
    return render(task, submitted, outward{status, progress});
}

} // namespace imagined::task
