#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

namespace digest_directory {

/// Who is told what a walk finds.
struct WalkVisitor {
  std::function<void(const std::filesystem::path& file)> file{};
  std::function<void(const std::filesystem::path& directory, const std::string& reason)>
    unreadable{};
};

/// Finds every regular file below `root`; links are not followed. A directory
/// that cannot be read, or not to its end, is told and passed over. Ends early,
/// answering false, when `stop` says so.
bool walk_directory(const std::filesystem::path& root, const std::stop_token& stop,
                    const WalkVisitor& visitor);

} // namespace digest_directory
