#include <zzz_jobs/nodes/cli/cli.hpp>

#include <zzz_jobs/config/node/load.hpp>
#include <zzz_jobs/nodes/cli/context.hpp>
#include <zzz_jobs/nodes/cli/parse.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace zzz_jobs::node::cli {

using namespace std::string_view_literals;

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

/// Whether a program reads what is written, which may be why the rest makes no sense.
bool wants_json(int argc, const char* const* argv) {
  return std::any_of(argv, argv + argc, [](const char* word) { return word == "--json"sv; });
}

/// How a command fails: a line for people, or JSON on the same stream.
class Failing {
public:
  Failing(Host& host, bool json) : host_(host), json_(json) {}

  int operator()(int code, const char* text, std::string_view name = {}) const {
    host_.out().flush();
    if (json_)
      host_.err() << nlohmann::json{{"error", text},
                                    {"code",
                                     name.empty() ? nlohmann::json{} : nlohmann::json(name)},
                                    {"exit_status", code}}
                       .dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
                  << '\n';
    else
      host_.err() << "zzz-jobs: " << printable_lines(text) << '\n';
    return code;
  }

private:
  Host& host_;
  bool json_;
};

} // namespace

std::map<std::string, std::string> Host::environment() {
  return process_environment();
}

int run(int argc, const char* const* argv, Host& host) {
  int status = exit_failed;
  const Failing failed{host, wants_json(argc, argv)};
  try {
    status = run_command(argc, argv, host);
  } catch (const Failure& failure) {
    return failed(failure.code(), failure.what(), failure.name());
  } catch (const Error& error) {
    return failed(exit_code_of(error.code()), error.what(), to_string(error.code()));
  } catch (const std::exception& error) {
    return failed(exit_failed, error.what());
  }
  // A full disk must not look like success.
  if (!host.out().flush())
    return failed(exit_failed, "the output cannot be written");
  return status;
}

} // namespace zzz_jobs::node::cli
