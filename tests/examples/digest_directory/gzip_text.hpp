#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace digest_directory {

/// The text in a gzip file, piece by piece and as `gzip -d` gives it: files that
/// were put together are one text, and what follows the last is passed over.
class GzipText {
public:
  using Sink = std::function<void(std::string_view)>;

  GzipText();
  ~GzipText();
  GzipText(const GzipText&) = delete;
  GzipText& operator=(const GzipText&) = delete;

  /// The next bytes of the file; hands on what they hold.
  void add(std::string_view bytes, const Sink& sink);

  /// Whether the bytes so far are a gzip file from its begin to its end.
  [[nodiscard]] bool is_whole() const noexcept;

private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

} // namespace digest_directory
