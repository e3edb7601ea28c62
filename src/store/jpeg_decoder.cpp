// libjpeg reports errors by a function that must not return, and its frames cannot be unwound by a
// C++ exception. So the functions that call it under setjmp own nothing that has a destructor; all
// memory belongs to the caller's jpeg_reader.
#include "codec.hpp"

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <new>
#include <vector>

// jpeglib.h needs std::size_t and FILE declared; jerror.h numbers its messages by what jpeglib.h
// has said about the library.
#include <jpeglib.h>

#include <jerror.h>

namespace imagined::store {

namespace {

// A small progressive file can hold thousands of scans, each of which costs a pass over the whole
// picture. Encoders write about ten.
constexpr int max_scans = 100;
// A progressive picture is held as coefficients, 3 bytes a pixel in the usual 4:2:0 and up to 8
// otherwise: enough for max_pixels of the former.
constexpr long max_working_bytes = 256L * 1024 * 1024;

struct decoding {
    jpeg_decompress_struct codec;
    jpeg_error_mgr errors;
    jpeg_progress_mgr progress;
    std::jmp_buf escape;
    int error; // libjpeg's message code
    char text[JMSG_LENGTH_MAX];
};

decoding* decoding_of(j_common_ptr codec) {
    return static_cast<decoding*>(codec->client_data);
}

[[noreturn]] void leave_decoding(j_common_ptr codec) {
    decoding* session = decoding_of(codec);
    session->error = session->errors.msg_code;
    session->errors.format_message(codec, session->text);
    std::longjmp(session->escape, 1); // NOLINT(modernize-avoid-setjmp-longjmp)
}

// libjpeg carries on with made-up pixels where data is missing or damaged and only warns.
void judge_warning(j_common_ptr codec, int level) {
    if (level >= 0) {
        return; // trace
    }
    switch (codec->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
        leave_decoding(codec);
    default:
        return; // oddities of harmless files: bytes between markers, odd version numbers
    }
}

void limit_scans(j_common_ptr codec) {
    if (reinterpret_cast<j_decompress_ptr>(codec)->input_scan_number > max_scans) {
        codec->err->msg_code = JERR_NO_BACKING_STORE; // the code that says "would cost too much"
        leave_decoding(codec);
    }
}

bool read_header(decoding& session, const unsigned char* data, unsigned long size) {
    if (setjmp(session.escape) != 0) { // NOLINT(modernize-avoid-setjmp-longjmp)
        return false;
    }
    session.codec.err = jpeg_std_error(&session.errors);
    session.codec.client_data = &session;
    session.errors.error_exit = leave_decoding;
    session.errors.emit_message = judge_warning;
    jpeg_create_decompress(&session.codec);
    session.progress.progress_monitor = limit_scans;
    session.codec.progress = &session.progress;
    session.codec.mem->max_memory_to_use = max_working_bytes;
    jpeg_mem_src(&session.codec, data, size);
    jpeg_read_header(&session.codec, TRUE);
    return true;
}

bool start(decoding& session) {
    if (setjmp(session.escape) != 0) { // NOLINT(modernize-avoid-setjmp-longjmp)
        return false;
    }
    jpeg_start_decompress(&session.codec);
    return true;
}

// Print colours, without their profile: an approximation, but a recognisable one, where refusing
// would fail a whole task. Adobe's files hold the values inverted, as does everyone who follows.
void cmyk_to_rgb(const std::uint8_t* cmyk, std::uint8_t* rgb, std::uint32_t width, bool inverted) {
    const std::uint8_t flip = inverted ? 0 : 255;
    for (std::uint32_t x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
        const std::uint32_t light = static_cast<std::uint8_t>(cmyk[3] ^ flip);
        for (std::size_t c = 0; c < rgb_channels; ++c) {
            const std::uint32_t value = static_cast<std::uint8_t>(cmyk[c] ^ flip) * light + 128;
            rgb[c] = static_cast<std::uint8_t>((value + (value >> 8)) >> 8);
        }
    }
}

// `ink` is one row of CMYK, or null for pictures that libjpeg turns into RGB itself.
bool read_rows(decoding& session, const pixel_area& target, std::uint8_t* ink) {
    if (setjmp(session.escape) != 0) { // NOLINT(modernize-avoid-setjmp-longjmp)
        return false;
    }
    jpeg_decompress_struct& codec = session.codec;
    while (codec.output_scanline < codec.output_height) {
        std::uint8_t* row = target.row(codec.output_scanline);
        JSAMPROW into = ink != nullptr ? ink : row;
        jpeg_read_scanlines(&codec, &into, 1);
        if (ink != nullptr) {
            cmyk_to_rgb(ink, row, target.width, codec.saw_Adobe_marker != FALSE);
        }
    }
    jpeg_finish_decompress(&codec);
    return true;
}

// Owns one decompressor. `session_` must not move: libjpeg points into it.
class jpeg_reader {
public:
    jpeg_reader() = default;
    jpeg_reader(const jpeg_reader&) = delete;
    jpeg_reader& operator=(const jpeg_reader&) = delete;

    ~jpeg_reader() { jpeg_destroy_decompress(&session_.codec); }

    // Reads the header, which must tell this size: nothing has been allocated for it yet.
    result<void> open(std::string_view bytes, std::uint32_t width, std::uint32_t height) {
        const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
        if (!read_header(session_, data, bytes.size())) {
            return reason();
        }
        if (session_.codec.image_width != width || session_.codec.image_height != height) {
            return failure{failure_kind::corrupt, "jpeg: two different sizes"};
        }
        const J_COLOR_SPACE stored = session_.codec.jpeg_color_space;
        cmyk_ = stored == JCS_CMYK || stored == JCS_YCCK;
        session_.codec.out_color_space = cmyk_ ? JCS_CMYK : JCS_RGB;
        return {};
    }

    // Between open() and begin().
    void reduce(unsigned int divisor) {
        session_.codec.scale_num = 1;
        session_.codec.scale_denom = divisor;
    }

    // Fixes the size of the output.
    result<void> begin() {
        if (!start(session_)) {
            return reason();
        }
        return {};
    }

    std::uint32_t output_width() const { return session_.codec.output_width; }

    std::uint32_t output_height() const { return session_.codec.output_height; }

    // `target` has the size of the output.
    result<void> finish(const pixel_area& target) {
        std::vector<std::uint8_t> ink(cmyk_ ? target.width * rgba_channels : 0);
        if (!read_rows(session_, target, cmyk_ ? ink.data() : nullptr)) {
            return reason();
        }
        return {};
    }

private:
    failure reason() const {
        if (session_.error == JERR_OUT_OF_MEMORY) {
            throw std::bad_alloc();
        }
        if (session_.error == JERR_NO_BACKING_STORE) {
            return {failure_kind::invalid, "jpeg: decoding would cost too much"};
        }
        return {failure_kind::corrupt, std::string("jpeg: ") + session_.text};
    }

    decoding session_{};
    bool cmyk_ = false;
};

} // namespace

result<void> decode_jpeg(std::string_view bytes, const pixel_area& target) {
    jpeg_reader reader;
    result<void> done = reader.open(bytes, target.width, target.height);
    if (done) {
        done = reader.begin();
    }
    return done ? reader.finish(target) : done;
}

result<bitmap>
decode_jpeg_reduced(std::string_view bytes, const picture_info& info, const picture_size& wanted) {
    jpeg_reader reader;
    if (auto opened = reader.open(bytes, info.width, info.height); !opened) {
        return opened.error();
    }
    unsigned int divisor = 8;
    while (divisor > 1
           && (info.width / divisor < wanted.width || info.height / divisor < wanted.height)) {
        divisor /= 2;
    }
    reader.reduce(divisor);
    if (auto begun = reader.begin(); !begun) {
        return begun.error();
    }
    bitmap pixels = make_bitmap(reader.output_width(), reader.output_height(), 255);
    if (auto done = reader.finish(area_of(pixels)); !done) {
        return done.error();
    }
    return pixels;
}

} // namespace imagined::store
