#pragma once

#include <zzz_jobs/nodes/cli/arguments.hpp>
#include <zzz_jobs/nodes/cli/verb.hpp>

#include <string>

namespace zzz_jobs::node::cli {

/// A command line as it was understood: a verb to run, or a text to show.
struct Command {
  const Verb* verb = nullptr; ///< none: show `text`
  Arguments arguments{};
  std::string text{}; ///< the help that was asked for, or the version
};

/// Reads a command line. @throws Failure(exit_usage) that names what is wrong, and
/// for a word that is no verb the nearest one.
Command parse(int argc, const char* const* argv);

} // namespace zzz_jobs::node::cli
