#pragma once

#include <zzz_jobs/config/node/load.hpp>

#include <ostream>

namespace zzz_jobs::node {

/// How a node is run in the foreground.
struct RunOptions {
  ConfigSources sources{};
  bool once = false; ///< until nothing is due
};

/// Runs a node until SIGTERM or SIGINT (a second one hurries), until somebody asks it
/// to stop, or with `once` until nothing is due. SIGHUP reads the configuration again.
/// Problems of the configuration and of the start are written to `err`.
/// @returns 0; 1 if it could not start or handlers had to be given up; 2 if the
/// configuration does not hold, also where only the start shows it; 75 if the store or
/// an address cannot be had now.
int run_node(const RunOptions& options, std::ostream& err);

} // namespace zzz_jobs::node
