// Bytes from the network: request heads, chunked bodies, multipart bodies, answers of upstreams.
// Read whole and read in pieces they must mean the same. The first byte chooses the reader, the
// second where the bytes are cut.
#include "expect.hpp"

#include "chunked_decoder.hpp"
#include "framing.hpp"
#include "imagined/base/bytes.hpp"
#include "imagined/http/multipart.hpp"
#include "imagined/http/url.hpp"
#include "request_parser.hpp"
#include "response_reader.hpp"

#include <cstdint>
#include <optional>

namespace imagined::test {

namespace {

constexpr std::size_t most_body_bytes = 4096;
constexpr std::size_t most_head_bytes = 4096;

void check_head(std::string_view bytes, std::size_t step) {
    const auto whole = http::framing::find_head_end(bytes, 0);
    std::size_t seen = 0;
    http::framing::head_end found;
    while (!found.length && !found.broken && seen < bytes.size()) {
        const auto upto = std::min(seen + step, bytes.size());
        found = http::framing::find_head_end(bytes.substr(0, upto), seen);
        seen = upto;
    }
    expect(found.length == whole.length, "the head ends where it ends", bytes);
    expect(found.broken.has_value() == whole.broken.has_value(), "as broken in pieces", bytes);
    if (!whole.length || whole.broken) {
        return;
    }
    const auto head = bytes.substr(0, *whole.length);
    (void)http::framing::field_count(head);
    if (const auto flaw = http::framing::first_flaw(head)) {
        expect(!http::framing::describe(*flaw).empty(), "a flaw has its sentence");
        return;
    }
    const auto parsed = http::parse_request_head(head);
    if (!parsed) {
        return;
    }
    expect(!(parsed->chunked && parsed->length > 0), "one framing only", head);
    expect(!parsed->http_1_0 || !parsed->chunked, "no chunks in HTTP/1.0", head);
    expect(is_utf8(parsed->head.path), "a path in UTF-8", head);
    expect(parsed->head.path.find('\0') == std::string::npos, "a path without NUL", head);
}

struct read_chunks {
    std::string body;
    std::size_t taken = 0;
    http::chunked_decoder::state end = http::chunked_decoder::state::more;
};

read_chunks read_in_steps(std::string_view bytes, std::size_t step) {
    read_chunks read;
    http::chunked_decoder decoder({most_body_bytes, 256});
    while (decoder.progress() == http::chunked_decoder::state::more && read.taken < bytes.size()) {
        read.taken += decoder.feed(bytes.substr(read.taken, step), read.body);
    }
    read.end = decoder.progress();
    return read;
}

void check_chunks(std::string_view bytes, std::size_t step) {
    const auto whole = read_in_steps(bytes, bytes.size());
    const auto pieces = read_in_steps(bytes, step);
    expect(whole.end == pieces.end, "the same end in pieces", bytes);
    expect(whole.body.size() <= most_body_bytes, "no more than the limit");
    if (whole.end == http::chunked_decoder::state::done) {
        expect(whole.body == pieces.body && whole.taken == pieces.taken, "the same body", bytes);
    }
}

void check_multipart(std::string_view bytes) {
    input from(bytes);
    const std::string type(from.line());
    const auto read = http::read_multipart(type, from.rest());
    if (!read) {
        return;
    }
    const auto written = http::write_multipart(*read);
    const auto again = http::read_multipart(written.content_type, written.body);
    expect(again.has_value() && again->size() == read->size(), "what we write we can read", bytes);
    for (std::size_t i = 0; i < read->size(); ++i) {
        expect((*again)[i].body == (*read)[i].body, "the same part", bytes);
    }
}

struct read_answer {
    bool failed = false;
    bool complete = false;
    int status = 0;
    std::string body;
};

read_answer read_answer_in_steps(std::string_view bytes, std::size_t step) {
    read_answer read;
    http::response_reader reader({most_head_bytes, most_body_bytes}, false);
    std::size_t taken = 0;
    std::size_t offered = 0;
    while (!reader.is_complete() && offered < bytes.size()) {
        offered = std::min(offered + step, bytes.size());
        const auto fed = reader.feed(bytes.substr(taken, offered - taken));
        if (!fed) {
            read.failed = true;
            return read;
        }
        expect(*fed <= offered - taken, "it takes what there is");
        taken += *fed;
    }
    if (!reader.is_complete() && reader.end_of_stream()) {
        read.failed = true;
        return read;
    }
    read.complete = reader.is_complete();
    if (read.complete) {
        const auto answer = reader.take();
        read.status = answer.status;
        read.body = answer.text();
    }
    return read;
}

void check_answer(std::string_view bytes, std::size_t step) {
    const auto whole = read_answer_in_steps(bytes, bytes.size() + 1);
    const auto pieces = read_answer_in_steps(bytes, step);
    if (!whole.failed && !pieces.failed) {
        expect(whole.complete == pieces.complete, "as complete in pieces", bytes);
        expect(whole.status == pieces.status && whole.body == pieces.body, "the same", bytes);
    }
    expect(whole.body.size() <= most_body_bytes, "no more than the limit");
}

void check_bytes(std::string_view bytes) {
    input from(bytes);
    const auto reader = from.byte() % 5;
    const std::size_t step = 1 + from.byte() % 16;
    switch (reader) {
    case 0:
        return check_head(from.rest(), step);
    case 1:
        return check_chunks(from.rest(), step);
    case 2:
        return check_multipart(from.rest());
    case 3:
        return check_answer(from.rest(), step);
    default:
        (void)http::parse_url(from.rest());
        (void)http::path_of(from.rest());
    }
}

} // namespace

} // namespace imagined::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    imagined::test::check_bytes({reinterpret_cast<const char*>(data), size});
    return 0;
}
