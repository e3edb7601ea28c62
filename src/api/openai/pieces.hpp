// A text with pictures in it as base64, sent piece by piece: however large the pictures are, no
// more than a piece of one is held at a time.
#pragma once

#include "imagined/base/offload_pool.hpp"
#include "imagined/http/body_stream.hpp"
#include "imagined/store/image_store.hpp"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace imagined::api {

// In order: text as it is, or a stored picture whose bytes go out as base64.
using body_piece = std::variant<std::string, store::stored_picture>;

// Cuts the connection when a picture is gone, or is not as long any more, before it was sent.
// `pool` must outlive the stream.
std::shared_ptr<http::body_stream>
stream_pieces(offload_pool& pool, std::vector<body_piece> pieces);

} // namespace imagined::api
