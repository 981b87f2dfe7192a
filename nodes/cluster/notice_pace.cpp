#include <zzz_jobs/nodes/cluster/notice_pace.hpp>

#include <algorithm>

namespace zzz_jobs::node {
namespace {

/// Notices of one key say the same; none: each says something of its own.
std::optional<std::string> key_of(const Notice& notice) {
  const char* origin = notice.own ? "own " : "heard ";
  if (notice.kind == Notice::Kind::jobs)
    return origin + std::string{"jobs "} + notice.queue;
  if (notice.kind == Notice::Kind::cancelled && notice.claim.job_id == 0)
    return origin + std::string{"cancelled"};
  return std::nullopt;
}

} // namespace

bool NoticePace::may_go(const Notice& notice, Time now) {
  const auto key = key_of(notice);
  if (!key)
    return true;
  const auto [place, is_new] = told_.try_emplace(*key, Told{now});
  auto& told = place->second;
  if (is_new || (!told.held_back && now - told.at >= interval)) {
    told.at = now;
    return true;
  }
  told.held_back = notice;
  return false;
}

std::optional<NoticePace::Time> NoticePace::next() const {
  std::optional<Time> first;
  for (const auto& [key, told] : told_)
    if (told.held_back && (!first || told.at + interval < *first))
      first = told.at + interval;
  return first;
}

std::vector<Notice> NoticePace::due(Time now) {
  std::vector<Notice> out;
  for (auto place = told_.begin(); place != told_.end();) {
    auto& told = place->second;
    if (now - told.at < interval) {
      ++place;
    } else if (told.held_back) {
      out.push_back(*std::move(told.held_back));
      told = {.at = now};
      ++place;
    } else {
      place = told_.erase(place); // quiet for a while
    }
  }
  return out;
}

} // namespace zzz_jobs::node
