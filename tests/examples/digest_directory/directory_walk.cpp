#include "examples/digest_directory/directory_walk.hpp"

#include <system_error>
#include <utility>
#include <vector>

namespace digest_directory {
namespace {

namespace fs = std::filesystem;

/// Links first: the other questions look through them. The answers mostly come
/// with the directory; a file that is gone meanwhile answers no to all.
void sort_in(const fs::directory_entry& entry, const WalkVisitor& visitor,
             std::vector<fs::path>& directories) {
  std::error_code gone;
  if (entry.is_symlink(gone))
    return;
  if (entry.is_directory(gone))
    directories.push_back(entry.path());
  else if (entry.is_regular_file(gone))
    visitor.file(entry.path());
}

} // namespace

bool walk_directory(const fs::path& root, const std::stop_token& stop, const WalkVisitor& visitor) {
  std::vector<fs::path> waiting{root};
  while (!waiting.empty()) {
    const auto directory = std::move(waiting.back());
    waiting.pop_back();
    std::error_code error;
    for (fs::directory_iterator at{directory, error}; !error && at != fs::directory_iterator{};
         at.increment(error)) {
      if (stop.stop_requested())
        return false;
      sort_in(*at, visitor, waiting);
    }
    if (error)
      visitor.unreadable(directory, error.message());
  }
  return !stop.stop_requested();
}

} // namespace digest_directory
