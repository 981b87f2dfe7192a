// Any bytes, taken as the arguments of a typed handler, are refused with Error or become a struct
// that makes the way back and forth without a change. Every other exception ends the fuzzer.

#include <zzz_jobs/actors/typed_worker.hpp>
#include <zzz_jobs/config/errc.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace {

struct Address {
  std::string street{};
  std::optional<std::int32_t> zip{};
  MSGPACK_DEFINE_MAP(street, zip)
};

struct Letter {
  std::string to{};
  std::uint8_t copies = 1;
  bool urgent = false;
  double weight = 0;
  Address address{};
  std::optional<Address> reply_to{};
  std::vector<Address> others{};
  std::map<std::string, std::vector<std::int64_t>> marks{};
  std::map<std::int32_t, std::string> pages{};
  std::pair<std::int16_t, std::string> place{};
  std::tuple<bool, std::optional<std::string>> flags{};
  std::vector<char> seal{};
  MSGPACK_DEFINE_MAP(to, copies, urgent, weight, address, reply_to, others, marks, pages, place,
                     flags, seal)
};

void expect(bool holds) {
  if (!holds)
    std::abort();
}

/// Unless it is refused, in words that are text themselves.
template <class Args>
std::optional<Args> decoded(std::string_view text) {
  try {
    return zzz_jobs::decode_args<Args>(text);
  } catch (const zzz_jobs::Error& failure) {
    expect(failure.code() == zzz_jobs::errc::invalid_argument);
    expect(!std::string_view{failure.what()}.empty());
    return std::nullopt;
  }
}

template <class Args>
void check(std::string_view text) {
  const auto args = decoded<Args>(text);
  if (!args)
    return;
  std::string json;
  try {
    json = zzz_jobs::encode_args(*args);
  } catch (const zzz_jobs::Error&) {
    return; // JSON cannot hold it: an object by numbers
  }
  const auto again = decoded<Args>(json);
  expect(again.has_value());
  expect(zzz_jobs::encode_args(*again) == json);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check<Letter>(text);
  check<std::vector<std::optional<Address>>>(text);
  check<std::map<std::string, std::map<std::string, double>>>(text);
  return 0;
}
