// Answers that show what they were made of: a repainted picture keeps what its mask keeps, an
// enlarged one is the input at twice its size. The input is remembered here, as a link names only a
// digest of it; when it is forgotten, the plain drawing takes its place.
#pragma once

#include "documents.hpp"
#include "drawing.hpp"
#include "ledger.hpp"
#include "reading.hpp"

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace imagined::sandbox {

// The pictures among a call's values, as bytes; links stay where they are.
std::vector<ledger_file> files_of(const std::vector<submitted_value>& values, const form& spoken);

struct painting_ground {
    std::string picture; // PNG
    std::string mask;    // PNG: black is painted over; "": nothing is
};

class painting_grounds {
public:
    // Remembers the input of an edit, inpaint or upscale whose pictures are PNG, and returns its
    // name; 0 for every other call.
    std::uint64_t
    add(task::operation what, const form& spoken, const std::vector<ledger_file>& files);

    // Null when it is unknown or forgotten.
    std::shared_ptr<const painting_ground> find(std::uint64_t name) const;

private:
    std::list<std::pair<std::uint64_t, std::shared_ptr<const painting_ground>>> kept_;
};

// The ground at the drawing's size, with the drawing where the mask is black; the drawing alone
// when the ground cannot be decoded.
std::string paint_over(const drawing& what, const painting_ground& ground);

} // namespace imagined::sandbox
