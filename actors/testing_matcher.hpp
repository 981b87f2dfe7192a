#pragma once

#include <zzz_jobs/actors/typed_worker.hpp>

#include <concepts>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace zzz_jobs::testing {

namespace detail {

/// A callable whose parameter types can be read: no generic lambda.
template <class F>
concept OneCallOperator = requires {
  &F::operator();
}
|| std::is_function_v<std::remove_pointer_t<F>>;

} // namespace detail

/// What the arguments of a job must be. Made by itself from what stands in its
/// place: nothing, a text, a struct, or a predicate.
class ArgsMatcher {
public:
  /// Any arguments.
  ArgsMatcher() = default;

  /// These: the same JSON value, however it is spaced and its fields are ordered;
  /// of arguments that are no JSON the same text.
  ArgsMatcher(std::string_view text);
  ArgsMatcher(const char* text) : ArgsMatcher(std::string_view{text}) {}
  ArgsMatcher(const std::string& text) : ArgsMatcher(std::string_view{text}) {}

  /// A predicate on the text (std::string_view) or on the struct that the worker
  /// takes (`[](const Mail& mail) { return mail.to == "ann"; }`). Arguments that
  /// are no such struct do not match.
  template <class F>
    requires(std::is_invocable_r_v<bool, const F&, std::string_view> || detail::OneCallOperator<F>)
  ArgsMatcher(F predicate) : text_("a predicate holds"), matches_(on_text(std::move(predicate))) {}

  /// The struct itself, as it would be enqueued.
  template <class Args>
    requires(
      !std::convertible_to<
        const Args&,
        std::
          string_view> && !std::is_invocable_r_v<bool, const Args&, std::string_view> && !detail::OneCallOperator<Args> && !std::same_as<Args, ArgsMatcher>)
  ArgsMatcher(const Args& args) : ArgsMatcher(std::string_view{encode_args(args)}) {}

  [[nodiscard]] bool operator()(std::string_view args) const { return !matches_ || matches_(args); }
  /// What is wanted, for messages; empty: anything.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
  template <class F>
  static std::function<bool(std::string_view)> on_text(F predicate) {
    if constexpr (std::is_invocable_r_v<bool, const F&, std::string_view>) {
      return predicate;
    } else {
      using Args = typename zzz_jobs::detail::FirstParameter<F>::type;
      static_assert(std::is_invocable_r_v<bool, const F&, const Args&>,
                    "a predicate takes the worker's struct or a std::string_view, returns bool "
                    "and changes nothing");
      return [predicate = std::move(predicate)](std::string_view text) -> bool {
        if constexpr (zzz_jobs::detail::is_text<Args>) {
          return predicate(Args{text});
        } else {
          try {
            return predicate(decode_args<Args>(text));
          } catch (const Error&) {
            return false; // another worker's arguments, or broken ones
          }
        }
      };
    }
  }

  std::string text_{};
  std::function<bool(std::string_view)> matches_{};
};

} // namespace zzz_jobs::testing
