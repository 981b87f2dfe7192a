#pragma once

#include <zzz_jobs/zzz_jobs.hpp>

#include <stop_token>
#include <string>
#include <string_view>

namespace digest_directory {

inline constexpr std::string_view queue_name = "digest";
inline constexpr std::string_view worker_name = "digest_file";

/// The arguments of a job. A path that is not UTF-8 cannot be a JSON string: it
/// stands as `{"path": {"$bytes": "<base64>"}}`, all others as they are. A
/// std::string takes both.
struct DigestFile {
  std::string path{};
  MSGPACK_DEFINE_MAP(path)
};

/// The arguments of the job for a file, as JSON.
[[nodiscard]] std::string args_for(const std::string& path);

/// How these jobs are enqueued. Jobs that others insert have the table's
/// defaults and are worked just the same.
[[nodiscard]] zzz_jobs::JobOpts digest_opts();

/// A file that cannot be read is tried three times, a second apart, and then
/// discarded. When `hurry` is stopped, running jobs go back to their queue.
void register_digest_worker(zzz_jobs::AnySupervisor& supervisor, std::stop_token hurry);

} // namespace digest_directory
