#include "mj/searched_tasks.hpp"

#include "imagined/task/progress.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace imagined::api {

namespace {

constexpr std::int64_t most_on_a_page = 100;
constexpr std::int64_t usual_page = 10;
constexpr std::int64_t last_page = 1'000'000;

std::optional<int> number_in(std::string_view digits) {
    int number = 0;
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc{} && stop == digits.data() + digits.size()
               ? std::optional<int>(number)
               : std::nullopt;
}

unix_millis day_under(submit::json_body& fields, const char* name) {
    const std::string day = fields.text(name);
    const auto start = day.empty() ? std::optional<unix_millis>(0) : day_start(day);
    if (!start) {
        fields.refuse(name, {"应为yyyy-MM-dd", "expected yyyy-MM-dd"});
    }
    return start.value_or(0);
}

bool is_one(const std::string& wanted, std::string_view is) {
    return wanted.empty() || wanted == is;
}

bool contains(std::string_view text, const std::string& wanted) {
    return text.find(wanted) != std::string_view::npos;
}

} // namespace

std::optional<unix_millis> day_start(const std::string& day) {
    constexpr std::size_t length = 10; // "2026-11-30"
    if (day.size() < length || day[4] != '-' || day[7] != '-') {
        return std::nullopt;
    }
    const std::string_view text(day);
    const auto year = number_in(text.substr(0, 4));
    const auto month = number_in(text.substr(5, 2));
    const auto date = number_in(text.substr(8, 2));
    if (!year || !month || !date || *year < 1970 || *month < 0 || *date < 0) {
        return std::nullopt;
    }
    const std::chrono::year_month_day named{
        std::chrono::year(*year),
        std::chrono::month(static_cast<unsigned>(*month)),
        std::chrono::day(static_cast<unsigned>(*date))
    };
    if (!named.ok()) {
        return std::nullopt;
    }
    const auto since = std::chrono::sys_days(named).time_since_epoch();
    return std::chrono::duration_cast<milliseconds>(since).count();
}

task_search read_task_search(submit::json_body& fields) {
    task_search wanted;
    submit::json_body search = fields.object("search");
    wanted.id = search.id("id");
    wanted.mode = search.text("mode");
    wanted.action = search.text("action");
    wanted.status = search.text("status");
    wanted.fail_reason = search.text("failReason");
    wanted.words = search.text("description");
    wanted.from = day_under(search, "submitTimeStart");
    const unix_millis last_day = day_under(search, "submitTimeEnd");
    wanted.until = last_day == 0 ? 0 : last_day + day_millis;
    fields.adopt_error(search);
    submit::json_body pages = fields.object("pagination");
    wanted.page = static_cast<std::size_t>(
        std::clamp<std::int64_t>(pages.integer("current").value_or(1), 1, last_page)
    );
    wanted.size = static_cast<std::size_t>(
        std::clamp<std::int64_t>(pages.integer("pageSize").value_or(usual_page), 1, most_on_a_page)
    );
    fields.adopt_error(pages);
    return wanted;
}

bool meets(const task_search& wanted, const task::record& record, const task::submission& made) {
    return is_one(wanted.id, record.id)
           && is_one(wanted.mode, made.mode ? to_string(*made.mode) : "")
           && is_one(wanted.action, to_string(made.what))
           && is_one(wanted.status, task::outward_status(record))
           && contains(record.fail_reason, wanted.fail_reason)
           && contains(made.prompt, wanted.words) && record.submitted >= wanted.from
           && (wanted.until == 0 || record.submitted < wanted.until);
}

} // namespace imagined::api
