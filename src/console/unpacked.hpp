// For the rare client that does not take gzip: what was compressed at build time, as it was.
#pragma once

#include <string>
#include <string_view>

namespace imagined::console {

// "" if `gzip` is not whole; it is embedded, so it is.
std::string unpacked(std::string_view gzip);

} // namespace imagined::console
