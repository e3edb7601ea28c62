#include "imagined/base/clock.hpp"

namespace imagined {

namespace {

class machine_clock final : public clock {
public:
    unix_millis now() const override {
        using namespace std::chrono;
        return duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    }
};

} // namespace

const clock& system_clock() {
    static const machine_clock instance;
    return instance;
}

} // namespace imagined
