#include <zzz_jobs/nodes/control/http_stream.hpp>

#include <algorithm>
#include <cstring>

namespace zzz_jobs::node::control {
namespace {

/// Line and headers.
constexpr std::size_t head_bytes_max = 64 * 1024;

} // namespace

bool HttpStream::fill(Deadline deadline) {
  begin_ = 0;
  end_ = bytes_.read(buffer_.data(), buffer_.size(), deadline);
  return end_ > 0;
}

bool HttpStream::begin_request() {
  bytes_left_ = head_bytes_max;
  is_answering_ = false;
  if (begin_ == end_ && !fill(std::chrono::steady_clock::now() + limits_.idle_max))
    return false;
  request_end_ = std::chrono::steady_clock::now() + limits_.request_max;
  return true;
}

void HttpStream::begin_body() {
  // The small pieces of a chunked body have as much again around them.
  bytes_left_ = 2 * limits_.body_bytes_max + head_bytes_max;
}

ssize_t HttpStream::read(char* to, size_t size) {
  if (bytes_left_ == 0)
    return -1;
  if (begin_ == end_ && !fill(request_end_))
    return -1;
  if (std::chrono::steady_clock::now() > request_end_)
    return -1; // every byte came in time, and there were too many
  const auto count = std::min({size, end_ - begin_, bytes_left_});
  std::memcpy(to, buffer_.data() + begin_, count);
  begin_ += count;
  bytes_left_ -= count;
  return static_cast<ssize_t>(count);
}

ssize_t HttpStream::write(const char* from, size_t size) {
  if (!is_answering_)
    answer_end_ = std::chrono::steady_clock::now() + limits_.answer_max;
  is_answering_ = true;
  return bytes_.write({from, size}, answer_end_) ? static_cast<ssize_t>(size) : -1;
}

} // namespace zzz_jobs::node::control
