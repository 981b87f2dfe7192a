#pragma once

#include <zzz_jobs/nodes/control/byte_stream.hpp>
#include <zzz_jobs/nodes/control/http_dialogue.hpp>

#include <httplib.h>

#include <array>
#include <string>

namespace zzz_jobs::node::control {

/// A connection as cpp-httplib wants it, read through a buffer (it asks for single
/// bytes), bounded in time and bytes for each request.
class HttpStream final : public httplib::Stream {
public:
  HttpStream(ByteStream& bytes, const HttpLimits& limits) : bytes_(bytes), limits_(limits) {}

  /// Waits for the next request's first byte. False: there is none.
  [[nodiscard]] bool begin_request();
  /// Line and headers are read: what follows may be as large as a body.
  void begin_body();
  /// No answer's end may be taken for the next request's beginning, or the other way.
  void close_after_answer() { closes_ = true; }
  [[nodiscard]] bool closes() const { return closes_; }

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  /// It must not be used beside this.
  socket_t socket() const override { return -1; }

private:
  [[nodiscard]] bool fill(Deadline deadline);

  ByteStream& bytes_;
  const HttpLimits& limits_;
  std::array<char, 16 * 1024> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t bytes_left_ = 0; ///< that may be read of this request
  Deadline request_end_{};
  Deadline answer_end_{};
  bool is_answering_ = false;
  bool closes_ = false;
};

} // namespace zzz_jobs::node::control
