#include "nodes/campaign/nodes_at_work.hpp"

#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

namespace zzz_jobs::node::test {

namespace {

constexpr int port = 4700;

} // namespace

NodesAtWork::NodesAtWork(const cluster::Campaign& campaign, const Ground& ground, Setting setting)
  : ground_(ground), setting_(std::move(setting)), folder_(campaign.folder()),
    database_(campaign.server().url()), authority_(folder_) {
  for (std::size_t place = 0; place < size(); ++place)
    std::ofstream{path(place, ".toml")} << file_of(place);
}

std::filesystem::path NodesAtWork::path(std::size_t place, const std::string& suffix) const {
  return folder_ / (std::to_string(place) + suffix);
}

std::filesystem::path NodesAtWork::socket(std::size_t place) const {
  return path(place, ".sock");
}

/// A guest's own gateway is the one that it names first.
std::string NodesAtWork::store_of(std::size_t place) const {
  std::ostringstream text;
  if (!is_guest(place)) {
    text << "url = \"" << database_ << "\"\nschema = \"" << cluster::campaign_schema
         << "\"\nlease = \"" << setting_.lease_s << "s\"\n";
    return std::move(text).str();
  }
  text << "url = [";
  for (std::size_t i = 0; i < setting_.peers; ++i)
    text << (i == 0 ? "" : ", ") << "\"zzz://" << ground_.address((place + i) % setting_.peers)
         << ':' << port << '"';
  text << "]\n";
  return std::move(text).str();
}

std::string NodesAtWork::file_of(std::size_t place) const {
  const auto name = (is_guest(place) ? "guest-" : "peer-") + std::to_string(place);
  const auto tls = authority_.issue(name);
  std::ostringstream text;
  const bool is_idle = setting_.idle.contains(place);
  text << (is_idle ? "queue = []\n" : "") << "[node]\nname = \"" << name << "\"\n"
       << setting_.node_section << "[store]\n"
       << store_of(place) << "[cluster]\n";
  if (!is_guest(place))
    text << "listen = \"" << ground_.address(place) << ':' << port << "\"\ngateway = true\n";
  // Paths are written with quotation marks.
  text << "certificate = " << tls.certificate << "\nkey = " << tls.key << "\nca = " << tls.ca
       << "\n[control]\nsocket = " << socket(place) << "\n";
  if (!is_idle)
    text << "[[queue]]\nname = \"default\"\nconcurrency = " << setting_.concurrency
         << "\ndirect_start = false\n";
  text << "[[plugin]]\npath = \"" << ZZZ_JOBS_PLANNED_PLUGIN << "\"\n";
  return std::move(text).str();
}

std::shared_ptr<cluster::Process> NodesAtWork::start(cluster::Campaign& campaign,
                                                     std::size_t place) const {
  std::vector<std::string> command{"/usr/bin/env"};
  const auto launcher = ground_.launcher(place);
  command.insert(command.end(), launcher.begin(), launcher.end());
  const auto role = is_guest(place) ? cluster::role::guest : cluster::role::gateway;
  command.insert(command.end(),
                 {"setpriv", "--pdeathsig=KILL", "--", "env",
                  "ZZZ_TEST_LEDGER=" + cluster::ledger_in(folder_).string(),
                  "ZZZ_TEST_ROLE=" + std::string{role}, ZZZ_JOBS_PROGRAM, "node", "run", "--config",
                  path(place, ".toml").string()});
  return campaign.start_program(command, "node-" + std::to_string(place));
}

} // namespace zzz_jobs::node::test
