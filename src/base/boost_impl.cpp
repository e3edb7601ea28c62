// The one translation unit that compiles Asio, Beast and URL (all three are used as
// "separate compilation" libraries, so that no other unit pays for their bodies).
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
#include <boost/url/src.hpp>
