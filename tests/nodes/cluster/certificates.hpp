#pragma once

#include <zzz_jobs/config/node/node_config.hpp>

#include <chrono>
#include <filesystem>
#include <string>

namespace zzz_jobs::node::test {

/// A certificate authority for one test; its files lie in a folder of the test's.
class Authority {
public:
  explicit Authority(std::filesystem::path folder, const std::string& name = "ca");

  struct Wish {
    std::chrono::hours begins{-1}; ///< from now
    std::chrono::hours ends{24};
    bool self_signed = false;
    std::string use = "serverAuth,clientAuth";
  };
  /// Makes NAME.crt and NAME.key; answers with what a node's file would say.
  TlsSection issue(const std::string& name) const { return issue(name, Wish{}); }
  TlsSection issue(const std::string& name, const Wish& wish) const;

  [[nodiscard]] std::filesystem::path file() const { return folder_ / (name_ + ".crt"); }

private:
  std::filesystem::path folder_;
  std::string name_;
};

} // namespace zzz_jobs::node::test
