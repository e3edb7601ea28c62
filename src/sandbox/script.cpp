#include "script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace imagined::sandbox {

namespace {

using nlohmann::json;

failure wrong_entry(std::string_view member, std::string_view why) {
    return {failure_kind::invalid, fmt::format("script: {} {}", member, why)};
}

// Reads one entry member by member; the first thing it does not understand ends it.
class entry_reader {
public:
    result<script_entry> read(const json& entry);

private:
    void member(const std::string& name, const json& value);
    void text(std::string_view name, const json& value, std::string& into);
    void whole(std::string_view name, const json& value, int least, int most, int& into);
    void flag(std::string_view name, const json& value, bool& into);
    void headers(const json& value);
    void drop(const json& value);
    void unsafe(const json& value);
    void unsafe_url(const json& value);
    void created(const json& value);
    void pictures(const json& value);
    void suffix(const json& value);
    bool how_it_is_sent(const std::string& name, const json& value);
    bool what_it_says(const std::string& name, const json& value);
    void html(const json& value);

    void fail(std::string_view name, std::string_view why) {
        if (!error_) {
            error_ = wrong_entry(name, why);
        }
    }

    script_entry entry_;
    std::optional<failure> error_;
};

void entry_reader::text(std::string_view name, const json& value, std::string& into) {
    if (!value.is_string()) {
        return fail(name, "must be a string");
    }
    into = value.get<std::string>();
}

void entry_reader::whole(std::string_view name, const json& value, int least, int most, int& into) {
    if (!value.is_number_integer() || value.get<std::int64_t>() < least
        || value.get<std::int64_t>() > most) {
        return fail(name, fmt::format("must be an integer from {} to {}", least, most));
    }
    into = value.get<int>();
}

void entry_reader::flag(std::string_view name, const json& value, bool& into) {
    if (!value.is_boolean()) {
        return fail(name, "must be true or false");
    }
    into = value.get<bool>();
}

void entry_reader::headers(const json& value) {
    if (!value.is_object()) {
        return fail("headers", "must be an object");
    }
    for (const auto& [name, content] : value.items()) {
        if (!content.is_string()) {
            return fail("headers", "must hold strings");
        }
        entry_.what.headers.set(name, content.get_ref<const std::string&>());
    }
}

void entry_reader::drop(const json& value) {
    if (value == "before_read") {
        entry_.what.drop = dropping::before_read;
    } else if (value == "after_read") {
        entry_.what.drop = dropping::after_read;
    } else {
        fail("drop", "must be before_read or after_read");
    }
}

void entry_reader::unsafe(const json& value) {
    if (value == "all") {
        entry_.what.unsafe = {-1};
        return;
    }
    if (!value.is_array()) {
        return fail("unsafe", "must be \"all\" or an array of places from 0");
    }
    for (const auto& place : value) {
        int at = 0;
        whole("unsafe", place, 0, 7, at);
        entry_.what.unsafe.push_back(at);
    }
}

void entry_reader::unsafe_url(const json& value) {
    if (value == "null") {
        entry_.what.unsafe_url = withheld_url::null;
    } else if (value == "empty") {
        entry_.what.unsafe_url = withheld_url::empty;
    } else if (value == "absent") {
        entry_.what.unsafe_url = withheld_url::absent;
    } else {
        fail("unsafe_url", "must be null, empty or absent");
    }
}

void entry_reader::created(const json& value) {
    const auto& known = created_spellings;
    const bool fine =
        value.is_string()
        && std::find(known.begin(), known.end(), value.get<std::string>()) != known.end();
    if (!fine) {
        return fail("created", fmt::format("must be one of {}", fmt::join(known, ", ")));
    }
    entry_.what.created = value.get<std::string>();
}

void entry_reader::pictures(const json& value) {
    const auto format =
        value.is_string() ? parse_picture_format(value.get<std::string>()) : std::nullopt;
    if (!format) {
        return fail("pictures", "must be png, jpeg or webp");
    }
    entry_.what.pictures = *format;
}

void entry_reader::suffix(const json& value) {
    const bool fine =
        value.is_string() && value.get_ref<const std::string&>().starts_with('.')
        && value.get_ref<const std::string&>().find_first_of("/?#%") == std::string::npos;
    if (!fine) {
        return fail("suffix", "must be a string that begins with a dot");
    }
    entry_.what.suffix = value.get<std::string>();
}

// The page of a proxy that lost patience: the work behind it was done and billed.
void entry_reader::html(const json& value) {
    whole("html", value, 400, 599, entry_.what.status);
    entry_.what.body = fmt::format(
        "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>", entry_.what.status
    );
    entry_.what.headers.set("Content-Type", "text/html");
    entry_.what.billed = entry_.what.billed.value_or(true);
}

// A member about the delivery of the answer.
bool entry_reader::how_it_is_sent(const std::string& name, const json& value) {
    auto& what = entry_.what;
    int number = 0;
    if (name == "headers") {
        headers(value);
    } else if (name == "delay_ms") {
        whole(name, value, 0, 3600000, number);
        what.delay = milliseconds(number);
    } else if (name == "drop") {
        drop(value);
    } else if (name == "truncate") {
        flag(name, value, what.truncate);
    } else if (name == "drip") {
        whole(name, value, 1, 1000000000, what.drip);
    } else {
        return false;
    }
    return true;
}

// A member about its content.
bool entry_reader::what_it_says(const std::string& name, const json& value) {
    auto& what = entry_.what;
    int number = 0;
    if (name == "status") {
        whole(name, value, 200, 599, what.status);
    } else if (name == "body") {
        what.body = value.is_string() ? value.get<std::string>() : value.dump();
    } else if (name == "html") {
        html(value);
    } else if (name == "unsafe") {
        unsafe(value);
    } else if (name == "unsafe_url") {
        unsafe_url(value);
    } else if (name == "created") {
        created(value);
    } else if (name == "pictures") {
        pictures(value);
    } else if (name == "suffix") {
        suffix(value);
    } else if (name == "link_life") {
        whole(name, value, 0, 1000000000, number);
        what.link_life = number;
    } else {
        return false;
    }
    return true;
}

void entry_reader::member(const std::string& name, const json& value) {
    bool truth = false;
    if (name == "prompt") {
        text(name, value, entry_.prompt);
    } else if (name == "dialect") {
        text(name, value, entry_.dialect);
    } else if (name == "operation") {
        text(name, value, entry_.operation);
    } else if (name == "times") {
        whole(name, value, 1, 1000000, entry_.times);
    } else if (name == "billed") {
        flag(name, value, truth);
        entry_.what.billed = truth;
    } else if (!how_it_is_sent(name, value) && !what_it_says(name, value)) {
        fail(name, "is not known");
    }
}

result<script_entry> entry_reader::read(const json& entry) {
    if (!entry.is_object()) {
        return wrong_entry("an entry", "must be an object");
    }
    for (const auto& [name, value] : entry.items()) {
        member(name, value);
    }
    if (entry_.what.drop == dropping::before_read && !entry_.prompt.empty()) {
        fail("prompt", "is not known yet when the body was not read");
    }
    if (error_) {
        return *error_;
    }
    return std::move(entry_);
}

constexpr std::string_view download = "picture"; // the operation of an entry for downloads

bool matches(const script_entry& entry, std::string_view dialect, std::string_view operation) {
    return (entry.dialect.empty() || entry.dialect == dialect)
           && (entry.operation == operation || (entry.operation.empty() && operation != download));
}

} // namespace

result<void> script::add(const json& entries) {
    const json list = entries.is_array() ? entries : json::array({entries});
    std::vector<script_entry> read;
    for (const auto& entry : list) {
        auto one = entry_reader().read(entry);
        if (!one) {
            return one.error();
        }
        read.push_back(std::move(*one));
    }
    std::move(read.begin(), read.end(), std::back_inserter(entries_));
    return {};
}

void script::consume(std::size_t at) {
    if (--entries_[at].times == 0) {
        entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
    }
}

bool script::take_early_drop(std::string_view dialect, std::string_view operation) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const auto& entry = entries_[i];
        if (!matches(entry, dialect, operation)) {
            continue;
        }
        if (entry.what.drop != dropping::before_read) {
            if (entry.prompt.empty()) {
                return false; // an earlier entry is meant for this call
            }
            continue;
        }
        consume(i);
        return true;
    }
    return false;
}

std::optional<scripted_outcome>
script::take(std::string_view dialect, std::string_view operation, std::string_view prompt) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const auto& entry = entries_[i];
        const bool meant = matches(entry, dialect, operation)
                           && entry.what.drop != dropping::before_read
                           && prompt.find(entry.prompt) != std::string_view::npos;
        if (meant) {
            scripted_outcome what = entry.what;
            consume(i);
            return what;
        }
    }
    return std::nullopt;
}

std::optional<scripted_outcome> script::take_for_picture(std::string_view text) {
    return take("", download, text);
}

std::size_t script::left() const {
    std::size_t sum = 0;
    for (const auto& entry : entries_) {
        sum += static_cast<std::size_t>(entry.times);
    }
    return sum;
}

} // namespace imagined::sandbox
