#include <zzz_jobs/nodes/run/process_host.hpp>

#include <zzz_jobs/nodes/run/run_node.hpp>
#include <zzz_jobs/nodes/run/target.hpp>

#include <unistd.h>

#include <cstdlib>
#include <iostream>

namespace zzz_jobs::node {

std::istream& ProcessHost::in() {
  return std::cin;
}

std::ostream& ProcessHost::out() {
  return std::cout;
}

std::ostream& ProcessHost::err() {
  return std::cerr;
}

std::optional<std::string> ProcessHost::variable(const std::string& name) {
  const char* text = std::getenv(name.c_str());
  return text == nullptr ? std::nullopt : std::optional<std::string>{text};
}

std::optional<int> ProcessHost::terminal() {
  return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 ? std::optional{STDIN_FILENO}
                                                                 : std::nullopt;
}

bool ProcessHost::shows_errors() {
  return isatty(STDERR_FILENO) == 1;
}

std::unique_ptr<ApiChannel> ProcessHost::open_channel(const cli::Target& target) {
  return open_target(target, process_environment());
}

int ProcessHost::run_node(const cli::NodeRun& run) {
  RunOptions options{.once = run.once};
  options.sources = sources_of(run.config, run.settings, process_environment());
  return node::run_node(options, err());
}

} // namespace zzz_jobs::node
