// What both sides of HTTP exchange, as plain values: no Beast type leaves the http module.
#pragma once

#include <any>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace imagined::http {

// One header field. The views live as long as the fields they are from are unchanged.
struct field {
    std::string_view name;
    std::string_view value;
};

// Header fields in arrival order; names compare without regard to case. All of them stand in one
// text: a head is two allocations, however many fields it has.
class fields {
    struct place {
        std::uint32_t start = 0;
        std::uint32_t name_size = 0;
        std::uint32_t value_size = 0;
    };

public:
    class iterator {
    public:
        using value_type = field;
        using difference_type = std::ptrdiff_t;

        iterator() = default;

        iterator(const fields* of, std::size_t at) : of_(of), at_(at) {}

        field operator*() const { return of_->at(at_); }

        iterator& operator++() {
            ++at_;
            return *this;
        }

        iterator operator++(int) { return {of_, at_++}; }

        bool operator==(const iterator& other) const { return at_ == other.at_; }

    private:
        const fields* of_ = nullptr;
        std::size_t at_ = 0;
    };

    void set(std::string_view name, std::string_view value); // replaces all of that name
    void add(std::string_view name, std::string_view value);
    // The first value, or empty when absent. The view lives as long as this object is unchanged.
    std::string_view get(std::string_view name) const;
    bool has(std::string_view name) const;

    iterator begin() const { return {this, 0}; }

    iterator end() const { return {this, places_.size()}; }

private:
    field at(std::size_t index) const {
        const place& held = places_[index];
        const std::string_view text(text_);
        return {
            text.substr(held.start, held.name_size),
            text.substr(held.start + held.name_size, held.value_size)
        };
    }

    std::string text_; // names and values; what was replaced stays, unreferenced
    std::vector<place> places_;
};

bool iequals(std::string_view a, std::string_view b);

// A request line and its headers, before any byte of the body was read.
struct request_head {
    std::string method; // upper case as sent: "POST"
    std::string target; // as sent: "/mj/image/17?thumb=1"
    std::string path;   // percent-decoded path of target; "" if it does not decode to UTF-8
    std::string query;  // raw, without '?'
    fields headers;
    std::string peer; // "127.0.0.1" ; for logs
};

// A body's part of server_options::max_held_bytes. Whoever makes more of the body, or less, says
// so; whoever has dropped all that was made of it lets go.
class body_share {
public:
    virtual ~body_share() = default;

    // What it comes to now, even if that is more than there is room for: then the next one waits.
    virtual void weigh(std::size_t bytes) = 0;
};

struct request : request_head {
    std::string body;
    std::shared_ptr<body_share> held; // nullptr without a body
    std::any noted;                   // what handler::admit() found out about it
};

// The value of `key` in a query string, percent- and plus-decoded; nullopt when absent.
std::optional<std::string> query_value(std::string_view query, std::string_view key);

// Part of a file that is sent without being held in memory. The file is opened when the answer
// starts; what an unlinked file still holds is sent whole.
struct file_slice {
    std::string path;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

class body_stream;

// A body that several answers share; it is never changed.
using shared_text = std::shared_ptr<const std::string>;

struct response {
    int status = 200;
    fields headers; // Content-Length, Date and Connection are the server's business
    // A stream (body_stream.hpp) is sent chunked, and its connection closed after it.
    std::variant<std::string, file_slice, std::shared_ptr<body_stream>, shared_text> body;
    // The answer begins so much later. Meanwhile its connection stays open: whoever sets it bounds
    // how many such answers there are.
    std::chrono::milliseconds hold{0};

    // The body as text; "" for a file or a stream.
    std::string_view text() const {
        if (const auto* held = std::get_if<std::string>(&body)) {
            return *held;
        }
        const auto* shared = std::get_if<shared_text>(&body);
        return shared == nullptr || !*shared ? std::string_view{} : std::string_view{**shared};
    }
};

// The standard reason phrase: 404 -> "Not Found".
std::string_view reason_phrase(int status);

} // namespace imagined::http
