// Pictures on their way to the disk: one batch at a time, and what comes meanwhile goes together
// with the next one. A lone picture waits for nobody; many share their flushes. Single-threaded, as
// its executor.
#pragma once

#include "imagined/base/offload_pool.hpp"
#include "imagined/base/wakeup.hpp"
#include "imagined/store/image_store.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace imagined::worker {

class picture_line {
public:
    // image_store::put_all(), run on the pool.
    using store_all = std::function<
        std::vector<result<store::stored_picture>>(const std::vector<store::new_picture>&)>;

    struct order {
        std::string id;
        int n = 0;
        std::shared_ptr<const std::string> bytes;
        bool shown = false; // it is to be picture 0 as well
    };

    picture_line(executor on, offload_pool& pool, store_all store)
        : on_(on), pool_(pool), store_(std::move(store)) {}

    // As image_store::put(). The line outlives whoever stands in it.
    awaitable<result<store::stored_picture>> put(order wanted);

private:
    struct standing {
        standing(order of, executor on) : wanted(std::move(of)), look(on) {}

        order wanted;
        wakeup look; // it has ended, or it is this one's turn to store what waits
        std::optional<result<store::stored_picture>> ended;
    };

    using batch = std::vector<std::shared_ptr<standing>>;

    class turn;

    awaitable<> store_waiting();

    executor on_;
    offload_pool& pool_;
    store_all store_;
    std::deque<std::shared_ptr<standing>> waiting_;
    bool storing_ = false;
};

} // namespace imagined::worker
