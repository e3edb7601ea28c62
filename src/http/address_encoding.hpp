// Addresses as people write and paste them ("http://例子.测试/图片/猫 (1).png"), made into the
// ASCII that goes over the wire, as browsers and curl do it themselves.
#pragma once

#include "imagined/base/failure.hpp"

#include <string>
#include <string_view>

namespace imagined::http {

// A path and query with everything percent-encoded that may not stand there as it is: bytes beyond
// ASCII, spaces, brackets, a '%' that encodes nothing. What is encoded already stays. `rest` has no
// control characters.
std::string encoded_target(std::string_view rest);

// A host beyond ASCII as its registered name (IDNA 2008 over UTS 46: "例子。测试" is
// "xn--fsqu00a.xn--0zwm56d"). Fails with `invalid` for what is no domain name. Full-width digits
// and dots become plain ones here, so whoever judges addresses must look at what comes out.
result<std::string> registered_name(std::string_view host);

} // namespace imagined::http
