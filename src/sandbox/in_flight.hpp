// What the ledger counts as being worked on, for as long as it is.
#pragma once

#include "ledger.hpp"

#include <memory>
#include <string>
#include <utility>

namespace imagined::sandbox {

class in_flight {
public:
    in_flight(std::shared_ptr<ledger> book, std::string key)
        : book_(std::move(book)), key_(std::move(key)) {
        book_->enter(key_);
    }

    in_flight(const in_flight&) = delete;
    in_flight& operator=(const in_flight&) = delete;

    ~in_flight() { book_->leave(key_); }

private:
    std::shared_ptr<ledger> book_;
    std::string key_;
};

// The pictures of a call, from when it is known how many.
class pictures_in_flight {
public:
    pictures_in_flight(std::shared_ptr<ledger> book, std::string dialect, int count)
        : book_(std::move(book)), dialect_(std::move(dialect)), count_(count) {
        book_->add_pictures(dialect_, count_);
    }

    pictures_in_flight(const pictures_in_flight&) = delete;
    pictures_in_flight& operator=(const pictures_in_flight&) = delete;

    ~pictures_in_flight() { book_->remove_pictures(dialect_, count_); }

private:
    std::shared_ptr<ledger> book_;
    std::string dialect_;
    int count_;
};

} // namespace imagined::sandbox
