// The smallest program that uses what a user would: a durable queue where it is
// built in, a worker of typed arguments, one job from enqueue to completed.

#include <zzz_jobs/zzz_jobs.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

struct Greeting {
  std::string name{};
  MSGPACK_DEFINE_MAP(name)
};

zzz_jobs::SupervisorConfig one_queue() {
  zzz_jobs::SupervisorConfig config;
  config.queues = {{.name = "default", .concurrency = 2}};
  return config;
}

bool is_completed(zzz_jobs::AnySupervisor& supervisor, std::int64_t id) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (std::chrono::steady_clock::now() < deadline) {
    if (supervisor.get(id)->state == zzz_jobs::JobState::completed)
      return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

bool works(zzz_jobs::AnySupervisor& supervisor) {
  supervisor.register_worker("greet", [](const Greeting& greeting, zzz_jobs::JobContext& context) {
    context.result("hello " + greeting.name);
  });
  supervisor.start();
  const auto job = supervisor.enqueue("greet", Greeting{"world"});
  const bool good =
    is_completed(supervisor, job.id) && supervisor.get(job.id)->result == "hello world";
  return supervisor.stop() && good;
}

bool all_stores_work() {
  zzz_jobs::MemorySupervisor in_memory{{}, one_queue()};
  if (!works(in_memory))
    return false;
#ifdef ZZZ_JOBS_HAS_SQLITE
  const std::filesystem::path file = "consumer.db";
  std::filesystem::remove(file);
  zzz_jobs::SqliteSupervisor on_disk{{.path = file}, one_queue()};
  return works(on_disk);
#else
  return true;
#endif
}

} // namespace

int main() {
  try {
    const bool good = all_stores_work();
    std::puts(good ? "consumer: worked" : "consumer: the job was not worked");
    return good ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "consumer: %s\n", error.what());
    return 1;
  }
}
