// Why an operation did not do what was asked. One small closed set of kinds for the whole program:
// adapters translate foreign errors (error_code, HTTP status, Redis reply) into it at their edge,
// once, and nothing above them sees an Asio or Redis error type.
#pragma once

#include <boost/system/result.hpp>

#include <iosfwd>
#include <string>
#include <string_view>

namespace imagined {

enum class failure_kind {
    invalid,     // the input cannot be used as it is; repeating it is useless
    not_found,   // no such thing, or not visible to this caller
    conflict,    // the thing exists but is in a state (or owned by a token) that forbids this
    throttled,   // a limit says "later"
    unavailable, // a peer cannot be reached, timed out or answered "not now"; may have happened
    rejected,    // a peer refused for good
    cancelled,   // we were told to stop
    corrupt,     // an answer or a stored value cannot be understood
};

// The kind's name, as it stands in logs: "unavailable".
std::string_view to_string(failure_kind kind);

// `detail` is for logs and the task's history ("redis: connect: Connection refused"). It never
// holds a secret, and API answers carry a curated text instead of it.
struct failure {
    failure_kind kind = failure_kind::unavailable;
    std::string detail;

    friend bool operator==(const failure&, const failure&) = default;
};

// "unavailable: redis: connect: Connection refused".
std::ostream& operator<<(std::ostream& out, const failure& error);

// Required by boost::system::result: what value() on a failed result throws.
[[noreturn]] void throw_exception_from_error(const failure& error, const boost::source_location&);

// The value, or the failure. (Becomes std::expected with C++23; that is why the alias exists.)
template <class T>
using result = boost::system::result<T, failure>;

} // namespace imagined
