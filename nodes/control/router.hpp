#pragma once

#include <zzz_jobs/nodes/control/api.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::node::control {

struct Context;

/// A request and what its path names in place of the route's "*".
struct Call {
  const ApiRequest& request;
  std::string name{};

  /// The name as a job's or node's number. @throws Error(invalid_argument).
  [[nodiscard]] std::int64_t id() const;
};

struct Route {
  std::string_view method;
  /// With at most one "*", which stands for one or more characters: names of queues
  /// and cron entries may have slashes.
  std::string_view path;
  ApiAnswer (*answer)(Context& context, const Call& call);
};

/// Finds who answers; of several that fit the first. Answers 404 and 405 itself.
/// Throws what the route throws.
[[nodiscard]] ApiAnswer route(const std::vector<Route>& routes, Context& context,
                              const ApiRequest& request);

} // namespace zzz_jobs::node::control
