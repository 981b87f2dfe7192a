#pragma once

// What tables of an older version hold that is to be kept, for every database.

namespace zzz_jobs::tests {

/// A job in each state, in the published columns.
inline constexpr auto jobs_in_each_state =
  "INSERT INTO zzz_jobs (state, queue, worker, args, priority, attempt, max_attempts, "
  "scheduled_at, attempted_at, completed_at, inserted_at, errors, unique_key) VALUES "
  "(0, 'mail', 'waits', '[1]', 3, 0, 5, 0, NULL, NULL, 90, NULL, 'k'), "
  "(1, 'mail', 'runs', '[2]', 0, 2, 5, 0, 100, NULL, 91, '[\"x\"]', 'r'), "
  "(2, 'mail', 'done', '[3]', 0, 1, 5, 0, 100, 110, 92, NULL, 'k'), "
  "(3, 'mail', 'again', '[4]', 0, 1, 5, 9999999999, 100, NULL, 93, 'oops', NULL), "
  "(4, 'mail', 'given up', '[5]', 0, 5, 5, 0, 100, 120, 94, NULL, NULL), "
  "(5, 'mail', 'unwanted', '[6]', 0, 0, 5, 0, NULL, 130, 95, NULL, NULL), "
  "(6, 'mail', 'later', '[7]', -1, 0, 5, 9999999999, NULL, NULL, 96, NULL, NULL)";

/// What version 2 adds to them.
inline constexpr auto own_columns_of_jobs =
  "UPDATE zzz_jobs SET free_attempts = 1, timeout_s = 60, result = 'r' || id, "
  "progress = 50, progress_note = 'half' WHERE id IN (2, 3)";

} // namespace zzz_jobs::tests
