#pragma once

namespace zzz_jobs::detail {

/// The columns of every statement that selects whole jobs.
struct JobColumn {
  enum : int {
    id,
    state,
    queue,
    worker,
    args,
    priority,
    attempt,
    max_attempts,
    free_attempts,
    timeout_s,
    scheduled_at,
    attempted_at,
    completed_at,
    inserted_at,
    errors,
    unique_key,
    result,
    progress,
    progress_note,
    node,
  };
};

} // namespace zzz_jobs::detail
