// The second half of an exchange: the request is out, and what is kept is what its answer needs.
// Calls spend their minutes here, thousands at a time; so nothing of the request is left, no buffer
// and no reader exists yet, and with when_ready() no coroutine either.
#pragma once

#include "alarm.hpp"
#include "body_pace.hpp"
#include "response_reader.hpp"
#include "wire.hpp"
#include "wire_pool.hpp"

#include "imagined/http/client.hpp"

#include <boost/beast/core/flat_buffer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace imagined::http {

// What a failed operation on a wire means: a deadline explains an abort, else it was cancellation.
failure wire_failure(std::string_view doing, const boost::system::error_code& ec, bool timed_out);

class pending_answer final : public unanswered,
                             public std::enable_shared_from_this<pending_answer> {
public:
    struct expectations {
        std::string origin; // where its connection is kept afterwards
        response_reader::limits limits;
        bool to_head = false;
        bool status_only = false;
        const proxy* through = nullptr; // the proxy that passes it on, of the client
        body_pace::limits slowest;      // of the answer, once it has begun
    };

    // `pool` must outlive it.
    pending_answer(const alarm_clock& clock, wire_pool& pool, expectations expected);

    void when_ready(std::function<void()> ready) override;
    awaitable<exchange> end() override;

    // -- While the request is sent --------------------------------------------------------------

    // From now on the exchange is over `chosen`, which is closed at `deadline`.
    void use(std::unique_ptr<wire> chosen, alarm::time_point deadline);
    std::unique_ptr<wire> give_up();

    wire& over() { return *over_; }

    bool is_late() const { return bell_.rung(); }

    failure explain(std::string_view doing, const boost::system::error_code& ec) const {
        return wire_failure(doing, ec, is_late());
    }

    progress reached = progress::not_sent;
    bool written = false; // the whole request
    // Why it was not written whole; the answer may be there all the same, if there is to be one.
    std::unique_ptr<failure> broken;
    bool hopeless = false; // no answer is to be waited for: `broken` is the outcome

private:
    using final_reader = std::unique_ptr<response_reader>;

    void listen();
    void heard(const boost::system::error_code& ec);
    void wake();
    void set_bell(alarm::time_point at);
    awaitable<> wait_for_answer();
    awaitable<result<response>> read();
    // Where only the status counts, an answer that has told it is final however it goes on.
    result<final_reader> give_in(final_reader reader, failure why) const;
    awaitable<result<final_reader>> read_final(boost::beast::flat_buffer& buffer);
    void watch_pace();

    wire_pool& pool_;
    expectations expected_;
    std::unique_ptr<wire> over_;
    alarm bell_;
    alarm::time_point deadline_;
    std::unique_ptr<alarm> pace_bell_; // while an answer is read that must not come too slowly
    body_pace pace_;
    bool too_slow_ = false;
    std::function<void()> ready_;
    std::optional<boost::system::error_code> heard_; // once there is nothing to wait for
};

} // namespace imagined::http
