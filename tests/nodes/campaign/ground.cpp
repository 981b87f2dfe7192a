#include "nodes/campaign/ground.hpp"

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace zzz_jobs::node::test {

namespace {

/// All of 127.0.0.0/8 is this machine: a process has addresses of its own, and
/// campaigns that run at once do not meet.
std::string own_loopback(std::size_t place) {
  const auto pid = static_cast<unsigned>(getpid());
  return "127." + std::to_string(1 + pid / 250 % 250) + '.' + std::to_string(1 + pid % 250) + '.'
    + std::to_string(10 + place);
}

} // namespace

Ground::Ground(Kind kind, std::size_t nodes) {
  if (kind == Kind::namespaces) {
    network_.emplace();
    database_ = network_->add_host();
    // Nobody else is in this network. The server may be another user's, and reads it.
    std::filesystem::permissions(folder_.path(), std::filesystem::perms{0755});
    std::ofstream{folder_.path() / "hba"} << "host all all " << OwnNetwork::subnet() << " trust\n";
  }
  for (std::size_t place = 0; place < nodes; ++place)
    if (network_) {
      hosts_.push_back(network_->add_host());
      addresses_.push_back(hosts_.back().address());
    } else {
      addresses_.push_back(own_loopback(place));
    }
}

support::PostgresOptions Ground::database() const {
  support::PostgresOptions options;
  if (database_) {
    options.launcher = database_->launcher();
    options.host = database_->address();
    options.settings = {"listen_addresses=" + options.host,
                        "hba_file=" + (folder_.path() / "hba").string()};
  }
  return options;
}

std::vector<std::string> Ground::launcher(std::size_t place) const {
  return network_ ? hosts_.at(place).launcher() : std::vector<std::string>{};
}

void Ground::cut(std::size_t place) {
  network_->cut(hosts_.at(place));
}

void Ground::join(std::size_t place) {
  network_->join(hosts_.at(place));
}

} // namespace zzz_jobs::node::test
