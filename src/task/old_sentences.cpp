#include "old_sentences.hpp"

#include <array>
#include <utility>

namespace imagined::task {

namespace {

// How each began. The first that fits counts.
constexpr std::array beginnings = std::to_array<std::pair<std::string_view, event_kind>>({
    {"submitted again", event_kind::resubmitted},
    {"the modal was answered", event_kind::modal_answered},
    {"claimed by", event_kind::claimed},
    {"calling ", event_kind::called},
    {"answered by", event_kind::answered},
    {"late answer", event_kind::answered_late},
    {"refused by", event_kind::refused},
    {"not started", event_kind::not_started},
    {"the marker was not", event_kind::unconfirmed},
    {"outcome unknown", event_kind::lost},
    {"released", event_kind::released},
    {"lease of", event_kind::lease_expired},
    {"stored", event_kind::stored},
    {"picked picture", event_kind::picked},
    {"shortened here", event_kind::shortened},
    {"dead letter", event_kind::callback_given_up},
    {"callback", event_kind::callback_delivered},
});

} // namespace

event_kind kind_of_old_sentence(std::string_view sentence) {
    for (const auto& [beginning, kind] : beginnings) {
        if (sentence.starts_with(beginning)) {
            return kind;
        }
    }
    return event_kind::other;
}

} // namespace imagined::task
