#include <zzz_jobs/nodes/control/router.hpp>

#include <zzz_jobs/nodes/control/fields.hpp>
#include <zzz_jobs/nodes/control/json.hpp>

#include <optional>

namespace zzz_jobs::node::control {
namespace {

/// What the path has in place of the pattern's star; none if it does not fit.
std::optional<std::string_view> fit(std::string_view pattern, std::string_view path) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos)
    return pattern == path ? std::optional{std::string_view{}} : std::nullopt;
  const auto before = pattern.substr(0, star);
  const auto after = pattern.substr(star + 1);
  if (path.size() <= before.size() + after.size() || !path.starts_with(before)
      || !path.ends_with(after))
    return std::nullopt;
  return path.substr(before.size(), path.size() - before.size() - after.size());
}

} // namespace

std::int64_t Call::id() const {
  const auto number = integer_from(name);
  if (!number || *number < 1)
    throw Error(errc::invalid_argument,
                "id: must be a number of at least 1, got " + in_quotes(name));
  return *number;
}

ApiAnswer route(const std::vector<Route>& routes, Context& context, const ApiRequest& request) {
  bool has_path = false;
  for (const auto& one : routes) {
    const auto name = fit(one.path, request.path);
    if (!name)
      continue;
    has_path = true;
    if (one.method == request.method)
      return one.answer(context, {.request = request, .name = std::string{*name}});
  }
  if (has_path)
    return refusal(405, "method_not_allowed",
                   in_quotes(request.method) + " is not possible on " + in_quotes(request.path));
  return refusal(404, "not_found", "there is nothing at " + in_quotes(request.path));
}

} // namespace zzz_jobs::node::control
