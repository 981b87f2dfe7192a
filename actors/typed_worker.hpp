#pragma once

#include <zzz_jobs/actors/args_json.hpp>
#include <zzz_jobs/actors/worker_def.hpp>
#include <zzz_jobs/config/errc.hpp>

// Not <msgpack.hpp>: its unpacker would be a tenth of what a user's file compiles.
#include <msgpack/object.hpp>
#include <msgpack/pack.hpp>
#include <msgpack/sbuffer.hpp>
#include <msgpack/type.hpp>

#include <exception>
#include <functional>
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

namespace detail {

/// The JSON text as a value; an empty text is an object without fields.
/// @throws Error(invalid_argument) where it is none.
[[nodiscard]] msgpack::object_handle unpacked(std::string_view json);

/// Which parts of `value` a type does not take, and what it would take instead:
/// `args: field "address.zip" must be a string, got an integer`. The values
/// themselves stay out of it. `fits` tries to convert a value.
[[nodiscard]] std::string misfit(const msgpack::object& value,
                                 const std::function<bool(const msgpack::object&)>& fits);

template <class Args>
bool fits(const msgpack::object& value) {
  try {
    (void)value.as<Args>();
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

} // namespace detail

/// The struct back from its JSON text. Absent fields keep their default value,
/// unknown ones are ignored; an empty text is a struct without fields.
/// @throws Error(invalid_argument) where the text does not fit the type.
template <class Args>
[[nodiscard]] Args decode_args(std::string_view json) {
  const auto handle = detail::unpacked(json);
  try {
    return handle.get().template as<Args>();
  } catch (const msgpack::type_error&) {
    throw Error(errc::invalid_argument, detail::misfit(handle.get(), detail::fits<Args>));
  }
}

namespace detail {

/// The first parameter of a callable, without reference and const.
template <class F>
struct FirstParameter : FirstParameter<decltype(&F::operator())> {};
template <class R, class First, class... Rest, bool Noexcept>
struct FirstParameter<R (*)(First, Rest...) noexcept(Noexcept)> {
  using type = std::remove_cvref_t<First>;
};
template <class R, class First, class... Rest, bool Noexcept>
struct FirstParameter<R(First, Rest...) noexcept(Noexcept)>
  : FirstParameter<R (*)(First, Rest...)> {};
template <class R, class C, class First, class... Rest, bool Noexcept>
struct FirstParameter<R (C::*)(First, Rest...) noexcept(Noexcept)>
  : FirstParameter<R (*)(First, Rest...)> {};
template <class R, class C, class First, class... Rest, bool Noexcept>
struct FirstParameter<R (C::*)(First, Rest...) const noexcept(Noexcept)>
  : FirstParameter<R (*)(First, Rest...)> {};

template <class F>
inline constexpr bool is_raw_handler = std::is_invocable_v<F&, std::string_view, JobContext&>;

/// A parameter that takes the text of the arguments as it is.
template <class Parameter>
inline constexpr bool is_text =
  std::is_same_v<Parameter, std::string> || std::is_same_v<Parameter, std::string_view>;

/// What a handler's first parameter is given.
template <class Parameter>
[[nodiscard]] Parameter args_for(std::string_view text, const JobContext& context) {
  if constexpr (is_text<Parameter>) {
    return Parameter{text};
  } else {
    try {
      return decode_args<Parameter>(text);
    } catch (const Error& error) {
      throw Error(error.code(), "worker \"" + context.job().worker + "\": " + error.what());
    }
  }
}

} // namespace detail

/// A handler of typed arguments as a Handler: `function(const Args&, JobContext&)`
/// or `function(const Args&)`, by value as well. A callable that takes the text
/// of the arguments (std::string_view or std::string) is given the text.
template <class F>
[[nodiscard]] Handler make_handler(F function) {
  if constexpr (detail::is_raw_handler<F>) {
    return Handler{std::move(function)};
  } else {
    using Args = typename detail::FirstParameter<F>::type;
    constexpr bool with_context = std::is_invocable_v<F&, Args, JobContext&>;
    static_assert(with_context || std::is_invocable_v<F&, Args>,
                  "a handler is (const Args&, JobContext&), (const Args&), "
                  "(std::string_view, JobContext&) or (std::string_view)");
    return [function = std::move(function)](std::string_view text, JobContext& context) mutable {
      auto args = detail::args_for<Args>(text, context);
      if constexpr (with_context)
        function(std::move(args), context);
      else
        function(std::move(args));
    };
  }
}

} // namespace zzz_jobs
