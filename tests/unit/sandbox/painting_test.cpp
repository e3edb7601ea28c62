#include "painting.hpp"

#include "documents.hpp"

#include "imagined/base/bytes.hpp"

#include <doctest/doctest.h>

namespace imagined::sandbox {

namespace {

using task::operation;

// Black on the left half, white on the right.
std::string half_mask(int width, int height) {
    dots mask{width, height, {}};
    for (int i = 0; i < width * height; ++i) {
        mask.rgb.insert(mask.rgb.end(), 3, i % width < width / 2 ? 0 : 255);
    }
    return encode_dots(mask);
}

std::string flat(int width, int height, std::uint8_t shade) {
    const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    return encode_dots({width, height, std::vector<std::uint8_t>(pixels * 3, shade)});
}

const form& form_of(const char* dialect, operation what) {
    const form* found = backend::find_form_dialect(dialect)->form_of(what, task::model::v3);
    REQUIRE(found != nullptr);
    return *found;
}

} // namespace

TEST_CASE("a repainted picture keeps what its mask keeps, to the byte") {
    const drawing order{.text = "new", .seed = 5, .width = 40, .height = 20};
    const dots fresh = draw(order);
    // Equal encoders and equal pixels give equal bytes.
    dots expected = fresh;
    for (std::size_t i = 0; i < expected.rgb.size(); ++i) {
        expected.rgb[i] = i / 3 % 40 < 20 ? fresh.rgb[i] : 77;
    }
    const painting_ground ground{flat(40, 20, 77), half_mask(40, 20)};
    CHECK(paint_over(order, ground) == encode_dots(expected));
}

TEST_CASE("an enlarged picture is its input, larger") {
    const drawing order{.text = "x", .width = 8, .height = 4};
    CHECK(paint_over(order, {flat(4, 2, 9), ""}) == flat(8, 4, 9));
}

TEST_CASE("what cannot be decoded gives the plain drawing") {
    const drawing order{.text = "x", .width = 8, .height = 4};
    CHECK(paint_over(order, {"no picture", half_mask(8, 4)}) == draw_png(order));
    CHECK(paint_over(order, {flat(8, 4, 1), "no mask"}) == draw_png(order));
}

TEST_CASE("the ground of an edit is remembered, and only so many") {
    painting_grounds grounds;
    const form& inpaint = form_of("official", operation::inpaint);
    const std::vector<ledger_file> files{{"image", flat(8, 4, 1)}, {"mask", half_mask(8, 4)}};
    const auto name = grounds.add(operation::inpaint, inpaint, files);
    REQUIRE(name != 0);
    REQUIRE(grounds.find(name));
    CHECK(grounds.find(name)->mask == files[1].bytes);
    CHECK(grounds.find(0) == nullptr);
    CHECK(grounds.add(operation::inpaint, inpaint, {files[0]}) == 0);
    CHECK(grounds.add(operation::remix, form_of("official", operation::remix), files) == 0);
    for (std::uint8_t shade = 2; shade < 60; ++shade) {
        grounds.add(operation::inpaint, inpaint, {{"image", flat(8, 4, shade)}, files[1]});
    }
    CHECK(grounds.find(name) == nullptr);
}

TEST_CASE("files are found in multipart bodies and in base64, not behind links") {
    std::vector<submitted_value> values(3);
    values[0].name = "image";
    values[0].value = to_base64(flat(4, 4, 1));
    values[1].name = "mask";
    values[1].value = "http://127.0.0.1/mask.png";
    values[2].name = "prompt";
    values[2].value = to_base64(flat(4, 4, 1));
    const auto files = files_of(values, form_of("crazyrouter", operation::edit));
    REQUIRE(files.size() == 1);
    CHECK(files[0].name == "image");
    CHECK(files[0].bytes == flat(4, 4, 1));
}

TEST_CASE("the ledger keeps the latest pictures and gives them by place and name") {
    ledger book;
    const auto first = book.open({});
    book.keep_files(first, {{"image", "one"}, {"refs", "two"}, {"refs", "three"}});
    REQUIRE(book.file(0, "refs", 1) != nullptr);
    CHECK(*book.file(0, "refs", 1) == "three");
    CHECK(book.file(0, "refs", 2) == nullptr);
    CHECK(book.file(1, "image", 0) == nullptr);
    const auto large = book.open({});
    book.keep_files(large, {{"image", std::string(max_kept_file_bytes, 'x')}});
    CHECK(book.file(0, "image", 0) == nullptr);
    CHECK(book.file(1, "image", 0) != nullptr);
}

} // namespace imagined::sandbox
