// The processes of gateway_drain_ratio: `--pg-node gateway:FOLDER SCHEMA` and
// `--pg-node guest:FOLDER PORT`, with certificates in the folder.

#include "bench/pg_database.hpp"
#include "bench/pg_node.hpp"
#include "bench/work.hpp"

#include <zzz_jobs/nodes/cluster.hpp>
#include <zzz_jobs/nodes/cluster/endpoint.hpp>
#include <zzz_jobs/nodes/cluster/remote_store.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

namespace zzz_jobs::bench {
namespace {

constexpr std::string_view gateway = "gateway:";
constexpr std::string_view guest = "guest:";

node::TlsSection certificates(const std::string& folder) {
  return {
    .certificate = folder + "/node.crt", .key = folder + "/node.key", .ca = folder + "/ca.crt"};
}

/// It runs nothing itself.
void serve(const std::string& folder, const std::string& schema) {
  PgStore::Config config;
  config.url = postgres_url();
  config.schema = schema;
  PgSupervisor supervisor{config, ten_at_once()};
  node::Cluster cluster{
    supervisor,
    {.section = {.listen = "127.0.0.1:0", .tls = certificates(folder), .gateway = true}}};
  send_number(node::parse_endpoint("gateway", cluster.address()).port);
  (void)wait_for_call();
}

void visit(const std::string& folder, const std::string& port) {
  Supervisor<node::RemoteStore> supervisor{
    node::RemoteStore::Config{
      .gateways = {"zzz://127.0.0.1:" + port}, .name = "guest", .tls = certificates(folder)},
    ten_at_once()};
  drain_when_called(supervisor);
}

} // namespace

bool is_gateway_part(std::string_view what) {
  return what.starts_with(gateway) || what.starts_with(guest);
}

int run_gateway_part(const std::vector<std::string>& arguments) {
  const auto& what = arguments.at(1);
  if (what.starts_with(gateway))
    serve(what.substr(gateway.size()), arguments.at(2));
  else
    visit(what.substr(guest.size()), arguments.at(2));
  return 0;
}

} // namespace zzz_jobs::bench
