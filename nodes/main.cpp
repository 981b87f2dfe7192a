// The zzz-jobs program.
#include <zzz_jobs/nodes/cli/cli.hpp>
#include <zzz_jobs/nodes/run/process_host.hpp>

int main(int argc, char** argv) {
  zzz_jobs::node::ProcessHost host;
  return zzz_jobs::node::cli::run(argc, argv, host);
}
