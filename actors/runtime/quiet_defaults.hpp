#pragma once

#include <caf/all.hpp>

#include <exception>
#include <string>

namespace zzz_jobs::runtime {

/// Every actor of ours starts with this. CAF's own defaults print to the
/// application's stdout, end an actor for an unexpected error message, and lose
/// the text of an exception.
template <class Self>
void quiet_defaults(Self* self) {
  self->set_default_handler(caf::drop);
  self->set_down_handler([](caf::down_msg&) {});
  self->set_error_handler([](caf::error&) {});
  self->set_exception_handler([](std::exception_ptr& thrown) -> caf::error {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      return caf::make_error(caf::sec::runtime_error, std::string{error.what()});
    } catch (...) {
      return caf::make_error(caf::sec::runtime_error, std::string{"unknown exception"});
    }
  });
}

} // namespace zzz_jobs::runtime
