// One accepted connection: a coroutine that reads a request, asks the handler, answers, and begins
// again. Its deadlines are kept as a time and a stage; the server's sweep compares them.
#pragma once

#include "body_hold.hpp"
#include "body_pace.hpp"
#include "framing.hpp"
#include "request_parser.hpp"
#include "server_core.hpp"

#include "imagined/http/body_stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace imagined::http {

class file_reader;

class connection : public std::enable_shared_from_this<connection> {
public:
    using time_point = std::chrono::steady_clock::time_point;

    enum class welcome { serve, turn_away }; // turn_away: over max_connections

    connection(std::shared_ptr<server_core> core, tcp_socket socket);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    // Serves until the connection ends. The caller keeps this object alive.
    awaitable<> run(welcome how);

    // Ends the wait under way if its deadline has passed.
    void sweep(time_point now);

    // Closes at once between requests; otherwise the next answer is the last.
    void drain();

    void cut();

private:
    enum class stage { idle, head, body, handling, writing, piece, lingering };

    awaitable<bool> serve_one();
    awaitable<bool> await_request();
    awaitable<std::optional<parsed_head>> read_head();
    // The body of at most `limit` bytes; false when there is none and the connection ends.
    awaitable<bool> obtain_body(const parsed_head& head, std::size_t limit, request& into);

    // A body on its way in, and its place among all bodies.
    struct arriving {
        std::string& body;
        body_hold& hold;
        std::size_t most;                              // what it may come to
        framing::flaw flaw = framing::flaw::bad_chunk; // if it is broken
    };

    enum class arrival { whole, cut, broken, too_long, crowded };

    // If all of it came along with the head; else nothing is taken.
    bool take_body(const parsed_head& head, std::string& body);
    awaitable<bool> read_body(const parsed_head& head, arriving& into);
    awaitable<arrival> read_fixed(arriving& into);
    awaitable<arrival> read_chunked(arriving& into);
    awaitable<> refuse_crowded(const parsed_head& head);
    awaitable<bool> welcome_body(const parsed_head& head);
    awaitable<response> ask(request incoming);
    std::variant<admission, response> admit(const request_head& head);
    response refusal(int status, std::string_view reason, const request_head& head);

    // Sends the server's own error and ends the connection.
    awaitable<> refuse(int status, std::string_view reason, const request_head& head);
    awaitable<bool> answer(response reply, const parsed_head& head, after_answer then);
    awaitable<bool> write(std::array<asio::const_buffer, 2> buffers);
    awaitable<bool> write_file(file_reader& file);
    awaitable<> answer_stream(response reply, const parsed_head& head);
    awaitable<bool> send_pieces(body_stream& stream, bool chunked);
    void watch_peer();
    awaitable<> linger();

    // Waits for bytes and reads them, so that no buffer exists while there is nothing to hold.
    awaitable<bool> fill(std::size_t bytes);
    std::size_t read_now(std::size_t bytes, boost::system::error_code& ec);
    std::size_t discard_now(boost::system::error_code& ec);

    // Lets the read buffer go, if there is nothing in it: for as long as nothing is read.
    void rest_buffer();

    void enter(stage next, milliseconds limit);

    bool alive() const { return core_->what != nullptr; }

    std::string_view buffered() const;

    std::shared_ptr<server_core> core_;
    tcp_socket socket_;
    std::list<connection*>::iterator place_;
    boost::beast::flat_buffer buffer_; // read from the peer, not yet used
    std::string out_;                  // the head of the answer
    stage stage_ = stage::idle;
    bool expired_ = false; // the sweep has ended this stage
    bool first_ = true;    // no request was served yet
    time_point deadline_ = time_point::max();
    body_pace pace_;
    std::shared_ptr<body_stream> stream_; // of the answer under way
    std::string peer_;
};

} // namespace imagined::http
