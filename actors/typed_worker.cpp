#include <zzz_jobs/actors/typed_worker.hpp>

#include <msgpack/unpack.hpp>

namespace zzz_jobs::detail {

msgpack::object_handle unpacked(std::string_view json) {
  const auto bytes = msgpack_from_json(json.empty() ? "{}" : json);
  return msgpack::unpack(bytes.data(), bytes.size());
}

} // namespace zzz_jobs::detail
