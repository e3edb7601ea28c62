# Writes one C++ file that holds the bytes of IN: string literals have a length limit, arrays none.
file(READ ${IN} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE ${OUT} "// Generated from proto-schemas/openapi.json.
#include \"openapi_text.hpp\"

namespace imagined::api {

namespace {

constexpr unsigned char bytes[] = {${bytes}};

} // namespace

std::string_view openapi_text() { return {reinterpret_cast<const char*>(bytes), sizeof bytes}; }

} // namespace imagined::api
")
