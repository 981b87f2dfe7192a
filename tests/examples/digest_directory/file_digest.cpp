#include "examples/digest_directory/file_digest.hpp"

#include "examples/digest_directory/gzip_text.hpp"
#include "examples/digest_directory/text_count.hpp"

#include <openssl/evp.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace digest_directory {
namespace {

constexpr std::size_t piece_bytes = std::size_t{64} * 1024;

[[noreturn]] void fail(const char* verb, int reason) {
  throw FileError(std::string{"cannot "} + verb + ": " + std::strerror(reason));
}

class InputFile {
public:
  /// Neither waits for the writer of a pipe nor takes a directory for a file.
  explicit InputFile(const std::string& path)
    : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
    if (descriptor_ < 0)
      fail("open", errno);
    struct stat status {};
    const bool known = fstat(descriptor_, &status) == 0;
    if (known && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)))
      return; // reading a directory fails with a clear reason
    const int reason = errno;
    close(descriptor_);
    known ? throw FileError("cannot read: Not a regular file") : fail("look at", reason);
  }
  ~InputFile() { close(descriptor_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// Empty at the end of the file.
  std::string_view read_into(std::vector<char>& buffer) const {
    ssize_t size = 0;
    do
      size = read(descriptor_, buffer.data(), buffer.size());
    while (size < 0 && errno == EINTR);
    if (size < 0)
      fail("read", errno);
    return {buffer.data(), static_cast<std::size_t>(size)};
  }

private:
  int descriptor_;
};

class Sha256 {
public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    check(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  void add(std::string_view bytes) {
    check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }
  [[nodiscard]] std::string hexadecimal() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    check(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
      text += digits[digest[i] >> 4U];
      text += digits[digest[i] & 15U];
    }
    return text;
  }

private:
  static void check(bool good) {
    if (!good)
      throw std::runtime_error("OpenSSL: SHA-256 is not to be had");
  }
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

/// The lines and words of a file that may be compressed: both counts are kept,
/// since only its end tells whether it could be uncompressed.
class FileText {
public:
  explicit FileText(bool compressed) {
    if (compressed)
      gzip_.emplace();
  }
  void add(std::string_view bytes, const std::function<bool()>& should_stop) {
    as_it_is_.add(bytes);
    if (gzip_)
      gzip_->add(bytes, [&](std::string_view text) {
        if (should_stop()) // a piece of a file may hold a thousand pieces of text
          throw Interrupted("interrupted while uncompressing");
        uncompressed_.add(text);
      });
  }
  [[nodiscard]] const TextCount& count() const {
    return gzip_ && gzip_->is_whole() ? uncompressed_ : as_it_is_;
  }

private:
  TextCount as_it_is_{};
  TextCount uncompressed_{};
  std::optional<GzipText> gzip_{};
};

} // namespace

FileDigest digest_of(const std::string& path, const std::function<bool()>& should_stop) {
  const InputFile file{path};
  std::vector<char> buffer(piece_bytes);
  FileDigest digest;
  Sha256 sha256;
  FileText text{path.ends_with(".gz")};
  while (true) {
    if (should_stop())
      throw Interrupted("interrupted while reading");
    const auto piece = file.read_into(buffer);
    if (piece.empty())
      break;
    digest.bytes += piece.size();
    sha256.add(piece);
    text.add(piece, should_stop);
  }
  digest.lines = text.count().lines();
  digest.words = text.count().words();
  digest.sha256 = sha256.hexadecimal();
  return digest;
}

} // namespace digest_directory
