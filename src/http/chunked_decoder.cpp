#include "chunked_decoder.hpp"

#include "grammar.hpp"

#include "imagined/base/text.hpp"

#include <algorithm>

namespace imagined::http {

namespace {

constexpr std::size_t max_size_digits = 15; // keeps the size far from overflow
constexpr std::size_t max_extension_bytes = 256;

} // namespace

std::size_t chunked_decoder::feed(std::string_view bytes, std::string& body) {
    std::size_t taken = 0;
    while (taken < bytes.size() && state_ == state::more) {
        if (step_ == step::data) {
            taken += copy_data(bytes.substr(taken), body);
        } else {
            take(bytes[taken++]);
            if (step_ == step::data && body.size() + size_ > limits_.body_bytes) {
                state_ = state::too_long;
            }
        }
    }
    return taken;
}

std::size_t chunked_decoder::copy_data(std::string_view bytes, std::string& body) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(size_, bytes.size()));
    body.append(bytes.substr(0, count));
    size_ -= count;
    if (size_ == 0) {
        step_ = step::data_cr;
    }
    return count;
}

void chunked_decoder::fail(framing::flaw found) {
    state_ = state::broken;
    flaw_ = found;
}

void chunked_decoder::take(char c) {
    switch (step_) {
    case step::size:
        return take_size_digit(c);
    case step::extension:
        if (c == '\r') {
            step_ = step::size_line_feed;
        } else if (!is_field_value({&c, 1}) || ++extension_ > max_extension_bytes) {
            fail(c == '\n' ? framing::flaw::bare_line_feed : framing::flaw::bad_chunk);
        }
        return;
    case step::size_line_feed:
        if (c != '\n') {
            return fail(framing::flaw::bad_chunk);
        }
        step_ = size_ == 0 ? step::trailer : step::data;
        return;
    case step::data_cr:
        if (c != '\r') {
            return fail(framing::flaw::bad_chunk);
        }
        step_ = step::data_line_feed;
        return;
    case step::data_line_feed:
        if (c != '\n') {
            return fail(framing::flaw::bad_chunk);
        }
        step_ = step::size;
        digits_ = 0;
        extension_ = 0;
        return;
    case step::trailer:
        return take_trailer(c);
    case step::data:
        return;
    }
}

void chunked_decoder::take_size_digit(char c) {
    if (const int digit = hex_value(c); digit >= 0) {
        if (++digits_ > max_size_digits) {
            return fail(framing::flaw::bad_chunk);
        }
        size_ = size_ * 16 + static_cast<std::uint64_t>(digit);
        return;
    }
    if (digits_ == 0) {
        return fail(framing::flaw::bad_chunk);
    }
    if (c == '\r') {
        step_ = step::size_line_feed;
    } else if (c == ';') {
        step_ = step::extension;
    } else {
        fail(c == '\n' ? framing::flaw::bare_line_feed : framing::flaw::bad_chunk);
    }
}

void chunked_decoder::take_trailer(char c) {
    if (++trailer_seen_ > limits_.trailer_bytes) {
        return fail(framing::flaw::bad_chunk);
    }
    if (c != '\n') {
        line_ += c;
        return;
    }
    if (line_.empty() || line_.back() != '\r') {
        return fail(framing::flaw::bare_line_feed);
    }
    line_.pop_back();
    end_trailer_line();
}

void chunked_decoder::end_trailer_line() {
    if (line_.empty()) {
        state_ = state::done;
        return;
    }
    if (const auto found = framing::trailer_flaw(line_)) {
        return fail(*found);
    }
    line_.clear();
}

} // namespace imagined::http
