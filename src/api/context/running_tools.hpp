// Calls of tools that are being answered, so that whoever made one can call it off: in this
// process, which its next message mostly reaches.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace imagined::api {

struct running_tool {
    std::string task;
    bool made_here = false; // the task, by this call
    bool cancelled = false;
    std::function<void()> called_off = nullptr; // whoever waits for it looks up
};

class running_tools {
public:
    // `name` is that of the call among all callers'; of two of one name the later counts.
    std::shared_ptr<running_tool> begin(const std::string& name) {
        std::erase_if(calls_, [](const auto& one) { return one.second.expired(); });
        auto made = std::make_shared<running_tool>();
        calls_[name] = made;
        return made;
    }

    // nullptr when it is not running here any more.
    std::shared_ptr<running_tool> find(const std::string& name) const {
        const auto known = calls_.find(name);
        return known == calls_.end() ? nullptr : known->second.lock();
    }

private:
    std::map<std::string, std::weak_ptr<running_tool>> calls_;
};

} // namespace imagined::api
