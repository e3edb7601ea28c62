#include "openai/pieces.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/finally.hpp"
#include "imagined/base/plain_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace imagined::api {

namespace {

// Of a file at a time; a multiple of three, so that no padding comes in between.
constexpr std::size_t slice_bytes = 96 * std::size_t{1024};
static_assert(slice_bytes % 3 == 0);

// Blocks on the disk.
result<std::string> read_slice(const std::string& path, std::uint64_t from, std::size_t most) {
    const int file = open_plain_file(path, symbolic_links::followed);
    if (file < 0) {
        return failure{failure_kind::not_found, "the picture is gone"};
    }
    const finally closing([file] { ::close(file); });
    std::string slice(most, '\0');
    std::size_t done = 0;
    while (done < most) {
        const auto got =
            ::pread(file, slice.data() + done, most - done, static_cast<off_t>(from + done));
        if (got <= 0) {
            return failure{failure_kind::corrupt, "the picture is shorter than it was"};
        }
        done += static_cast<std::size_t>(got);
    }
    return slice;
}

class piece_stream final : public http::body_stream {
public:
    piece_stream(offload_pool& pool, std::vector<body_piece> pieces)
        : pool_(pool), pieces_(std::move(pieces)) {}

    awaitable<std::string> next() override {
        while (at_ < pieces_.size()) {
            body_piece& piece = pieces_[at_];
            if (auto* text = std::get_if<std::string>(&piece)) {
                ++at_;
                if (!text->empty()) {
                    co_return std::move(*text);
                }
                continue;
            }
            const auto& picture = std::get<store::stored_picture>(piece);
            if (sent_ < picture.bytes) {
                co_return co_await next_slice(picture);
            }
            ++at_;
            sent_ = 0;
        }
        co_return std::string();
    }

    // What is left has an end, and without it the answer would be of no use.
    void stop() override {}

private:
    awaitable<std::string> next_slice(const store::stored_picture& picture) {
        const auto most =
            static_cast<std::size_t>(std::min<std::uint64_t>(slice_bytes, picture.bytes - sent_));
        auto job = [path = picture.path, from = sent_, most]() -> result<std::string> {
            auto slice = read_slice(path, from, most);
            return slice ? result<std::string>(to_base64(*slice)) : slice;
        };
        auto text = co_await pool_.run(std::move(job));
        if (!text) {
            throw std::runtime_error(text.error().detail);
        }
        sent_ += most;
        co_return std::move(*text);
    }

    offload_pool& pool_;
    std::vector<body_piece> pieces_;
    std::size_t at_ = 0;
    std::uint64_t sent_ = 0; // of the picture that is being sent
};

} // namespace

std::shared_ptr<http::body_stream>
stream_pieces(offload_pool& pool, std::vector<body_piece> pieces) {
    return std::make_shared<piece_stream>(pool, std::move(pieces));
}

} // namespace imagined::api
