// For setjmp and what may stand beside it, see jpeg_decoder.cpp.
#include "codec.hpp"

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <new>

// The order matters, see jpeg_decoder.cpp.
#include <jpeglib.h>

#include <jerror.h>

namespace imagined::store {

namespace {

// Chosen by measurement, see README.md.
constexpr J_DCT_METHOD transform = JDCT_ISLOW;
constexpr std::size_t first_output_bytes = std::size_t{64} * 1024;

struct encoding {
    jpeg_compress_struct codec;
    jpeg_error_mgr errors;
    jpeg_destination_mgr destination;
    std::jmp_buf escape;
    std::string* output;
    bool out_of_memory;
    char text[JMSG_LENGTH_MAX];
};

encoding* encoding_of(void* client_data) {
    return static_cast<encoding*>(client_data);
}

[[noreturn]] void leave_encoding(j_common_ptr codec) {
    encoding* session = encoding_of(codec->client_data);
    session->out_of_memory =
        session->out_of_memory || session->errors.msg_code == JERR_OUT_OF_MEMORY;
    session->errors.format_message(codec, session->text);
    std::longjmp(session->escape, 1); // NOLINT(modernize-avoid-setjmp-longjmp)
}

void stay_silent(j_common_ptr, int) {}

bool resize(std::string& text, std::size_t size) noexcept {
    try {
        text.resize(size);
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

void offer(encoding& session, std::size_t used) {
    session.destination.next_output_byte = reinterpret_cast<JOCTET*>(session.output->data()) + used;
    session.destination.free_in_buffer = session.output->size() - used;
}

void start_output(j_compress_ptr codec) {
    offer(*encoding_of(codec->client_data), 0);
}

// libjpeg calls this when the whole buffer is full, whatever its own counters say.
boolean enlarge_output(j_compress_ptr codec) {
    encoding& session = *encoding_of(codec->client_data);
    const std::size_t used = session.output->size();
    if (!resize(*session.output, used * 2)) {
        session.out_of_memory = true;
        leave_encoding(reinterpret_cast<j_common_ptr>(codec));
    }
    offer(session, used);
    return TRUE;
}

void end_output(j_compress_ptr codec) {
    encoding& session = *encoding_of(codec->client_data);
    resize(*session.output, session.output->size() - session.destination.free_in_buffer);
}

void create(encoding& session) {
    session.codec.err = jpeg_std_error(&session.errors);
    session.codec.client_data = &session;
    session.errors.error_exit = leave_encoding;
    session.errors.emit_message = stay_silent;
    jpeg_create_compress(&session.codec);
    session.destination.init_destination = start_output;
    session.destination.empty_output_buffer = enlarge_output;
    session.destination.term_destination = end_output;
    session.codec.dest = &session.destination;
}

enum class written { whole, no_row, failed };

// What `rows` throws passes through here and no frame of libjpeg's.
written write_all(
    encoding& session,
    std::uint32_t width,
    std::uint32_t height,
    int quality,
    const row_source& rows
) {
    if (setjmp(session.escape) != 0) { // NOLINT(modernize-avoid-setjmp-longjmp)
        return written::failed;
    }
    create(session);
    jpeg_compress_struct& codec = session.codec;
    codec.image_width = width;
    codec.image_height = height;
    codec.input_components = rgb_channels;
    codec.in_color_space = JCS_RGB;
    jpeg_set_defaults(&codec); // 4:2:0, one scan, standard Huffman tables
    jpeg_set_quality(&codec, quality, TRUE);
    codec.dct_method = transform;
    jpeg_start_compress(&codec, TRUE);
    while (codec.next_scanline < codec.image_height) {
        // libjpeg does not write to the rows, its type is just older than const.
        auto* row = const_cast<JSAMPROW>(rows(codec.next_scanline));
        if (row == nullptr) {
            return written::no_row;
        }
        jpeg_write_scanlines(&codec, &row, 1);
    }
    jpeg_finish_compress(&codec);
    return written::whole;
}

// libjpeg's memory goes with it.
struct encoding_owner {
    encoding session{};

    encoding_owner() = default;
    encoding_owner(const encoding_owner&) = delete;
    encoding_owner& operator=(const encoding_owner&) = delete;

    ~encoding_owner() { jpeg_destroy_compress(&session.codec); }
};

} // namespace

result<std::string>
encode_jpeg_rows(std::uint32_t width, std::uint32_t height, int quality, const row_source& rows) {
    // About what quality 90 makes of a photograph: the usual picture needs no second allocation.
    const std::size_t bytes = std::size_t{width} * height * rgb_channels;
    std::string output(std::max(first_output_bytes, bytes / 6), '\0');
    encoding_owner owner;
    owner.session.output = &output;
    const auto done = write_all(owner.session, width, height, quality, rows);
    if (owner.session.out_of_memory) {
        throw std::bad_alloc();
    }
    if (done == written::no_row) {
        return failure{failure_kind::corrupt, "jpeg: there are too few rows"};
    }
    if (done == written::failed) {
        return failure{failure_kind::invalid, std::string("jpeg: ") + owner.session.text};
    }
    return output;
}

result<std::string> encode_jpeg(const bitmap& pixels, int quality) {
    const std::size_t stride = pixels.width * rgb_channels;
    return encode_jpeg_rows(pixels.width, pixels.height, quality, [&](std::uint32_t y) {
        return pixels.rgb.data() + stride * y;
    });
}

} // namespace imagined::store
