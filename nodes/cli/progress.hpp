#pragma once

#include <zzz_jobs/nodes/cli/cli.hpp>

#include <string>

namespace zzz_jobs::node::cli {

/// One line of `err` that is written again and again, for people: nothing where no
/// terminal shows it. Gone with the object.
class Progress {
public:
  explicit Progress(Host& host) : host_(host), for_people_(host.shows_errors()) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(const std::string& text) {
    if (for_people_)
      host_.err() << "\r\x1b[K" << text << std::flush;
    shown_ = for_people_;
  }
  /// For what is written next.
  void clear() {
    if (shown_)
      host_.err() << "\r\x1b[K" << std::flush;
    shown_ = false;
  }

private:
  Host& host_;
  bool for_people_;
  bool shown_ = false;
};

} // namespace zzz_jobs::node::cli
