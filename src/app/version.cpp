#include "imagined/app/application.hpp"

namespace imagined::app {

// Its words come from src/app/CMakeLists.txt.
std::string version_text() {
    return "imagined " IMAGINED_VERSION "\ncommit " IMAGINED_COMMIT "\nbuild " IMAGINED_BUILD_TYPE;
}

std::string version_json() {
    return R"({"version":")" IMAGINED_VERSION R"(","commit":")" IMAGINED_COMMIT
           R"(","build_type":")" IMAGINED_BUILD_TYPE R"("})";
}

std::string version_number() {
    return IMAGINED_VERSION;
}

std::string version_date() {
    return IMAGINED_DATE;
}

} // namespace imagined::app
