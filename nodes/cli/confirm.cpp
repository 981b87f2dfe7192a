#include <zzz_jobs/nodes/cli/confirm.hpp>

namespace zzz_jobs::node::cli {

bool confirmed(Context& context, const std::string& question) {
  if (context.arguments().has("--yes"))
    return true;
  if (!context.host().terminal() || !context.host().shows_errors())
    throw Failure(exit_usage, question + " Say so with --yes");
  context.out().flush();
  context.err() << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(context.host().in(), answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

} // namespace zzz_jobs::node::cli
