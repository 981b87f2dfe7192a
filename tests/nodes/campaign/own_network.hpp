#pragma once

#include <string>
#include <vector>

namespace zzz_jobs::node::test {

/// Networks of this process's own: it stands in a network namespace, alone with what
/// it starts. The kernel removes it with the last process in it, however that ends:
/// nothing is left behind, and no name can collide.
class OwnNetwork {
public:
  /// Why this process can have none; empty if it can. Without the rights of root an
  /// own user namespace gives them, where the kernel lets everybody have one.
  [[nodiscard]] static const std::string& obstacle();

  /// Enters it, for good. Before this process has threads.
  /// @throws std::runtime_error.
  OwnNetwork();
  ~OwnNetwork();
  OwnNetwork(const OwnNetwork&) = delete;
  OwnNetwork& operator=(const OwnNetwork&) = delete;

  /// A machine, so to speak: a namespace that is linked to ours through a bridge.
  class Host {
  public:
    [[nodiscard]] const std::string& address() const noexcept { return address_; }
    /// What stands before a command that is to run there.
    [[nodiscard]] std::vector<std::string> launcher() const;

  private:
    friend class OwnNetwork;
    std::string address_{};
    std::string link_{}; ///< our end
    int space_ = -1;     ///< a descriptor of its namespace
  };
  [[nodiscard]] Host add_host();

  /// Its link is down: nobody answers it, and it answers nobody, not even that a port
  /// is closed.
  void cut(const Host& host);
  void join(const Host& host);
  /// Of all of them.
  [[nodiscard]] static std::string subnet();

private:
  int hosts_ = 0;
  std::vector<int> spaces_{};
};

} // namespace zzz_jobs::node::test
