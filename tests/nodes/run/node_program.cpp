#include "nodes/run/node_program.hpp"

namespace zzz_jobs::node {

cluster::Process& NodeProgram::start(std::vector<std::string> further) {
  std::vector<std::string> command{"/usr/bin/env",
                                   "--chdir=" + folder_.path().string(),
                                   ZZZ_JOBS_PROGRAM,
                                   "node",
                                   "run",
                                   "--config",
                                   path("node.toml").string()};
  command.insert(command.end(), further.begin(), further.end());
  process_ = std::make_unique<cluster::Process>(command, path("log"));
  return *process_;
}

} // namespace zzz_jobs::node
