// The handlers of a campaign's nodes; ZZZ_TEST_LEDGER is the ledger's file, and
// ZZZ_TEST_ROLE what the node is in its cluster.

#include "cluster/planned_work.hpp"

#include <zzz_jobs/nodes/plugin.hpp>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

using namespace zzz_jobs::cluster;

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr)
    throw std::runtime_error{std::string{name} + " is not set"};
  return value;
}

/// As long as a handler may run.
struct Records {
  Ledger ledger{variable("ZZZ_TEST_LEDGER")};
  PlannedWork work{ledger};
};

} // namespace

ZZZ_JOBS_PLUGIN(host) {
  const auto records = std::make_shared<Records>();
  auto worker = records->work.worker();
  worker.handler = [records, handler = std::move(worker.handler)](std::string_view args,
                                                                  zzz_jobs::JobContext& context) {
    handler(args, context);
  };
  host.register_worker(std::move(worker));
  host.on_event([records](const zzz_jobs::Event& event) { records->work.note(event); });
  records->ledger.write({.kind = Kind::ready, .how = variable("ZZZ_TEST_ROLE")});
}
