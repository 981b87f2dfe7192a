#pragma once

#include "nodes/campaign/own_network.hpp"
#include "support/postgres.hpp"
#include "support/temp_folder.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace zzz_jobs::node::test {

/// Where the processes of a campaign are: the database's server and each node in a
/// namespace of its own, or all of them on this machine's loopback interface.
class Ground {
public:
  enum class Kind : std::uint8_t { namespaces, loopback };
  Ground(Kind kind, std::size_t nodes);

  [[nodiscard]] bool has_links() const noexcept { return network_.has_value(); }
  /// How a server is started at the database's place.
  [[nodiscard]] support::PostgresOptions database() const;
  [[nodiscard]] const std::string& address(std::size_t place) const { return addresses_.at(place); }
  /// What stands before the command of the node at this place.
  [[nodiscard]] std::vector<std::string> launcher(std::size_t place) const;
  void cut(std::size_t place);
  void join(std::size_t place);

private:
  std::optional<OwnNetwork> network_{};
  std::optional<OwnNetwork::Host> database_{};
  std::vector<OwnNetwork::Host> hosts_{};
  std::vector<std::string> addresses_{};
  support::TempFolder folder_{};
};

} // namespace zzz_jobs::node::test
