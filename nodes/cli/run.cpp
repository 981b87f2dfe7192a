#include <zzz_jobs/nodes/cli/cli.hpp>

#include <zzz_jobs/config/node/load.hpp>
#include <zzz_jobs/nodes/cli/context.hpp>
#include <zzz_jobs/nodes/cli/parse.hpp>

namespace zzz_jobs::node::cli {

namespace {

int run_command(int argc, const char* const* argv, Host& host) {
  auto command = parse(argc, argv);
  if (command.verb == nullptr) {
    host.out() << command.text;
    return exit_ok;
  }
  Context context(host, std::move(command.arguments));
  return command.verb->run(context);
}

int failed(Host& host, int code, const char* text) {
  host.out().flush();
  host.err() << "zzz-jobs: " << printable_lines(text) << '\n';
  return code;
}

} // namespace

std::map<std::string, std::string> Host::environment() {
  return process_environment();
}

int run(int argc, const char* const* argv, Host& host) {
  int status = exit_failed;
  try {
    status = run_command(argc, argv, host);
  } catch (const Failure& failure) {
    return failed(host, failure.code(), failure.what());
  } catch (const Error& error) {
    return failed(host, exit_code_of(error.code()), error.what());
  } catch (const std::exception& error) {
    return failed(host, exit_failed, error.what());
  }
  // A full disk must not look like success.
  if (!host.out().flush())
    return failed(host, exit_failed, "the output cannot be written");
  return status;
}

} // namespace zzz_jobs::node::cli
