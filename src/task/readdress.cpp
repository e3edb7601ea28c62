#include "imagined/task/readdress.hpp"

#include <algorithm>
#include <array>

namespace imagined::task {

namespace {

// A quote within a JSON text is escaped, so none of these can stand in one.
constexpr std::array<std::string_view, 3> keys{R"("imageUrl":")", R"("url":")", R"("thumbnail":")"};

bool ends_in_key(std::string_view text) {
    return std::any_of(keys.begin(), keys.end(), [text](std::string_view key) {
        return text.ends_with(key);
    });
}

} // namespace

std::string readdressed(const std::string& view, std::string_view id, std::string_view base) {
    const std::string path = std::string("/mj/image/").append(id);
    std::string changed;
    std::size_t copied = 0;
    for (auto at = view.find(path); at != std::string::npos; at = view.find(path, at + 1)) {
        const auto start = view.rfind('"', at) + 1; // 0 without a quote: then it is no key
        const auto end = at + path.size();
        const bool whole = end < view.size() && (view[end] == '"' || view[end] == '/');
        if (!whole || start < copied || !ends_in_key(std::string_view(view).substr(0, start))) {
            continue;
        }
        if (changed.empty()) {
            changed.reserve(view.size() + 16 * base.size());
        }
        changed.append(view, copied, start - copied).append(base);
        copied = end;
    }
    if (copied == 0) {
        return view;
    }
    changed.append(view, copied);
    return changed;
}

} // namespace imagined::task
