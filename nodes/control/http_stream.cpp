#include <zzz_jobs/nodes/control/http_stream.hpp>

#include <algorithm>
#include <cstring>

namespace zzz_jobs::node::control {
namespace {

/// Line and headers, and what surrounds the pieces of a chunked body.
constexpr std::size_t head_bytes_max = 64 * 1024;

} // namespace

bool HttpStream::fill(Deadline deadline) {
  begin_ = 0;
  end_ = bytes_.read(buffer_.data(), buffer_.size(), deadline);
  return end_ > 0;
}

bool HttpStream::begin_request() {
  request_bytes_ = 0;
  is_answering_ = false;
  if (begin_ == end_ && !fill(std::chrono::steady_clock::now() + limits_.idle_max))
    return false;
  request_end_ = std::chrono::steady_clock::now() + limits_.request_max;
  return true;
}

ssize_t HttpStream::read(char* to, size_t size) {
  // Small pieces of a chunked body have twice their size around them.
  if (request_bytes_ > 4 * limits_.body_bytes_max + head_bytes_max)
    return -1;
  if (begin_ == end_ && !fill(request_end_))
    return -1;
  if (std::chrono::steady_clock::now() > request_end_)
    return -1; // every byte came in time, and there were too many
  const auto count = std::min(size, end_ - begin_);
  std::memcpy(to, buffer_.data() + begin_, count);
  begin_ += count;
  request_bytes_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t HttpStream::write(const char* from, size_t size) {
  if (!is_answering_)
    answer_end_ = std::chrono::steady_clock::now() + limits_.answer_max;
  is_answering_ = true;
  return bytes_.write({from, size}, answer_end_) ? static_cast<ssize_t>(size) : -1;
}

} // namespace zzz_jobs::node::control
