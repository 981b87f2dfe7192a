// Any bytes, taken as JSON and as MessagePack, are refused with Error or make the way to the
// other form and back without a change. Every other exception ends the fuzzer.

#include <zzz_jobs/actors/args_json.hpp>
#include <zzz_jobs/config/errc.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

void expect(bool holds) {
  if (!holds)
    std::abort();
}

template <class F>
std::optional<std::string> unless_refused(F convert) {
  try {
    return convert();
  } catch (const zzz_jobs::Error& failure) {
    expect(failure.code() == zzz_jobs::errc::invalid_argument);
    return std::nullopt;
  }
}

std::string through_msgpack(std::string_view json) {
  const auto bytes = zzz_jobs::msgpack_from_json(json);
  return zzz_jobs::json_from_msgpack(bytes.data(), bytes.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto once = unless_refused([&] { return through_msgpack(text); }))
    expect(through_msgpack(*once) == *once);
  if (const auto json =
        unless_refused([&] { return zzz_jobs::json_from_msgpack(text.data(), text.size()); }))
    expect(through_msgpack(*json) == *json);
  return 0;
}
