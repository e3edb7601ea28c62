#include "imagined/task/event.hpp"

#include "old_sentences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace imagined::task {

namespace {

// Placeholders of `sentence` stand for the fields, as many as there are.
struct event_spelling {
    event_kind kind;
    std::string_view code;
    std::size_t fields;
    std::string_view sentence;
};

constexpr std::array event_spellings = std::to_array<event_spelling>({
    {event_kind::submitted, "submitted", 0, "submitted"},
    {event_kind::resubmitted, "resubmitted", 1, "submitted again for {}"},
    {event_kind::modal_answered, "modal_answered", 0, "the modal was answered"},
    {event_kind::modal_expired, "modal_expired", 0, "the modal was not answered"},
    {event_kind::claimed, "claimed", 1, "claimed by {}"},
    {event_kind::called, "called", 3, "calling {}, picture {} and on, {} in all"},
    {event_kind::answered, "answered", 1, "answered by {}"},
    {event_kind::answered_late, "answered_late", 1, "late answer of call {}"},
    {event_kind::refused, "refused", 2, "refused by {}: {}"},
    {event_kind::not_started, "not_started", 2, "not started at {}: {}"},
    {event_kind::unconfirmed, "unconfirmed", 0, "the marker was not confirmed in time"},
    {event_kind::lost, "lost", 2, "outcome unknown at {}: {}"},
    {event_kind::released, "released", 1, "released: {}"},
    {event_kind::lease_expired, "lease_expired", 1, "lease of {} expired"},
    {event_kind::stored, "stored", 1, "stored {} pictures"},
    {event_kind::described, "described", 1, "{} descriptions"},
    {event_kind::picked, "picked", 2, "picked picture {} of {}"},
    {event_kind::shortened, "shortened", 0, "shortened here"},
    {event_kind::failed, "failed", 1, "{}"},
    {event_kind::overdue, "overdue", 0, "past its deadline before a call could start"},
    {event_kind::ambiguous, "ambiguous", 0, "the outcome of a call is unknown"},
    {event_kind::cancelled, "cancelled", 0, "cancelled"},
    {event_kind::callback_delivered, "callback_delivered", 2, "callback {} {}"},
    {event_kind::callback_gone, "callback_gone", 2, "callback {} {}"},
    {event_kind::callback_failed, "callback_failed", 3, "callback {} failed, attempt {}: {}"},
    {event_kind::callback_given_up, "callback_given_up", 1, "dead letter: {}"},
});

std::string_view next_event_field(std::string_view& rest, bool last) {
    const auto end = last ? rest.size() : std::min(rest.find('|'), rest.size());
    const std::string_view field = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return field;
}

} // namespace

std::string to_text(const happening& what) {
    const auto known =
        std::find_if(event_spellings.begin(), event_spellings.end(), [&](const auto& one) {
            return one.kind == what.kind;
        });
    std::string text(known == event_spellings.end() ? what.sentence : known->code);
    for (const std::string& field : what.fields) {
        text += '|';
        text += field;
    }
    return text;
}

happening happening_from_text(std::string_view text) {
    const std::string_view code = text.substr(0, text.find('|'));
    const auto known =
        std::find_if(event_spellings.begin(), event_spellings.end(), [&](const auto& one) {
            return one.code == code;
        });
    const auto bars = static_cast<std::size_t>(std::count(text.begin(), text.end(), '|'));
    if (known == event_spellings.end() || bars < known->fields) {
        return {kind_of_old_sentence(text), {}, std::string(text)};
    }
    happening what{known->kind};
    std::string_view rest = text;
    next_event_field(rest, known->fields == 0);
    for (std::size_t i = 1; i <= known->fields; ++i) {
        what.fields.emplace_back(next_event_field(rest, i == known->fields));
    }
    return what;
}

std::string sentence_of(const happening& what) {
    const auto known =
        std::find_if(event_spellings.begin(), event_spellings.end(), [&](const auto& one) {
            return one.kind == what.kind;
        });
    if (known == event_spellings.end() || !what.sentence.empty()) {
        return what.sentence;
    }
    std::string told;
    std::string_view rest = known->sentence;
    for (const std::string& field : what.fields) {
        const auto gap = std::min(rest.find("{}"), rest.size());
        told += rest.substr(0, gap);
        told += field;
        rest.remove_prefix(std::min(gap + 2, rest.size()));
    }
    told += rest;
    return told;
}

} // namespace imagined::task
