#pragma once

#include <zzz_jobs/actors/args_json.hpp>
#include <zzz_jobs/actors/worker_def.hpp>
#include <zzz_jobs/config/errc.hpp>

#include <msgpack.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace zzz_jobs {

/// The JSON text of a struct that has `MSGPACK_DEFINE_MAP(...)`, or of any other
/// type that msgpack-c can pack.
/// @throws Error(invalid_argument) for values that JSON cannot hold.
template <class Args>
[[nodiscard]] std::string encode_args(const Args& args) {
  msgpack::sbuffer buffer;
  msgpack::pack(buffer, args);
  return json_from_msgpack(buffer.data(), buffer.size());
}

/// The struct back from its JSON text. Absent fields keep their default value,
/// unknown ones are ignored.
/// @throws Error(invalid_argument) where the text does not fit the type.
template <class Args>
[[nodiscard]] Args decode_args(std::string_view json) {
  const auto bytes = msgpack_from_json(json);
  try {
    return msgpack::unpack(bytes.data(), bytes.size()).get().template as<Args>();
  } catch (const msgpack::type_error&) {
    throw Error(errc::invalid_argument, "args: a field has another type than the worker expects");
  }
}

namespace detail {

/// The first parameter of a callable, without reference and const.
template <class F>
struct FirstParameter : FirstParameter<decltype(&F::operator())> {};
template <class R, class First, class... Rest>
struct FirstParameter<R (*)(First, Rest...)> {
  using type = std::remove_cvref_t<First>;
};
template <class R, class First, class... Rest>
struct FirstParameter<R(First, Rest...)> : FirstParameter<R (*)(First, Rest...)> {};
template <class R, class C, class First, class... Rest>
struct FirstParameter<R (C::*)(First, Rest...)> : FirstParameter<R (*)(First, Rest...)> {};
template <class R, class C, class First, class... Rest>
struct FirstParameter<R (C::*)(First, Rest...) const> : FirstParameter<R (*)(First, Rest...)> {};

template <class F>
inline constexpr bool is_raw_handler = std::is_invocable_v<F&, std::string_view, JobContext&>;

} // namespace detail

/// A handler of typed arguments as a Handler: `function(const Args&, JobContext&)`
/// or `function(const Args&)`. A callable that takes the text of the arguments
/// is passed through.
template <class F>
[[nodiscard]] Handler make_handler(F function) {
  if constexpr (detail::is_raw_handler<F>) {
    return Handler{std::move(function)};
  } else {
    using Args = typename detail::FirstParameter<F>::type;
    return [function = std::move(function)](std::string_view json, JobContext& context) {
      const auto args = decode_args<Args>(json);
      if constexpr (std::is_invocable_v<const F&, const Args&, JobContext&>)
        function(args, context);
      else
        function(args);
    };
  }
}

} // namespace zzz_jobs
