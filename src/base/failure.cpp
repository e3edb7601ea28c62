#include "imagined/base/failure.hpp"

#include <ostream>
#include <stdexcept>

namespace imagined {

std::string_view to_string(failure_kind kind) {
    switch (kind) {
    case failure_kind::invalid:
        return "invalid";
    case failure_kind::not_found:
        return "not_found";
    case failure_kind::conflict:
        return "conflict";
    case failure_kind::throttled:
        return "throttled";
    case failure_kind::unavailable:
        return "unavailable";
    case failure_kind::rejected:
        return "rejected";
    case failure_kind::cancelled:
        return "cancelled";
    case failure_kind::corrupt:
        return "corrupt";
    }
    return "unknown";
}

std::ostream& operator<<(std::ostream& out, const failure& error) {
    return out << to_string(error.kind) << ": " << error.detail;
}

void throw_exception_from_error(const failure& error, const boost::source_location&) {
    throw std::runtime_error(std::string(to_string(error.kind)) + ": " + error.detail);
}

} // namespace imagined
