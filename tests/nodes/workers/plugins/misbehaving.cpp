// Does at its registration what ZZZ_TEST_PLUGIN says; most of it is refused.

#include <zzz_jobs/nodes/plugin.hpp>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace {

void nothing(std::string_view, zzz_jobs::JobContext&) {}

} // namespace

ZZZ_JOBS_PLUGIN(host) {
  const char* const wish = std::getenv("ZZZ_TEST_PLUGIN");
  const std::string what = wish != nullptr ? wish : "";
  if (what == "none")
    return;
  host.register_worker("first", nothing);
  if (what == "no_listener")
    host.on_event({});
  host.on_event([&host](const zzz_jobs::Event& event) {
    host.log(zzz_jobs::LogLevel::info,
             "heard event=" + std::string{to_string(event.type)}
               + " job=" + std::to_string(event.result.job.id));
  });
  if (what == "throws")
    throw std::runtime_error{"IMAGE_HOME is not set"};
  if (what == "twice")
    host.register_worker("first", nothing);
  if (what == "bad_options")
    host.register_worker("second", nothing, {.max_attempts = 0});
  if (what == "no_handler")
    host.register_worker(zzz_jobs::WorkerDef{.name = "second"});
  if (what == "enqueues")
    host.enqueue("first");
  if (what == "late")
    host.register_worker("second", [&host](std::string_view, zzz_jobs::JobContext&) {
      host.register_worker("third", nothing);
    });
  if (what == "listens_late")
    host.register_worker("second", [&host](std::string_view, zzz_jobs::JobContext&) {
      host.on_event([](const zzz_jobs::Event&) {});
    });
}
