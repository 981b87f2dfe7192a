#include "examples/digest_directory/digest_job.hpp"

#include "examples/digest_directory/file_digest.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace digest_directory {
namespace {

using namespace std::chrono_literals;

constexpr std::int32_t readings_max = 3;

/// DigestFile for a path that is no text: msgpack-c packs a vector as bytes.
struct DigestBytes {
  std::vector<char> path{};
  MSGPACK_DEFINE_MAP(path)
};

/// One entry of the column `errors`.
struct PastFailure {
  std::string error{};
  MSGPACK_DEFINE_MAP(error)
};

/// How often this job's file could not be read before. Attempts do not tell:
/// one is also used up by each kill -9 of this program, also by jobs that it had
/// only claimed.
std::int32_t past_failures(const zzz_jobs::Job& job) {
  if (job.errors.empty())
    return 0;
  try {
    const auto failures = zzz_jobs::decode_args<std::vector<PastFailure>>(job.errors);
    const auto read_errors = std::count_if(failures.begin(), failures.end(), [](const auto& past) {
      return past.error.starts_with("cannot ");
    });
    // Those before a retry by hand do not count.
    return std::min(static_cast<std::int32_t>(read_errors), job.attempts_used() - 1);
  } catch (const zzz_jobs::Error&) {
    return 0; // another program's own notes
  }
}

void digest_file(const DigestFile& file, zzz_jobs::JobContext& context,
                 const std::stop_token& hurry) {
  try {
    const auto digest =
      digest_of(file.path, [&] { return context.stop_requested() || hurry.stop_requested(); });
    context.result(zzz_jobs::encode_args(digest));
  } catch (const FileError& error) {
    if (past_failures(context.job()) + 1 < readings_max)
      throw;
    context.discard(error.what());
  } catch (const Interrupted&) {
    if (context.stop_requested())
      throw; // the supervisor knows why, and what becomes of the job
    context.snooze(0s);
  }
}

} // namespace

std::string args_for(const std::string& path) {
  try {
    return zzz_jobs::encode_args(DigestFile{path});
  } catch (const zzz_jobs::Error&) {
    return zzz_jobs::encode_args(DigestBytes{{path.begin(), path.end()}});
  }
}

zzz_jobs::JobOpts digest_opts() {
  // Many attempts for many a kill -9; unreadable files have a count of their own.
  return {.queue = std::string{queue_name}, .max_attempts = 100, .timeout = 24h};
}

void register_digest_worker(zzz_jobs::AnySupervisor& supervisor, std::stop_token hurry) {
  supervisor.register_worker(
    std::string{worker_name},
    [hurry = std::move(hurry)](const DigestFile& file, zzz_jobs::JobContext& context) {
      digest_file(file, context, hurry);
    },
    digest_opts(), zzz_jobs::RetryStrategy::constant(1s));
}

} // namespace digest_directory
