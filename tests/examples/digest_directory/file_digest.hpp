#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

#include <msgpack.hpp>

namespace digest_directory {

/// What is known of a file when it has been read; the result of a job, as JSON.
struct FileDigest {
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  std::uint64_t words = 0;
  std::string sha256{}; ///< lower hexadecimal, as `sha256sum` prints it
  MSGPACK_DEFINE_MAP(bytes, lines, words, sha256)
};

/// The file cannot be opened or read: `cannot open: No such file or directory`.
struct FileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The reading was broken off because `should_stop` said so.
struct Interrupted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Reads the file in pieces, whatever its size; `should_stop` is asked before
/// each. Bytes and digest are those of the file as it is. Lines and words of a
/// file named `*.gz` are those of the text in it, provided that it uncompresses
/// to its end; else they too are of the file as it is.
/// @throws FileError, Interrupted
[[nodiscard]] FileDigest digest_of(const std::string& path,
                                   const std::function<bool()>& should_stop);

} // namespace digest_directory
