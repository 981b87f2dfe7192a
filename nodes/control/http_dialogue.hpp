#pragma once

#include <zzz_jobs/nodes/control/byte_stream.hpp>
#include <zzz_jobs/nodes/control/http_site.hpp>

#include <memory>

namespace zzz_jobs::node::control {

struct HttpLimits {
  std::size_t body_bytes_max = 16 * 1024 * 1024;
  std::chrono::milliseconds idle_max{15'000};    ///< until a request begins
  std::chrono::milliseconds request_max{30'000}; ///< from its first byte to its last
  std::chrono::milliseconds answer_max{30'000};  ///< to write the answer
  std::size_t requests_max = 10'000;             ///< over one connection
};

/// Speaks HTTP over connections: cpp-httplib reads requests and writes answers, but does
/// not wait for them. Its own server gives a peer a time for each read, so that one byte
/// after the other holds a thread for hours, and bounds no line and no chunked body.
class HttpDialogue {
public:
  /// `site` outlives it.
  HttpDialogue(const HttpSite& site, HttpLimits limits);
  ~HttpDialogue();

  /// Answers requests until the connection ends, or shall. Any thread.
  void serve(ByteStream& bytes);

private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

} // namespace zzz_jobs::node::control
