#include "examples/digest_directory/gzip_text.hpp"

#include <zlib.h>

#include <array>
#include <cstddef>
#include <new>

namespace digest_directory {
namespace {

enum class Place {
  first_header,
  next_header, ///< after a member, where another one may begin
  member,
  behind, ///< after the last member: all is said
  damaged,
};

constexpr int gzip_window = 15 + 16; // the largest window; gzip's frame only

} // namespace

struct GzipText::Stream {
  z_stream z{};
  gz_header header{};
  Place place = Place::first_header;
  std::array<char, std::size_t{64} * 1024> text{};

  Stream() {
    if (inflateInit2(&z, gzip_window) != Z_OK)
      throw std::bad_alloc{};
    inflateGetHeader(&z, &header);
  }
  ~Stream() { inflateEnd(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// One call of zlib; what it gave is in `text`.
  std::string_view inflate_some() {
    z.next_out = reinterpret_cast<Bytef*>(text.data());
    z.avail_out = static_cast<uInt>(text.size());
    const int code = ::inflate(&z, Z_NO_FLUSH);
    if (header.done == 1 && place != Place::damaged)
      place = Place::member;
    if (code == Z_STREAM_END)
      expect_next();
    else if (code != Z_OK && code != Z_BUF_ERROR)
      place = place == Place::next_header ? Place::behind : Place::damaged;
    return {text.data(), text.size() - z.avail_out};
  }

  void expect_next() {
    place = Place::next_header;
    header = {};
    inflateReset(&z);
    inflateGetHeader(&z, &header);
  }

  [[nodiscard]] bool is_over() const { return place == Place::behind || place == Place::damaged; }
};

GzipText::GzipText() : stream_(std::make_unique<Stream>()) {}
GzipText::~GzipText() = default;

void GzipText::add(std::string_view bytes, const Sink& sink) {
  auto& stream = *stream_;
  stream.z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.z.avail_in = static_cast<uInt>(bytes.size());
  bool full = false; // then zlib may hold back more of what it was given
  while (!stream.is_over() && (stream.z.avail_in > 0 || full)) {
    const auto piece = stream.inflate_some();
    full = piece.size() == stream.text.size();
    sink(piece);
  }
}

bool GzipText::is_whole() const noexcept {
  return stream_->place == Place::next_header || stream_->place == Place::behind;
}

} // namespace digest_directory
