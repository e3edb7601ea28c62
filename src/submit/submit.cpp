#include "imagined/submit/submit.hpp"

#include <utility>

namespace imagined::submit {

context::context(submit::options chosen, parts given)
    : options(std::move(chosen)),
      banned(options.banned_words),
      tasks(given.tasks),
      submission(given.submission),
      images(given.images),
      pool(given.pool),
      backends(given.backends),
      courier(given.courier),
      metrics(given.metrics),
      web(given.web),
      find_own(std::move(given.find_own)),
      dice(std::random_device{}()) {}

} // namespace imagined::submit
