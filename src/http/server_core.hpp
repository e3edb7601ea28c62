// What the connections of one server share. Connections hold it alive, because a coroutine frame
// may outlive the server object until its io_context runs or is destroyed.
#pragma once

#include "body_hold.hpp"
#include "response_writer.hpp"

#include "imagined/base/task_group.hpp"
#include "imagined/base/wakeup.hpp"
#include "imagined/http/server.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <list>
#include <memory>

namespace imagined::http {

using tcp = asio::ip::tcp;
using tcp_socket = asio::basic_stream_socket<tcp, executor>;
using tcp_acceptor = asio::basic_socket_acceptor<tcp, executor>;

class connection;

// Durations that are nobody's configuration; tests shorten them.
struct server_timing {
    milliseconds sweep{250};         // how late a deadline may be noticed
    milliseconds rate_window{10000}; // of min_body_rate
    milliseconds linger{3000};       // for discarding an unread body after an error reply
    milliseconds accept_pause{50};   // after running out of descriptors
};

// What a listener holds.
struct listening_socket {
    tcp_acceptor acceptor;
    tcp::endpoint bound = {};
};

struct server_core {
    server_core(executor on, server_options chosen, server_timing pace, handler& target)
        : where(on),
          options(std::move(chosen)),
          timing(pace),
          what(&target),
          bodies(std::make_shared<held_bodies>(options.max_held_bytes)),
          children(on),
          entered(on) {}

    executor where;
    server_options options;
    server_timing timing;
    handler* what; // nullptr once the server object is gone
    std::shared_ptr<held_bodies> bodies;
    task_group children;
    std::list<connection*> live; // each connection enters and leaves by itself
    wakeup entered;              // somebody did: there are deadlines to look after
    bool draining = false;
    http_date date;
    // What one connection let go and the next one that reads may have: most requests are read,
    // taken apart and let go in one turn of the loop.
    boost::beast::flat_buffer spare_buffer;
};

// server::create with its timing, for tests.
std::unique_ptr<server>
create_server(listener from, server_options options, handler& what, server_timing timing);

} // namespace imagined::http
