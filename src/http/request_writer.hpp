// The bytes of a request's head.
#pragma once

#include "imagined/http/client.hpp"

#include <string>

namespace imagined::http {

// Request line, our own fields (Host, Content-Length, User-Agent unless given), the caller's, and
// the blank line. Fails with `invalid` when a part of it would break out of its line.
result<std::string> write_request_head(const outgoing& request);

} // namespace imagined::http
