// The OpenAPI document of proto-schemas/, embedded so that the binary stays self-contained.
#pragma once

#include <string_view>

namespace imagined::api {

std::string_view openapi_text();

} // namespace imagined::api
