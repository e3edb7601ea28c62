// Where those stand who want a place at a receiver that has none free: a line for each receiver,
// first come, first served. Only the head of a line asks for a place; whoever comes while others
// stand there goes to its end. Single-threaded.
#pragma once

#include "imagined/base/wakeup.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <string>

namespace imagined::worker {

class waiting_lines {
public:
    // A stand in the line before `host`, from construction to destruction. When its head leaves,
    // the next one is rung.
    class stand {
    public:
        stand(waiting_lines& in, std::string host, executor where);
        stand(const stand&) = delete;
        stand& operator=(const stand&) = delete;
        ~stand();

        bool is_first() const;

        // Rung when this one becomes the head, and when a place was left while it is.
        wakeup turn;

    private:
        waiting_lines& in_;
        std::string host_;
    };

    // A place at `host` is free, perhaps: its line's head looks again.
    void ring(const std::string& host);

    bool empty(const std::string& host) const { return !lines_.contains(host); }

private:
    std::map<std::string, std::deque<stand*>> lines_; // none is empty
};

} // namespace imagined::worker
