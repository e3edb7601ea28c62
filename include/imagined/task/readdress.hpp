// Views of ended tasks are stored with the addresses that their pictures had when they ended. What
// they have now is known when they are shown.
#pragma once

#include <string>
#include <string_view>

namespace imagined::task {

// The view with `base` in place of "<any public_url>/mj/image/<id>" wherever that stands as a
// picture's address of this task. All else is as it was, byte for byte: texts of clients are left
// alone, whatever they contain.
std::string readdressed(const std::string& view, std::string_view id, std::string_view base);

} // namespace imagined::task
