// Lets doctest show a result: its failure, or that there is a value.
#pragma once

#include "imagined/base/failure.hpp"

#include <doctest/doctest.h>

#include <string>

namespace doctest {

template <class T>
struct StringMaker<imagined::result<T>> {
    static String convert(const imagined::result<T>& shown) {
        if (shown) {
            return "(a value)";
        }
        const std::string text =
            std::string(to_string(shown.error().kind)) + ": " + shown.error().detail;
        return text.c_str();
    }
};

} // namespace doctest
