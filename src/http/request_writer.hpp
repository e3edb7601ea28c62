// The bytes of a request's head.
#pragma once

#include "imagined/http/client.hpp"

#include <string>

namespace imagined::http {

// Request line, our own fields (Host, Content-Length, User-Agent unless given), the caller's, and
// the blank line. Fails with `invalid` when a part of it would break out of its line.
// `through`: for a proxy that is to pass it on, in absolute form.
result<std::string> write_request_head(const outgoing& request, const proxy* through = nullptr);

} // namespace imagined::http
