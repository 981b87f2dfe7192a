#pragma once

#include <zzz_jobs/nodes/cli/cli.hpp>

#include <istream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

namespace zzz_jobs::node {

/// The program's own process, as the verbs use it.
class ProcessHost final : public cli::Host {
public:
  std::istream& in() override;
  std::ostream& out() override;
  std::ostream& err() override;
  std::optional<std::string> variable(const std::string& name) override;
  std::optional<int> terminal() override;
  bool shows_errors() override;
  std::unique_ptr<ApiChannel> open_channel(const cli::Target& target) override;
  int run_node(const cli::NodeRun& run) override;
};

} // namespace zzz_jobs::node
