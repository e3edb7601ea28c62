#include "imagined/app/application.hpp"

namespace imagined::app {

// The three words come from src/app/CMakeLists.txt.
std::string version_text() {
    return "imagined " IMAGINED_VERSION "\ncommit " IMAGINED_COMMIT "\nbuild " IMAGINED_BUILD_TYPE;
}

} // namespace imagined::app
