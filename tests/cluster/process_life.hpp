#pragma once

namespace zzz_jobs::cluster {

/// Dies with the process that started this one, however that ends.
void die_with_parent();

/// SIGTERM and SIGINT wait for `wait_for_end` instead of ending the process. To be
/// called before there are threads: they inherit it.
void hold_end_signals();
/// Returns at the first of them.
void wait_for_end();
/// Whether one of them has come; later calls know it still.
[[nodiscard]] bool has_end_come();

} // namespace zzz_jobs::cluster
