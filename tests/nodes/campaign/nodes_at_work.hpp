#pragma once

#include "cluster/campaign.hpp"
#include "cluster/chaos.hpp"
#include "nodes/campaign/ground.hpp"
#include "nodes/cluster/certificates.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace zzz_jobs::node::test {

/// The `zzz-jobs` nodes of a campaign: peers, which have the database and let guests
/// work through them, and guests that know all of the peers. Mutual TLS between them.
class NodesAtWork {
public:
  struct Setting {
    std::size_t peers = 3;
    std::size_t guests = 2;
    int concurrency = 4;
    int lease_s = 3;
  };
  NodesAtWork(cluster::Campaign& campaign, const Ground& ground, Setting setting);

  [[nodiscard]] std::size_t size() const noexcept { return setting_.peers + setting_.guests; }
  [[nodiscard]] bool is_guest(std::size_t place) const noexcept { return place >= setting_.peers; }
  [[nodiscard]] std::filesystem::path socket(std::size_t place) const;
  [[nodiscard]] cluster::Fleet& fleet() noexcept { return *fleet_; }

private:
  void write_file(std::size_t place) const;
  [[nodiscard]] std::string store_of(std::size_t place) const;
  [[nodiscard]] std::string file_of(std::size_t place) const;
  std::shared_ptr<cluster::Process> start(std::size_t place);

  cluster::Campaign& campaign_;
  const Ground& ground_;
  const Setting setting_;
  Authority authority_;
  std::unique_ptr<cluster::Fleet> fleet_{};
};

} // namespace zzz_jobs::node::test
