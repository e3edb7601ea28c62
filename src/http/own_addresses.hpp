// The addresses of this machine. A name that leads to one of them leads inside, however public the
// address is: what listens there may count on a firewall in front of it.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace imagined::http {

// Asked of the system each time: addresses come and go.
bool is_own_address(const boost::asio::ip::address& address);

} // namespace imagined::http
