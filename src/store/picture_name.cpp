#include "picture_name.hpp"

#include "imagined/base/text.hpp"
#include "imagined/store/image_store.hpp"

#include <algorithm>
#include <charconv>

namespace imagined::store {

namespace {

constexpr std::size_t id_digits = 16;
constexpr unix_millis hour_millis = day_millis / 24;
constexpr std::int64_t ids_per_milli = 1000; // an id starts with its microseconds since the epoch

std::int64_t number(std::string_view digits) {
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

} // namespace

bool is_task_id(std::string_view text) {
    return text.size() == id_digits && is_decimal(text);
}

result<picture_place> locate(const std::string& root, std::string_view id, int n) {
    if (!is_task_id(id)) {
        return failure{failure_kind::invalid, "not a task id"};
    }
    if (n < 0 || n > last_picture) {
        return failure{failure_kind::invalid, "no picture has the number " + std::to_string(n)};
    }
    const std::int64_t millis = number(id) / ids_per_milli;
    const std::int64_t hour = millis % day_millis / hour_millis;
    picture_place place;
    place.day_directory = root + '/' + std::to_string(millis / day_millis);
    place.directory = place.day_directory + (hour < 10 ? "/0" : "/") + std::to_string(hour);
    const std::string number = std::to_string(n);
    const std::string name(id);
    place.file = place.directory + '/' + name + '.' + number;
    place.before = place.day_directory + '/' + name + '/' + number;
    return place;
}

std::string renumbered_mark(const picture_place& place, std::string_view id) {
    std::string path = place.directory + '/';
    path += id;
    return path + ".renumbered";
}

bool is_picture_name(std::string_view name) {
    if (name.size() > id_digits && name[id_digits] == '.'
        && is_task_id(name.substr(0, id_digits))) {
        name.remove_prefix(id_digits + 1);
    }
    const bool padded = name.size() == 2 && name.front() == '0';
    return is_decimal(name) && name.size() <= 2 && !padded;
}

std::int64_t day_of_directory(std::string_view name) {
    constexpr std::size_t most_digits = 9; // far beyond what 16-digit ids can reach
    return is_decimal(name) && name.size() <= most_digits ? number(name) : -1;
}

} // namespace imagined::store
