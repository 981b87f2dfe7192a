#include <zzz_jobs/config/node/detail/text_file.hpp>

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace zzz_jobs::node::detail {

std::optional<std::string> read_text_file(const std::filesystem::path& file, std::size_t bytes_max,
                                          std::string& why) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    why = "cannot be read: it is a folder";
    return {};
  }
  errno = 0;
  std::ifstream stream{file, std::ios::binary};
  if (!stream) {
    why = "cannot be read: " + std::generic_category().message(errno);
    return {};
  }
  std::string text;
  std::array<char, 16 * 1024> part{};
  while (text.size() <= bytes_max && (stream.read(part.data(), part.size()) || stream.gcount() > 0))
    text.append(part.data(), static_cast<std::size_t>(stream.gcount()));
  if (stream.bad()) {
    why = "cannot be read to its end";
    return {};
  }
  if (text.size() > bytes_max) {
    why = "must be at most " + std::to_string(bytes_max) + " bytes";
    return {};
  }
  return text;
}

} // namespace zzz_jobs::node::detail
