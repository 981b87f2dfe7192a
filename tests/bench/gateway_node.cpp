// The processes of gateway_drain_ratio: `--pg-node gateway:FOLDER SCHEMA` and
// `--pg-node guest:FOLDER PORT`, with certificates in the folder; and those that are
// killed: `held-guest:FOLDER PORT` and `held-peer:FOLDER SCHEMA`.

#include "bench/pg_database.hpp"
#include "bench/pg_node.hpp"
#include "bench/work.hpp"

#include <zzz_jobs/nodes/cluster.hpp>
#include <zzz_jobs/nodes/cluster/endpoint.hpp>
#include <zzz_jobs/nodes/cluster/remote_store.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace zzz_jobs::bench {
namespace {

constexpr std::string_view gateway = "gateway:";
constexpr std::string_view guest = "guest:";
constexpr std::string_view held_guest = "held-guest:";
constexpr std::string_view held_peer = "held-peer:";

node::TlsSection certificates(const std::string& folder) {
  return {
    .certificate = folder + "/node.crt", .key = folder + "/node.key", .ca = folder + "/ca.crt"};
}

node::RemoteStore::Config through(const std::string& folder, const std::string& port) {
  return {.gateways = {"zzz://127.0.0.1:" + port}, .name = "guest", .tls = certificates(folder)};
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
  Supervisor<node::RemoteStore> supervisor{through(folder, port), ten_at_once()};
  drain_when_called(supervisor);
}

/// Runs jobs that do not end, and says which one it has.
void hold(AnySupervisor& supervisor) {
  supervisor.register_worker(std::string{held_job}, [](std::string_view, JobContext& context) {
    send_number(context.job().id);
    while (!context.stop_requested())
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
  });
  send_number(0);
  (void)wait_for_call();
  supervisor.start();
  (void)wait_for_call(); // until it is killed
}

void hold_as_guest(const std::string& folder, const std::string& port) {
  Supervisor<node::RemoteStore> supervisor{through(folder, port), ten_at_once()};
  hold(supervisor);
}

void hold_as_peer(const std::string& folder, const std::string& schema) {
  PgStore::Config config;
  config.url = postgres_url();
  config.schema = schema;
  PgSupervisor supervisor{config, ten_at_once()};
  node::Cluster cluster{supervisor,
                        {.section = {.listen = "127.0.0.1:0", .tls = certificates(folder)}}};
  hold(supervisor);
}

using Part = void (*)(const std::string& folder, const std::string& where);
constexpr std::pair<std::string_view, Part> parts[] = {
  {gateway, serve}, {guest, visit}, {held_guest, hold_as_guest}, {held_peer, hold_as_peer}};

} // namespace

bool is_gateway_part(std::string_view what) {
  return std::any_of(std::begin(parts), std::end(parts),
                     [&](const auto& part) { return what.starts_with(part.first); });
}

int run_gateway_part(const std::vector<std::string>& arguments) {
  const auto& what = arguments.at(1);
  for (const auto& [name, run] : parts)
    if (what.starts_with(name))
      run(what.substr(name.size()), arguments.at(2));
  return 0;
}

} // namespace zzz_jobs::bench
