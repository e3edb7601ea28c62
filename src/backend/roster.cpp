#include "imagined/backend/roster.hpp"

#include "imagined/base/bytes.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

namespace imagined::backend {

namespace {

// A well-mixed number from a counter (Steele, Lea, Flood: SplitMix64).
std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
}

// Uniform in (0, 1].
double unit(std::uint64_t dice, std::uint64_t salt) {
    const std::uint64_t bits = mixed(mixed(dice) ^ mixed(salt + 1)) >> 11U;
    return (static_cast<double>(bits) + 1.0) / 9007199254740992.0;
}

// Sorting by exponential arrival times of rate `weight` is a shuffle in which each member comes
// first with a probability proportional to its weight (Efraimidis and Spirakis).
double arrival(std::uint64_t dice, std::uint64_t salt, int weight) {
    if (weight <= 0) {
        return std::numeric_limits<double>::infinity();
    }
    return -std::log(unit(dice, salt)) / weight;
}

struct choice {
    bool drops = false; // cannot express every flag
    int priority = 0;
    double turn = 0;
    int asks = 1; // pictures of its first call
    const backend* of = nullptr;
};

std::vector<key_slot> in_order(std::vector<choice> choices, std::uint64_t dice) {
    std::sort(choices.begin(), choices.end(), [](const choice& a, const choice& b) {
        return std::tie(a.drops, a.priority, a.turn) < std::tie(b.drops, b.priority, b.turn);
    });
    std::size_t count = 0;
    for (const choice& one : choices) {
        count += one.of->slots().size();
    }
    std::vector<key_slot> order;
    order.reserve(count);
    for (const choice& one : choices) {
        const auto& slots = one.of->slots();
        // All keys of a backend are equal; starting at any of them spreads the load.
        const std::size_t start = slots.empty() ? 0 : mixed(dice) % slots.size();
        for (std::size_t i = 0; i < slots.size(); ++i) {
            order.push_back(slots[(start + i) % slots.size()]);
            order.back().asks = one.asks;
        }
    }
    return order;
}

// Whether `one` may be asked for this: where nothing may be dropped, it must be able to say all.
bool takes(const backend& one, const task::render_request& request) {
    return one.serves(request.what, request.model)
           && (request.may_drop || one.speaks().inexpressible(request).empty());
}

// Pictures of the first call that `one` would be asked.
int first_call_of(const backend& one, const task::render_request& request) {
    const auto plan = one.speaks().plan(request);
    return plan.empty() ? 1 : plan.front().count;
}

// "generate/V_3/4@a,b": what stands before and behind the '@'.
constexpr char only_mark = '@';

// Tasks of the version before wait in lanes that do not say how many pictures: as many as an
// imagine mostly asks for.
constexpr int unsaid_pictures = 4;

// What a lane's tasks have in common.
struct lane_request {
    task::render_request request;
    std::string_view only; // names of backends, "" for all
};

std::optional<lane_request> read_lane(std::string_view lane) {
    const auto mark = std::min(lane.find(only_mark), lane.size());
    std::string_view rest = lane.substr(0, mark);
    const auto next = [&rest] {
        const auto end = std::min(rest.find('/'), rest.size());
        const auto part = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        return part;
    };
    const auto what = task::parse_operation(next());
    const auto with = task::parse_model(next());
    if (!what || !with) {
        return std::nullopt;
    }
    lane_request read;
    read.request.what = *what;
    read.request.model = *with;
    read.request.images = unsaid_pictures;
    if (!rest.empty()) {
        const auto [end, error] =
            std::from_chars(rest.data(), rest.data() + rest.size(), read.request.images);
        if (error != std::errc() || end != rest.data() + rest.size() || read.request.images < 1) {
            return std::nullopt;
        }
    }
    read.only = lane.substr(std::min(mark + 1, lane.size()));
    return read;
}

bool is_among(std::string_view names, std::string_view name) {
    while (!names.empty()) {
        const auto comma = std::min(names.find(','), names.size());
        if (names.substr(0, comma) == name) {
            return true;
        }
        names.remove_prefix(std::min(comma + 1, names.size()));
    }
    return false;
}

} // namespace

roster::roster(std::vector<std::unique_ptr<backend>> members) : members_(std::move(members)) {}

bool roster::serves(task::operation what, task::model with) const {
    return std::any_of(members_.begin(), members_.end(), [&](const auto& member) {
        return member->serves(what, with);
    });
}

std::vector<key_slot>
roster::candidates(const task::render_request& request, std::uint64_t dice) const {
    std::vector<choice> choices;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        const backend& member = *members_[i];
        if (!takes(member, request)) {
            continue;
        }
        choices.push_back(
            {.drops = !member.speaks().inexpressible(request).empty(),
             .priority = member.options().priority,
             .turn = arrival(dice, i, member.options().weight),
             .asks = first_call_of(member, request),
             .of = &member}
        );
    }
    return in_order(std::move(choices), dice);
}

std::string roster::lane_of(const task::render_request& request) const {
    std::string lane = task::class_of(request);
    std::string names;
    int asks = 1;
    bool all = true;
    for (const auto& member : members_) {
        if (takes(*member, request)) {
            names += (names.empty() ? "" : ",") + member->options().name;
            asks = std::max(asks, first_call_of(*member, request));
        } else if (member->serves(request.what, request.model)) {
            all = false;
        }
    }
    lane += '/' + std::to_string(asks);
    return all || names.empty() ? lane : lane + only_mark + names;
}

std::vector<std::string> roster::obstacles(const task::render_request& request) const {
    std::optional<std::vector<std::string>> fewest;
    for (const auto& member : members_) {
        if (member->serves(request.what, request.model)) {
            auto missing = member->speaks().inexpressible(request);
            if (!fewest || missing.size() < fewest->size()) {
                fewest = std::move(missing);
            }
        }
    }
    return fewest.value_or(std::vector<std::string>{});
}

std::vector<key_slot> roster::candidates(std::string_view lane, std::uint64_t dice) const {
    const auto wanted = read_lane(lane);
    std::vector<choice> choices;
    for (std::size_t i = 0; wanted && i < members_.size(); ++i) {
        const backend& member = *members_[i];
        const auto& [request, only] = *wanted;
        const bool meant = only.empty() || is_among(only, member.options().name);
        if (meant && member.serves(request.what, request.model)) {
            choices.push_back(
                {.priority = member.options().priority,
                 .turn = arrival(dice, i, member.options().weight),
                 .asks = first_call_of(member, request),
                 .of = &member}
            );
        }
    }
    return in_order(std::move(choices), dice);
}

backend* roster::owner_of(std::string_view slot) const {
    for (const auto& member : members_) {
        const auto& slots = member->slots();
        if (std::any_of(slots.begin(), slots.end(), [&](const auto& s) {
                return s.name == slot;
            })) {
            return member.get();
        }
    }
    return nullptr;
}

std::string roster::label_of(std::string_view slot) const {
    if (const auto* owner = owner_of(slot)) {
        for (const auto& one : owner->slots()) {
            if (one.name == slot) {
                return one.label;
            }
        }
    }
    return std::string(slot);
}

backend* roster::find(std::string_view name) const {
    const auto at = std::find_if(members_.begin(), members_.end(), [&](const auto& member) {
        return member->options().name == name;
    });
    return at == members_.end() ? nullptr : at->get();
}

} // namespace imagined::backend
