#include <zzz_jobs/nodes/cli/confirm.hpp>

namespace zzz_jobs::node::cli {

bool confirmed(Context& context, const Question& question) {
  if (context.arguments().has("--yes")) {
    if (!context.wants_json())
      context.err() << question.fact << '\n';
    return true;
  }
  const auto text = question.fact + ": " + question.asks;
  if (!context.host().terminal() || !context.host().shows_errors())
    throw Failure(exit_usage, text + " Say so with --yes");
  context.out().flush();
  context.err() << text << " [y/N] " << std::flush;
  std::string answer;
  std::getline(context.host().in(), answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

} // namespace zzz_jobs::node::cli
