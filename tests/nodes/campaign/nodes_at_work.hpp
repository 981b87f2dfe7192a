#pragma once

#include "cluster/campaign.hpp"
#include "cluster/process.hpp"
#include "nodes/campaign/ground.hpp"
#include "nodes/cluster/certificates.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <set>
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
    std::set<std::size_t> idle{}; ///< places that work no queue
    std::string node_section{};   ///< lines for it
  };
  /// Writes a file for each of them; the peers come first.
  NodesAtWork(const cluster::Campaign& campaign, const Ground& ground, Setting setting);

  [[nodiscard]] std::size_t size() const noexcept { return setting_.peers + setting_.guests; }
  [[nodiscard]] bool is_guest(std::size_t place) const noexcept { return place >= setting_.peers; }
  [[nodiscard]] std::filesystem::path socket(std::size_t place) const;
  /// Its process, which writes `ready` when it has its store.
  [[nodiscard]] std::shared_ptr<cluster::Process> start(cluster::Campaign& campaign,
                                                        std::size_t place) const;

private:
  [[nodiscard]] std::filesystem::path path(std::size_t place, const std::string& suffix) const;
  [[nodiscard]] std::string store_of(std::size_t place) const;
  [[nodiscard]] std::string file_of(std::size_t place) const;

  const Ground& ground_;
  const Setting setting_;
  const std::filesystem::path folder_;
  const std::string database_;
  Authority authority_;
};

} // namespace zzz_jobs::node::test
